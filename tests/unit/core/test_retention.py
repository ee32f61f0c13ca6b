"""Which documents are done with their payloads, and why others still need them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from massid_relay.core.errors import LeftToAPerson, Refusal
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.orders.record import OrderRecord, OrderState
from massid_relay.core.record import Batch, DocumentRecord, EventEntry, EventState, FileEntry, Wait, WaitKind
from massid_relay.core.retention import SETTLED_ORDERS, is_finished, why_kept, why_order_keeps

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def entry(name: str, state: EventState = EventState.CONFIRMED, minute: int = 0) -> EventEntry:
    return EventEntry(name.lower(), name, NOW + timedelta(minutes=minute), "hash", "id", "part", state=state)


def created(*events: EventEntry, **changes: object) -> DocumentRecord:
    record = DocumentRecord("doc", create=Operation(Stage.CONFIRMED, NOW, NOW), events=list(events))
    for name, value in changes.items():
        setattr(record, name, value)
    return record


def not_created(unknown_since: datetime | None = None, *, refused: bool = True) -> DocumentRecord:
    operation = Operation.started(NOW, "worker", timedelta(minutes=1))
    operation.unknown_since = unknown_since
    if refused:
        operation.refuse(Refusal.of(LeftToAPerson("no"), "message"))
    return DocumentRecord("doc", create=operation)


def closed(*later: EventEntry, **changes: object) -> DocumentRecord:
    return created(entry("CLOSE"), *later, **{"verified_at": NOW, **changes})


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(closed(), id="closed and verified"),
        pytest.param(closed(entry("RELATED", minute=1)), id="with RELATED after it"),
        pytest.param(created(entry("CANCEL")), id="cancelled"),
    ],
)
def test_a_finished_document_needs_no_payload(record: DocumentRecord) -> None:
    assert is_finished(record)
    assert why_kept(record) is None


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(DocumentRecord("doc"), id="unknown"),
        pytest.param(not_created(), id="its creation was refused"),
        pytest.param(created(entry("CLOSE"), verification_failed=True), id="closed, and found wrong"),
    ],
)
def test_what_a_person_has_given_up_may_be_forgotten_but_is_not_retired_by_itself(record: DocumentRecord) -> None:
    """A redrive may still need it; only a person knows that none will come."""
    assert not is_finished(record)
    assert why_kept(record) is None


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        pytest.param(created(), "open on the network", id="open"),
        pytest.param(created(entry("ACTOR", EventState.WAITING)), "it waits for", id="an event waits"),
        pytest.param(closed(entry("RELATED", EventState.WAITING, 1)), "it waits for", id="RELATED waits"),
        pytest.param(closed(entry("RELATED", EventState.DEAD, 1)), "event related, which lies dead", id="RELATED dead"),
        pytest.param(created(files={"a.pdf": FileEntry("a.pdf", NOW)}), "waits for file a.pdf", id="a file is awaited"),
        pytest.param(closed(waits=[Wait(WaitKind.EVENTS, "token", [])]), "it waits for", id="a step waits"),
        pytest.param(closed(newcomers=["participant-x"]), "a call to Carrot is under way", id="newcomers"),
        pytest.param(
            closed(batch=Batch(Operation(Stage.STARTED, NOW, NOW), ["close"])), "a call to Carrot", id="a batch"
        ),
        pytest.param(created(entry("CLOSE")), "it waits for", id="closed, not read back yet"),
        pytest.param(not_created(refused=False), "still being tried", id="being created"),
        pytest.param(not_created(unknown_since=NOW), "massid adopt", id="it may stand on the network"),
    ],
)
def test_what_is_unfinished_keeps_its_payloads_and_says_why(record: DocumentRecord, reason: str) -> None:
    assert not is_finished(record)
    assert reason in (why_kept(record) or "")


def test_an_order_keeps_its_recipient_until_nothing_can_post_it_again() -> None:
    """Invariant 4: what may still be posted needs what it was asked with."""
    keeping = {state for state in OrderState if why_order_keeps(order(state)) is not None}
    assert keeping == set(OrderState) - SETTLED_ORDERS
    assert {OrderState.RECORDED, OrderState.SENT, OrderState.OUTCOME_UNKNOWN, OrderState.LEFT_TO_A_PERSON} == keeping
    assert why_order_keeps(None) is None


def order(state: OrderState) -> OrderRecord:
    return OrderRecord("order", "hash", "key", Decimal(1), "BRL", state=state)
