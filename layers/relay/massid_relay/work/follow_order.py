"""Following an order until it is paid, billed, cancelled or refunded. There is no webhook and no GET by id: the list is read."""

from massid_relay.bootstrap import Relay
from massid_relay.core.carbonext_reading import RemoteOrder
from massid_relay.core.errors import FieldProblem, InvalidMessage, NotReady, OrderLeftToAPerson
from massid_relay.core.orders.meta_data import keys_in
from massid_relay.core.orders.record import OrderRecord, OrderState
from massid_relay.work.order_changes import apply
from massid_relay.work.order_list import orders_around

_OPEN = frozenset({OrderState.RECORDED, OrderState.SENT, OrderState.OUTCOME_UNKNOWN})


def follow_order(relay: Relay, external_id: str) -> None:
    """Handle one *follow* message: look once, and let the sweep come back to it while the status is not final.

    Raises OrderLeftToAPerson if the list shows more than one order of this key.
    """
    record = known_order(relay, external_id)
    if record.state in _OPEN:
        raise NotReady("the order's own outcome is open", retry_after=60)
    if record.order_id is None:
        return
    orders = orders_around(relay, record.ordered_at or relay.now())
    if any(keys_in(order.meta_data) for order in orders) and not relay.orders.echo_seen():
        relay.orders.learn_echo(relay.now())
    record = observe(relay, record, orders)
    twins = {order.id for order in orders if record.key in keys_in(order.meta_data)} - {record.order_id}
    if twins:
        raise OrderLeftToAPerson(f"the list shows {len(twins)} more orders with this order's key")


def known_order(relay: Relay, external_id: str, path: str = "externalId") -> OrderRecord:
    """The record. Raises InvalidMessage if the ledger does not know the order."""
    record = relay.orders.load(external_id)
    if record is None:
        raise InvalidMessage("no such order is recorded", fields=[FieldProblem(path, "is no order that is recorded")])
    return record


def observe(relay: Relay, record: OrderRecord, orders: list[RemoteOrder]) -> OrderRecord:
    """Note what the list says about this order, if it shows it by now."""
    shown = next((order for order in orders if order.id == record.order_id), None)

    def change(fresh: OrderRecord) -> None:
        if shown is not None:
            fresh.seen_in_list = True
            fresh.observe(shown.status, relay.now())
            if shown.status.final:
                fresh.following_since = None

    return apply(relay, record, change)
