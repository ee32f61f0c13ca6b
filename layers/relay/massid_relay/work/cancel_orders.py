"""Cancelling one order or many: only in status and window, and no matter how often it is asked for."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from massid_relay.bootstrap import Relay
from massid_relay.core.carbonext_reading import OrderStatus, RemoteOrder
from massid_relay.core.errors import (
    FieldProblem,
    NotReady,
    PermanentFailure,
    RejectedByProvider,
)
from massid_relay.core.orders.cancelling import require_cancellable
from massid_relay.core.orders.record import OrderRecord, OrderState
from massid_relay.work.follow_order import known_order, observe
from massid_relay.work.order_changes import apply
from massid_relay.work.order_list import orders_around

_PENDING = 5


class NotAllCancelled(PermanentFailure):
    """Some of many orders were not cancelled; each is one of `fields`."""


def cancel_order(relay: Relay, external_id: str) -> None:
    """Handle one *cancel* message. An attempt without an answer comes back and finds out first what became of it."""
    record = _looked_at(relay, known_order(relay, external_id))
    if record.state is OrderState.CANCELLED:
        return
    require_cancellable(record, relay.now())
    permit = relay.order_permit(relay.now() + relay.settings.lease)
    shown = relay.carbonext.cancel_order(record.order_id or "", permit)
    if shown is None or shown.status is not OrderStatus.CANCELLED:
        raise NotReady("the cancellation is not visible yet", retry_after=_PENDING)
    observe(relay, record, [shown])


def cancel_orders(relay: Relay, external_ids: Sequence[str]) -> None:
    """Handle one *cancel-many* message: one call, and then a look at which were cancelled. Raises NotAllCancelled."""
    records = [
        _looked_at(relay, known_order(relay, external_id, f"externalIds.{number}"))
        for number, external_id in enumerate(external_ids)
    ]
    problems = {record.external_id: why for record in records if (why := _why_not(record, relay.now()))}
    wanted = [
        record for record in records if record.state is OrderState.CONFIRMED and record.external_id not in problems
    ]
    if wanted:
        permit = relay.order_permit(relay.now() + relay.settings.lease)
        with suppress(RejectedByProvider):  # it says of none in particular that it was not cancelled: look
            relay.carbonext.cancel_orders([record.order_id or "" for record in wanted], permit)
    for record in wanted:
        after = _looked_at(relay, record)
        if after.state is not OrderState.CANCELLED:
            problems[record.external_id] = "was not cancelled by the provider"
    if problems:
        fields = [
            FieldProblem(f"externalIds.{number}", problems[external_id])
            for number, external_id in enumerate(external_ids)
            if external_id in problems
        ]
        raise NotAllCancelled(f"{len(problems)} of {len(external_ids)} orders were not cancelled", fields=fields)


def _why_not(record: OrderRecord, now: datetime) -> str | None:
    """Raises NotReady while the outcome of one is open: then nothing is cancelled yet."""
    if record.state is OrderState.CANCELLED:
        return None
    try:
        require_cancellable(record, now)
    except PermanentFailure as error:
        return error.reason
    return None


def _looked_at(relay: Relay, record: OrderRecord) -> OrderRecord:
    """The record, brought up to date. One that was never sent is cancelled without a call."""
    record.require_idle(relay.now())
    if record.state is OrderState.RECORDED:
        return apply(relay, record, _cancel_unsent)
    if record.order_id is None or record.state is OrderState.CANCELLED:
        return record
    orders: list[RemoteOrder] = orders_around(relay, record.ordered_at or relay.now())
    return observe(relay, record, orders)


def _cancel_unsent(record: OrderRecord) -> None:
    if record.state is not OrderState.RECORDED:
        raise NotReady("the order was sent meanwhile", retry_after=_PENDING)
    record.cancel_unsent()
