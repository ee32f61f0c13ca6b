"""A document's timeline is its inbox (invariant 3)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.errors import ForbiddenTransition, InvalidMessage, PayloadConflict
from massid_relay.core.inbox import EVENTS_PER_DOCUMENT, enter
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.record import Batch, DocumentRecord, EventEntry, EventState, FileEntry, Hold
from massid_relay.core.timeline import StepKind, next_step, something_waits

START = datetime(2026, 3, 1, 10, tzinfo=UTC)


def event(external_id: str, minute: int, name: str = "Weighing", files: tuple[str, ...] = ()) -> EventEntry:
    at = START + timedelta(minutes=minute)
    return EventEntry(external_id, name, at, f"hash-{external_id}", f"dedup-{external_id}", "part", files=files)


def created(*events: EventEntry) -> DocumentRecord:
    operation = Operation.started(START, "w", timedelta(minutes=1))
    operation.confirm()
    record = DocumentRecord("doc", create=operation, document_id="id", version=1)
    enter(record, list(events), "m")
    return record


def confirm(record: DocumentRecord, *external_ids: str) -> None:
    for external_id in external_ids:
        entry = record.event(external_id)
        assert entry is not None
        entry.state = EventState.CONFIRMED


def sent_next(record: DocumentRecord) -> list[str]:
    return [entry.external_id for entry in next_step(record).events]


def test_events_go_out_by_time_whatever_their_order_of_arrival() -> None:
    record = created(event("c", 3), event("a", 1), event("b", 2))
    assert sent_next(record) == ["a", "b", "c"]


def test_equal_times_keep_their_order_of_arrival() -> None:
    assert sent_next(created(event("second", 1), event("first", 1))) == ["second", "first"]


def test_close_goes_out_alone_and_last_even_at_an_equal_time() -> None:
    record = created(event("close", 1, "CLOSE"), event("a", 1))
    assert sent_next(record) == ["a"]
    confirm(record, "a")
    assert next_step(record).kind is StepKind.CLOSE


def test_nothing_goes_out_before_the_document_stands() -> None:
    record = DocumentRecord("doc")
    enter(record, [event("a", 1)], "m")
    step = next_step(record)
    assert (step.kind, step.waits_for) == (StepKind.WAIT, "the document")
    assert something_waits(record)


def test_an_event_waits_for_its_file_and_holds_those_behind_it() -> None:
    record = created(event("a", 1), event("b", 2, files=("mtr.pdf",)), event("c", 3))
    assert sent_next(record) == ["a"]
    confirm(record, "a")
    assert next_step(record).waits_for == "file mtr.pdf"


def test_close_waits_for_every_file_that_was_asked_for() -> None:
    record = created(event("close", 9, "CLOSE"))
    record.files["ticket.png"] = FileEntry("ticket.png", START)
    assert next_step(record).waits_for == "file ticket.png"


def test_nothing_goes_over_a_dead_event() -> None:
    record = created(event("a", 1), event("b", 2), event("close", 3, "CLOSE"))
    dead = record.event("b")
    assert dead is not None
    dead.state = EventState.DEAD
    assert sent_next(record) == ["a"]
    confirm(record, "a")
    assert next_step(record).kind is StepKind.WAIT


def test_a_discarded_event_lets_go() -> None:
    record = created(event("a", 1), event("b", 2))
    first = record.event("a")
    assert first is not None
    first.state = EventState.DISCARDED
    assert sent_next(record) == ["b"]


def test_a_dead_letter_of_unknown_place_holds_close_but_not_the_events_before_it() -> None:
    record = created(event("a", 1), event("close", 2, "CLOSE"))
    record.holds.append(Hold("letter"))
    assert sent_next(record) == ["a"]
    confirm(record, "a")
    assert next_step(record).waits_for == "dead letter letter"


def test_the_same_event_again_is_met_with_silence() -> None:
    record = created(event("a", 1))
    assert enter(record, [event("a", 1)], "m2") == []
    assert len(record.events) == 1


def test_the_same_event_with_other_content_is_a_conflict_and_changes_nothing() -> None:
    record = created(event("a", 1))
    other = event("a", 1)
    other.content_hash = "other"
    (refused,) = enter(record, [other], "m2")
    assert isinstance(refused.error, PayloadConflict)
    assert record.events[0].content_hash == "hash-a"


@pytest.mark.parametrize(("name", "accepted"), [("Weighing", False), ("CLOSE", False), ("RELATED", True)])
def test_after_close_only_related_is_accepted(name: str, accepted: bool) -> None:
    record = created(event("close", 1, "CLOSE"))
    confirm(record, "close")
    refused = enter(record, [event("late", 2, name)], "m2")
    assert [type(item.error) for item in refused] == ([] if accepted else [ForbiddenTransition])


def test_nothing_is_accepted_after_cancel() -> None:
    record = created(event("cancel", 1, "CANCEL"))
    (refused,) = enter(record, [event("r", 2, "RELATED")], "m2")
    assert isinstance(refused.error, ForbiddenTransition)


def test_cancel_passes_what_waits_or_lies_dead() -> None:
    record = created(event("a", 1, files=("missing.pdf",)), event("cancel", 2, "CANCEL"))
    assert next_step(record).kind is StepKind.CANCEL


def test_an_event_whose_time_has_passed_is_dead_and_holds_what_follows() -> None:
    record = created(event("b", 2))
    confirm(record, "b")
    (refused,) = enter(record, [event("a", 1)], "m2")
    assert isinstance(refused.error, InvalidMessage)
    enter(record, [event("close", 3, "CLOSE")], "m3")
    assert next_step(record).kind is StepKind.WAIT


def test_a_dead_event_stays_dead_for_the_message_that_killed_it_and_lives_again_when_redriven() -> None:
    record = created(event("b", 2))
    confirm(record, "b")
    enter(record, [event("a", 1)], "m2")
    confirmed = record.event("b")
    assert confirmed is not None
    confirmed.state = EventState.DISCARDED
    assert enter(record, [event("a", 1)], "m2") == []
    dead = record.event("a")
    assert dead is not None
    assert dead.state is EventState.DEAD
    enter(record, [event("a", 1)], "redriven")
    assert sent_next(record) == ["a"]


def test_a_batch_of_unknown_outcome_is_looked_up_before_anything_else() -> None:
    record = created(event("a", 1), event("b", 2))
    operation = Operation(Stage.STARTED, START, START, unknown_since=START)
    record.batch = Batch(operation, ["a"])
    assert (next_step(record).kind, sent_next(record)) == (StepKind.LOOK_UP, ["a"])


def test_a_document_holds_no_more_events_than_the_platform_accepts() -> None:
    record = created(*[event(f"e{number}", number) for number in range(EVENTS_PER_DOCUMENT)])
    (refused,) = enter(record, [event("one-too-many", 500)], "m2")
    assert refused.error.fields[0].path == "events"


@given(st.permutations(list(range(8))), st.integers(0, 7))
def test_any_order_of_arrival_goes_out_in_time_order(order: list[int], split: int) -> None:
    record = created(*[event(f"e{n}", n) for n in order[:split]])
    enter(record, [event(f"e{n}", n) for n in order[split:]], "m2")
    assert sent_next(record) == [f"e{n}" for n in range(8)]
