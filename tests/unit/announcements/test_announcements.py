"""What the changes of the ledger's records tell the world."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from massid_relay.core.announcements.details import Announcement, DetailType
from massid_relay.core.announcements.documents import of_document
from massid_relay.core.announcements.letters import of_letter
from massid_relay.core.announcements.orders import of_order
from massid_relay.core.announcements.runs import of_run
from massid_relay.core.carbonext_reading import OrderStatus
from massid_relay.core.errors import FieldProblem
from massid_relay.core.jsons import JsonObject, loads
from massid_relay.core.messages.schemas import schemas
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.orders.record import OrderRecord, OrderState
from massid_relay.core.record import DocumentRecord, EventEntry, EventState, FileEntry
from massid_relay.ledger.dead_letters import DeadLetter, DeadLetterState
from massid_relay.ledger.runs import Run, RunState

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SCHEMA = Draft202012Validator(schemas()["announcement.schema.json"], format_checker=FormatChecker())


def entry(name: str, state: EventState = EventState.WAITING) -> EventEntry:
    return EventEntry(name, "Weighing", NOW, "hash", "dedup", "part", state=state, event_id=f"net-{name}")


def operation(stage: Stage) -> Operation:
    return Operation(stage, NOW, NOW)


def known() -> DocumentRecord:
    return DocumentRecord("load-1", generation=2, document_id="doc-id", create=operation(Stage.CONFIRMED), version=4)


def lookup(external_id: str, generation: int | None) -> DocumentRecord | None:
    """A ledger that knows one external id, whose first document was replaced."""
    replaced = DocumentRecord("load-1", 1, document_id="old-id", superseded=True, version=7)
    return {None: known(), 2: known(), 1: replaced}.get(generation) if external_id == "load-1" else None


def nobody(external_id: str, generation: int | None) -> DocumentRecord | None:
    """A ledger that knows none."""
    return None


def letter(**changes: Any) -> DeadLetter:
    fields = (FieldProblem("events.3.value", "must be a number"),)
    whole = DeadLetter("letter", "events", "InvalidMessage", "a secret word", NOW, NOW, "load-1", "e3", fields, "v-1")
    return replace(whole, **{"generation": 2, **changes})


def order(**changes: Any) -> OrderRecord:
    return OrderRecord("order-1", "hash", "key", Decimal(2), "BRL", **{"version": 1, **changes})


def plain(announcement: Announcement) -> JsonObject:
    detail: JsonObject = loads(announcement.detail_json)
    return detail


def test_all_that_one_write_made_certain_is_one_announcement() -> None:
    old = known()
    old.events = [entry("a"), entry("b"), entry("c", EventState.CONFIRMED)]
    new = deepcopy(old)
    new.version += 1
    for event in new.events:
        event.state = EventState.CONFIRMED
    (told,) = of_document(old, new, NOW)
    assert told.detail_type is DetailType.CONFIRMED
    assert plain(told) == {
        "version": 1,
        "id": plain(told)["id"],
        "at": "2026-11-20T12:00:00.000Z",
        "externalId": "load-1",
        "documentId": "doc-id",
        "generation": 2,
        "sequence": 5,
        "operations": [
            {"kind": "event", "externalId": "a", "name": "Weighing", "eventId": "net-a"},
            {"kind": "event", "externalId": "b", "name": "Weighing", "eventId": "net-b"},
        ],
    }


def test_a_document_a_file_and_a_verification_are_operations_too() -> None:
    new = known()
    new.files = {"t.pdf": FileEntry("t.pdf", NOW, operation(Stage.CONFIRMED), attachment_id="att")}
    new.verified_at = NOW
    (told,) = of_document(None, new, NOW)
    assert plain(told)["operations"] == [
        {"kind": "document"},
        {"kind": "file", "fileName": "t.pdf", "attachmentId": "att"},
        {"kind": "verification"},
    ]


def test_a_write_that_makes_nothing_certain_tells_nothing() -> None:
    """Leases, waits and refusals: what is refused has a dead letter, and that tells it."""
    old = known()
    old.create = operation(Stage.STARTED)
    new = deepcopy(old)
    new.events = [entry("a"), entry("b", EventState.DEAD), entry("c", EventState.DISCARDED)]
    new.files = {"t.pdf": FileEntry("t.pdf", NOW, operation(Stage.REFUSED))}
    assert of_document(old, new, NOW) == []
    assert of_document(None, old, NOW) == []


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (DeadLetterState.RESTING, DetailType.DEAD),
        (DeadLetterState.REDRIVEN, DetailType.REDRIVEN),
        (DeadLetterState.DISCARDED, DetailType.DISCARDED),
    ],
)
def test_a_dead_letter_is_told_by_ids_and_names_without_its_text(state: DeadLetterState, kind: DetailType) -> None:
    """Invariant 7."""
    resting = letter()
    new = letter(state=state, why="because of Ana")
    (told,) = of_letter(None if state is DeadLetterState.RESTING else resting, new, NOW, lookup)
    assert told.detail_type is kind
    assert (plain(told)["documentId"], plain(told)["generation"]) == ("doc-id", 2)
    assert plain(told)["operations"] == [
        {
            "kind": "event",
            "externalId": "e3",
            "deadLetterId": "letter",
            "errorType": "InvalidMessage",
            "fields": ["events.3.value"],
            "vendorErrorId": "v-1",
        }
    ]
    assert not {"secret", "Ana", "must be"} & set(told.detail_json.replace('"', " ").split())


def test_a_letter_written_again_as_it_was_tells_nothing() -> None:
    assert of_letter(letter(), letter(at=NOW + timedelta(hours=1)), NOW, lookup) == []


def test_a_dead_message_of_a_document_that_never_was_still_names_it() -> None:
    (told,) = of_letter(None, letter(queue="submissions", item=None, generation=None), NOW, nobody)
    assert (plain(told)["externalId"], plain(told)["operations"][0]["kind"]) == ("load-1", "submission")
    assert not {"documentId", "generation"} & set(plain(told))


def test_a_dead_order_that_came_alone_is_no_documents() -> None:
    (told,) = of_letter(None, letter(queue="orders", external_id="order-1", item=None, generation=None), NOW, lookup)
    assert "externalId" not in plain(told)
    assert plain(told)["operations"][0]["externalId"] == "order-1"


@pytest.mark.parametrize("state", list(DeadLetterState))
def test_a_letter_names_the_document_that_it_was_about_whatever_has_replaced_it_since(state: DeadLetterState) -> None:
    old = None if state is DeadLetterState.RESTING else letter(generation=1)
    (told,) = of_letter(old, letter(generation=1, state=state), NOW, lookup)
    assert (plain(told)["generation"], plain(told)["documentId"]) == (1, "old-id")


def test_a_dead_bulk_file_is_named_by_its_run() -> None:
    """Invariant 7: its name is the sender's own words."""
    (told,) = of_letter(None, letter(queue="bulk", external_id=None, item="0a1b2c", generation=None), NOW, nobody)
    assert plain(told)["operations"][0]["bulkRun"] == "0a1b2c"


def test_of_two_statuses_of_an_order_the_sequence_tells_the_later() -> None:
    """Those that fall into one second have the same time, and EventBridge may swap them."""
    paid = order(state=OrderState.CONFIRMED, status=OrderStatus.PAID, version=4)
    issued = replace(paid, status=OrderStatus.ISSUED, version=5)
    (first,) = of_order(replace(paid, status=None, version=3), paid, NOW, nobody)
    (second,) = of_order(paid, issued, NOW, nobody)
    assert plain(first)["sequence"] < plain(second)["sequence"]


@pytest.mark.parametrize(
    ("state", "kind"), [(RunState.ENDED, DetailType.COMPLETED), (RunState.FAILED, DetailType.FAILED)]
)
def test_a_run_is_told_at_its_end(state: RunState, kind: DetailType) -> None:
    opened = Run(3, RunState.OPEN, "part", 2)
    assert of_run("load-1", None, opened, NOW, lookup) == []
    (told,) = of_run("load-1", opened, replace(opened, state=state), NOW, lookup)
    assert (told.detail_type, plain(told)["run"], plain(told)["documentId"]) == (kind, 3, "doc-id")
    assert of_run("load-1", replace(opened, state=state), replace(opened, state=state), NOW, lookup) == []


def test_an_order_that_stands_is_an_operation_and_a_status() -> None:
    sent = order(state=OrderState.SENT, document_external_id="load-1")
    stands = replace(sent, state=OrderState.CONFIRMED, order_id="o-1", status=OrderStatus.PAID, version=2)
    placed, status = of_order(sent, stands, NOW, lookup)
    assert plain(placed)["operations"] == [{"kind": "order", "externalId": "order-1", "orderId": "o-1"}]
    assert plain(status)["order"] == {
        "externalId": "order-1",
        "orderId": "o-1",
        "state": "confirmed",
        "status": "Paid",
    }
    assert {plain(told)["documentId"] for told in (placed, status)} == {"doc-id"}
    assert plain(placed)["id"] != plain(status)["id"]


def test_an_order_on_its_way_tells_nothing_and_one_of_unknown_outcome_does() -> None:
    assert of_order(None, order(), NOW, nobody) == []
    assert of_order(order(), order(state=OrderState.SENT), NOW, nobody) == []
    (told,) = of_order(order(state=OrderState.SENT), order(state=OrderState.OUTCOME_UNKNOWN), NOW, nobody)
    assert (told.detail_type, plain(told)["order"]["state"]) == (DetailType.ORDER, "outcome-unknown")


def test_a_cancelled_order_is_told_as_an_operation() -> None:
    (told, _) = of_order(order(), order(state=OrderState.CANCELLED), NOW, nobody)
    assert plain(told)["operations"] == [{"kind": "order-cancellation", "externalId": "order-1"}]


# ------------------------------------------------------------------------------------------------ whatever happens to a record

STATES = st.sampled_from(list(EventState))
STAGES = st.sampled_from(list(Stage))
STEPS = st.lists(
    st.tuples(st.sampled_from(["event", "file", "create", "verify", "idle"]), st.integers(0, 4), STATES, STAGES),
    max_size=25,
)


def written(steps: list[Any]) -> Iterator[tuple[DocumentRecord | None, DocumentRecord]]:
    """The images before and after of each write. What is certain stays certain."""
    record, before = DocumentRecord("load-1"), None
    for what, number, state, stage in steps:
        _step(record, what, f"n{number}", state, stage)
        record.version += 1
        yield before, deepcopy(record)
        before = deepcopy(record)


def _step(record: DocumentRecord, what: str, name: str, state: EventState, stage: Stage) -> None:
    if what == "event":
        found = record.event(name)
        if found is None:
            record.events.append(entry(name, state))
        elif found.state is not EventState.CONFIRMED:
            found.state = state
    if what == "file" and not (name in record.files and record.files[name].attached):
        record.files[name] = FileEntry(name, NOW, operation(stage))
    if what == "create" and not record.created:
        record.create = operation(stage)
    if what == "verify":
        record.verified_at = record.verified_at or NOW


@given(STEPS)
def test_each_operation_that_becomes_certain_is_told_once(steps: list[Any]) -> None:
    writes = list(written(steps))
    told = [one for old, new in writes for one in of_document(old, new, NOW)]
    named = [
        (part["kind"], part.get("externalId") or part.get("fileName"))
        for one in told
        for part in plain(one)["operations"]
    ]
    end = writes[-1][1] if writes else DocumentRecord("load-1")
    certain: set[tuple[str, str | None]] = {
        ("event", e.external_id) for e in end.events if e.state is EventState.CONFIRMED
    }
    certain |= {("file", f.name) for f in end.files.values() if f.attached}
    certain |= {("document", None)} if end.created else set()
    certain |= {("verification", None)} if end.verified_at else set()
    assert sorted(named, key=str) == sorted(certain, key=str)


@given(STEPS)
def test_a_change_that_comes_again_is_told_under_the_same_id_and_no_two_changes_share_one(steps: list[Any]) -> None:
    first = [plain(one) for old, new in written(steps) for one in of_document(old, new, NOW)]
    again = [plain(one) for old, new in written(steps) for one in of_document(old, new, NOW)]
    assert first == again
    assert len({one["id"] for one in first}) == len(first)


def told_of_everything() -> list[Announcement]:
    whole = known()
    whole.events, whole.verified_at = [entry("a", EventState.CONFIRMED)], NOW
    whole.files = {"t.pdf": FileEntry("t.pdf", NOW, operation(Stage.CONFIRMED))}
    stands = order(state=OrderState.CONFIRMED, order_id="o-1", status=OrderStatus.PAID, document_external_id="load-1")
    ended = Run(1, RunState.ENDED, "part", 2)
    return [
        *of_document(None, whole, NOW),
        *of_order(None, stands, NOW, lookup),
        *of_order(None, order(state=OrderState.CANCELLED), NOW, nobody),
        *(one for queue in QUEUES for one in of_letter(None, letter(queue=queue), NOW, lookup)),
        *of_letter(letter(), letter(state=DeadLetterState.REDRIVEN), NOW, lookup),
        *of_letter(letter(), letter(state=DeadLetterState.DISCARDED), NOW, lookup),
        *of_run("load-1", None, ended, NOW, lookup),
        *of_run("load-1", None, replace(ended, state=RunState.FAILED), NOW, nobody),
    ]


QUEUES = ("submissions", "documents", "evidence", "events", "orders", "bulk")


def test_whatever_is_told_is_what_the_schema_describes() -> None:
    everything = told_of_everything()
    assert {one.detail_type for one in everything} == set(DetailType)
    for one in everything:
        SCHEMA.validate(plain(one))
        assert not SCHEMA.is_valid(plain(one) | {"unknown": 1})
