"""Whether an order may be cancelled: "up to 10 days after the purchase or before the certificates are issued", and only in
status Issued (api-docs.carbonext.com.br, b2b-api-concepts/orders)."""

from datetime import datetime, timedelta

from massid_relay.core.carbonext_reading import OrderStatus
from massid_relay.core.errors import ForbiddenTransition, NotReady, OrderLeftToAPerson
from massid_relay.core.orders.record import OrderRecord, OrderState

WINDOW = timedelta(days=10)


def require_cancellable(record: OrderRecord, now: datetime) -> None:
    """Raises ForbiddenTransition, NotReady while its outcome is open, OrderLeftToAPerson if a person must settle it first."""
    if record.state in {OrderState.SENT, OrderState.OUTCOME_UNKNOWN}:
        raise NotReady("the order's own outcome is open", retry_after=60)
    if record.state is OrderState.LEFT_TO_A_PERSON:
        raise OrderLeftToAPerson("the order's own outcome is unknown; settle it first")
    if record.state is not OrderState.CONFIRMED or record.status not in {OrderStatus.ISSUED, OrderStatus.UNKNOWN}:
        status = record.status.value if record.status else record.state.value
        raise ForbiddenTransition(f"an order can be cancelled while it is Issued; this one is {status}")
    if record.ordered_at is not None and now >= record.ordered_at + WINDOW:
        raise ForbiddenTransition("an order can be cancelled for 10 days")
