"""When the stored payloads of a document are needed no longer, and what keeps them.

What stays when they go: states, hashes, times and ids. So a repetition is still met with silence, other content under a known id
is still PayloadConflict (invariant 1), and RELATED can still follow CLOSE, for it brings its own payload. What goes with
them: nothing that was sent can be sent or compared again. Before CLOSE the document is compared with them, so as long as it is
open they stay.
"""

from massid_relay.core.generations import Standing, standing
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.orders.record import OrderRecord, OrderState
from massid_relay.core.record import DocumentRecord
from massid_relay.core.timeline import next_step, something_waits

SETTLED_ORDERS = frozenset({OrderState.CONFIRMED, OrderState.CANCELLED, OrderState.REFUSED, OrderState.GIVEN_UP})
"""Orders that nothing will post again by itself; a refused one is sent again by a redrive of its dead letter."""


def is_finished(record: DocumentRecord) -> bool:
    """Closed and verified, or cancelled, and nothing waits: no payload of it is needed again."""
    ended = record.verified_at is not None or record.cancelling_event is not None
    return ended and record.batch is None and not record.newcomers and not something_waits(record)


def why_kept(record: DocumentRecord) -> str | None:
    """What the document's payloads are still needed for, in words, and what to do about it; None if for nothing.

    Dead letters are not looked at: what a redrive of one would need is asked for by whoever knows them.
    """
    if record.superseded:
        return _why_replaced_keeps(record)
    if is_finished(record):
        return None
    if record.batch is not None or record.newcomers:
        return "a call to Carrot is under way, or its outcome is not known yet"
    if something_waits(record):
        return f"it waits for {_awaited(record)}"
    if not record.created:
        return _why_not_created(record.create)
    if record.closing_event is None:
        return "it is open on the network, and CLOSE is compared with what is stored: close or cancel it first"
    return None


def _why_replaced_keeps(record: DocumentRecord) -> str | None:
    if standing(record) is Standing.UNKNOWN:
        return "nobody knows whether the replaced document stands on the network: find out, and tell with massid adopt"
    return "the replaced document is not cancelled yet" if standing(record) is Standing.STANDS else None


def why_order_keeps(order: OrderRecord | None) -> str | None:
    """The same for the order of a submission, whose recipient stands in the payload. One that was never recorded keeps nothing:
    it was refused, and its dead letter knows."""
    if order is None or order.state in SETTLED_ORDERS:
        return None
    return f"its order {order.external_id} is {order.state.value}"


def _awaited(record: DocumentRecord) -> str:
    missing = [f"file {name}" for name, file in record.files.items() if not (file.attached or file.refused)]
    return next_step(record).waits_for or next(iter(missing), "a step that is still to be taken")


def _why_not_created(create: Operation | None) -> str | None:
    if create is None:
        return None
    if create.stage is not Stage.REFUSED:
        return "its creation is still being tried"
    return None if create.unknown_since is None else "it may stand on the network: find out, and tell with massid adopt"
