"""The orders that a MassID's submission brought, how each stands, and what a lifecycle waits for in `Place Order`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from massid_relay.core.errors import Forgotten
from massid_relay.core.orders.record import OrderState
from massid_relay.core.record import DocumentRecord
from massid_relay.ledger.runs import Run

from massid_cli.operations.target import Target

NOT_PLACED = "not placed yet"
_WAITS = {
    NOT_PLACED: "to be placed at Carbonext",
    OrderState.RECORDED: "to be placed at Carbonext",
    OrderState.SENT: "to be answered by Carbonext",
    OrderState.OUTCOME_UNKNOWN: "whose outcome is unknown: Carbonext's list of orders is to tell",
}
"""By the order's state. In any other one it stands, or a person is needed and its dead letter tells."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """The order that the submission brought."""

    external_id: str
    order_id: str | None
    state: str
    status: str | None


def orders_of(target: Target, external_id: str, run: Run | None) -> list[OrderLine]:
    """Of what the newest run carries. A payload that was forgotten names none any more."""
    if run is None:
        return []
    try:
        order = target.parts.get(external_id, run.part).get("order")
    except Forgotten:
        return []
    if order is None:
        return []
    record = target.orders.load(order["externalId"])
    if record is None:
        return [OrderLine(order["externalId"], None, NOT_PLACED, None)]
    status = record.status.value if record.status else None
    return [OrderLine(record.external_id, record.order_id, record.state.value, status)]


def waits_of_orders(record: DocumentRecord, orders: Sequence[OrderLine]) -> Iterator[str]:
    """What is still to come of them. An order is for a MassID that stands, so nothing of it waits before that."""
    if record.verified_at is None:
        return
    for order in orders:
        if order.state in _WAITS:
            yield f"order {order.external_id}, {_WAITS[order.state]}"
