"""Changing an order's record that others change too, and when it is looked at again."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import Busy
from massid_relay.core.jsons import JsonObject
from massid_relay.core.orders.record import OrderRecord, OrderState
from massid_relay.ledger.documents import StaleRecord
from massid_relay.ledger.orders import CapChange

VERSION = 1
_TRIES = 20
_LONGEST_INTERVAL = timedelta(hours=6)


def apply(relay: Relay, record: OrderRecord, change: Callable[[OrderRecord], None]) -> OrderRecord:
    """Change the record and save it; if somebody wrote in between, change what they wrote. Returns what was saved.

    `change` may raise to stop.
    """
    for _ in range(_TRIES):
        change(record)
        try:
            save(relay, record)
        except StaleRecord:
            fresh = relay.orders.load(record.external_id)
            if fresh is None:
                raise
            record = fresh
            continue
        return record
    raise Busy("too many writers of one order")


def save(relay: Relay, record: OrderRecord) -> None:
    """Save the record. What can no longer become an order gives its room in the day's cap back. Raises StaleRecord."""
    day = record.day
    gives_back = day is not None and record.order_id is None and _is_over(record)
    if gives_back:
        record.day = None
    cap = CapChange(day, -record.vcu_amount, Decimal(0)) if gives_back and day is not None else None
    try:
        relay.orders.save(record, look_at=next_look(relay, record), cap=cap)
    except StaleRecord:
        record.day = day
        raise


def save_or_come_back(relay: Relay, record: OrderRecord) -> None:
    """Save what was decided from this very version of the record. Raises Busy if somebody decided otherwise meanwhile."""
    try:
        save(relay, record)
    except StaleRecord:
        raise Busy("another worker has just changed this order", retry_after=1) from None


def next_look(relay: Relay, record: OrderRecord) -> datetime | None:
    """When the sweep shall have it followed: as long again as it was followed already, within bounds."""
    if record.following_since is None:
        return None
    shortest = timedelta(seconds=float(relay.settings.follow_order_seconds))
    return relay.now() + min(max(relay.now() - record.following_since, shortest), _LONGEST_INTERVAL)


def follow_due_orders(relay: Relay, most: int) -> int:
    """Have the orders looked at whose time has come; how many. One that is changed at this moment is due again soon."""
    due = relay.orders.due(relay.now(), most)
    for external_id in due:
        record = relay.orders.load(external_id)
        if record is None:
            continue
        body: JsonObject = {"version": VERSION, "action": "follow", "externalId": external_id}
        relay.queues.send(relay.settings.orders_queue_url, body)
        with suppress(StaleRecord):
            save(relay, record)
    return len(due)


def _is_over(record: OrderRecord) -> bool:
    """Refused, or cancelled before it was sent: nothing of it can stand."""
    return record.state in {OrderState.REFUSED, OrderState.CANCELLED}
