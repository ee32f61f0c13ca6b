"""What a change of an order's record tells: it stands, it is cancelled, its state or its status is another."""

from datetime import datetime

from massid_relay.core.announcements.details import (
    VERSION,
    Announcement,
    CancelledOrder,
    DetailType,
    OperationsConfirmed,
    OrderStanding,
    OrderStatusChanged,
    PlacedOrder,
    stable_id,
)
from massid_relay.core.announcements.documents import Lookup
from massid_relay.core.orders.record import OrderRecord, OrderState

_QUIET = frozenset({OrderState.RECORDED, OrderState.SENT})
"""On the way, with nothing for anybody to know yet."""


def of_order(old: OrderRecord | None, new: OrderRecord, at: datetime, lookup: Lookup) -> list[Announcement]:
    """At most two announcements: the operation that this write made certain, and how the order stands now."""
    before = (old.state, old.status) if old else None
    if before == (new.state, new.status):
        return []
    document = lookup(new.document_external_id, None) if new.document_external_id else None
    operation = _operation(before[0] if before else None, new)
    common = {
        "version": VERSION,
        "at": at,
        "external_id": new.document_external_id,
        "document_id": document.document_id if document else None,
        "generation": document.generation if document else None,
        "sequence": new.version,
    }
    told: list[Announcement] = []
    if operation is not None:
        identity = stable_id("order", new.external_id, new.version, "operation")
        confirmed = OperationsConfirmed.model_validate({**common, "id": identity, "operations": (operation,)})
        told.append(Announcement(detail_type=DetailType.CONFIRMED, detail=confirmed))
    if new.state not in _QUIET or (before is not None and before[1] is not new.status):
        identity = stable_id("order", new.external_id, new.version, "status")
        changed = OrderStatusChanged.model_validate({**common, "id": identity, "order": _standing(new)})
        told.append(Announcement(detail_type=DetailType.ORDER, detail=changed))
    return told


def _operation(before: OrderState | None, new: OrderRecord) -> PlacedOrder | CancelledOrder | None:
    if new.state is before:
        return None
    if new.state is OrderState.CONFIRMED:
        return PlacedOrder(kind="order", external_id=new.external_id, order_id=new.order_id)
    if new.state is OrderState.CANCELLED:
        return CancelledOrder(kind="order-cancellation", external_id=new.external_id, order_id=new.order_id)
    return None


def _standing(record: OrderRecord) -> OrderStanding:
    return OrderStanding(
        external_id=record.external_id,
        order_id=record.order_id,
        state=record.state.value,
        status=record.status.value if record.status else None,
    )
