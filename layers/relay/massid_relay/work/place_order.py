"""Placing an order: record with a key, post, confirm; what got no answer is looked up, never simply repeated (invariant 4)."""

from datetime import datetime

from massid_relay.bootstrap import Relay
from massid_relay.core.carbonext_reading import RemoteOrder
from massid_relay.core.errors import (
    Busy,
    CredentialsRefused,
    FieldProblem,
    ForbiddenTransition,
    InvalidMessage,
    NeverSent,
    NotNow,
    NotReady,
    OrderLeftToAPerson,
    PayloadConflict,
    PermanentFailure,
    Refusal,
    RefusedBefore,
    RelayError,
    TransientFailure,
)
from massid_relay.core.identity import Kind, deduplication_id
from massid_relay.core.messages import Order, PlaceOrder
from massid_relay.core.orders.record import OrderRecord, OrderState
from massid_relay.core.orders.rules import ValidOrder, valid_order
from massid_relay.core.record import DocumentRecord
from massid_relay.ledger.documents import StaleRecord
from massid_relay.ledger.orders import CapChange
from massid_relay.work.look_up_order import look_up_order
from massid_relay.work.order_changes import apply, next_look
from massid_relay.work.source import Source
from massid_relay.work.stored import stored_submission

_UNCLOSED_RETRY = 900


def place_order(relay: Relay, source: Source, message: PlaceOrder) -> None:
    """Handle one *place* message."""
    order = valid_order(_asked(relay, message), relay.settings.order_policy)
    record = relay.orders.load(order.external_id) or _new_record(relay, order, message.document_external_id)
    if record.content_hash != order.content_hash and not record.corrected(
        order.content_hash, order.vcu_amount, order.currency
    ):
        field = FieldProblem("order", "is already recorded with other content")
        raise PayloadConflict("an order of this external id is recorded with other content", fields=[field])
    record.try_again_after(source.message_id)
    record.require_idle(relay.now())
    if record.state is OrderState.OUTCOME_UNKNOWN:
        record = look_up_order(relay, source, record)
    if record.state is OrderState.RECORDED:
        record = _post(relay, source, record, order)
    if message.task_token:
        status = record.status.value if record.status else record.state.value
        relay.tokens.succeed(message.task_token, {"orderId": record.order_id, "orderStatus": status})


def _asked(relay: Relay, message: PlaceOrder) -> Order:
    if message.order is not None:
        return message.order
    document, part = message.document_external_id or "", message.submission_ref or ""
    order = stored_submission(relay, document, part).submission.order
    if order is None or order.external_id != message.external_id:
        raise InvalidMessage("the submission holds no such order", fields=[FieldProblem("externalId", "is not in it")])
    _require_closed(relay.documents.load(document))
    return order


def _require_closed(document: DocumentRecord) -> None:
    """An order is for a MassID that stands."""
    if document.verification_failed or document.cancelling_event is not None:
        raise ForbiddenTransition("the MassID that this order is for did not come to stand")
    if document.verified_at is None:
        raise NotReady("the MassID is not closed and verified yet", retry_after=_UNCLOSED_RETRY)


def _new_record(relay: Relay, order: ValidOrder, document: str | None) -> OrderRecord:
    return OrderRecord(
        external_id=order.external_id,
        content_hash=order.content_hash,
        key=deduplication_id(relay.settings.relay_environment, Kind.ORDER, order.external_id),
        vcu_amount=order.vcu_amount,
        currency=order.currency,
        document_external_id=document,
    )


def _post(relay: Relay, source: Source, record: OrderRecord, order: ValidOrder) -> OrderRecord:
    """Record, call, record (invariant 1). What the call needs is at hand before the record says that it may be under way."""
    api, _ = relay.carbonext, relay.order_slots
    until = relay.now() + relay.settings.lease
    attempt = _begin(relay, record, until)
    try:
        placed = api.place_order(order.body_with(record.key), relay.order_permit(until))
    except RelayError as error:
        failure = error
    else:
        confirmed = apply(relay, record, lambda fresh: _confirm(relay, source, fresh, attempt, placed))
        if confirmed.state is OrderState.LEFT_TO_A_PERSON and confirmed.refusal is not None:
            raise RefusedBefore(confirmed.refusal)
        return confirmed
    apply(relay, record, lambda fresh: _end_without_order(relay, source, fresh, attempt, failure))
    if isinstance(failure, TransientFailure):
        failure.failures = source.receive_count
    raise failure


def _begin(relay: Relay, record: OrderRecord, until: datetime) -> int:
    """Take the lease and, the first time, room in the day's cap. Raises CapExceeded, Busy."""
    now, cap = relay.now(), None
    attempt = record.begin(now, relay.new_owner(), until)
    if record.day is None:
        record.day = now.date().isoformat()
        cap = CapChange(record.day, record.vcu_amount, relay.settings.daily_cap_vcus)
    try:
        relay.orders.save(record, look_at=next_look(relay, record), cap=cap)
    except StaleRecord:
        raise Busy("another worker has just begun this order", retry_after=1) from None
    return attempt


def _end_without_order(relay: Relay, source: Source, record: OrderRecord, attempt: int, error: RelayError) -> None:
    """What the error proves. Only NeverSent, NotNow and CredentialsRefused say that nothing can have come of the attempt."""
    if not record.is_attempt(attempt):
        raise Busy("the order was taken over", retry_after=1)
    if isinstance(error, PermanentFailure):
        record.refuse(Refusal.of(error, source.message_id))
    elif isinstance(error, NeverSent | NotNow | CredentialsRefused):
        record.never_sent()
    else:
        record.unknown(relay.now())


def _confirm(relay: Relay, source: Source, record: OrderRecord, attempt: int, placed: RemoteOrder) -> None:
    if record.is_attempt(attempt):
        record.confirm(placed, relay.now())
    elif record.order_id != placed.id:
        error = OrderLeftToAPerson("an answer came after the order was posted again: two orders may stand")
        record.leave_to_a_person(Refusal.of(error, source.message_id))
