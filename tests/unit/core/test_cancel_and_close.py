"""CANCEL stays possible until CLOSE is certain, and what was refused ended nothing (invariant 3)."""

from dataclasses import replace

import pytest
from massid_relay.core.errors import ForbiddenTransition, NotReady
from massid_relay.core.generations import require_next
from massid_relay.core.inbox import EVENTS_PER_DOCUMENT, enter
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.record import Batch, DocumentRecord, EventState, FileEntry, Hold
from massid_relay.core.timeline import StepKind, next_step

from tests.unit.core.test_timeline import START, confirm, created, event

NOT_SENT = Operation(Stage.STARTED, START, START)
UNKNOWN = Operation(Stage.STARTED, START, START, unknown_since=START)


def in_flight(operation: Operation, name: str = "CLOSE", state: EventState = EventState.WAITING) -> DocumentRecord:
    """A document with one event whose sending was begun."""
    record = created(event("begun", 5, name))
    record.events[0].state = state
    record.batch = Batch(operation, ["begun"])
    return record


def refusals(record: DocumentRecord, name: str, external_id: str = "new", minute: int = 6) -> list[str]:
    return [refused.error.reason for refused in enter(record, [event(external_id, minute, name)], "m2")]


class TestWhileCloseIsInFlight:
    @pytest.mark.parametrize("state", [EventState.WAITING, EventState.DEAD])
    @pytest.mark.parametrize("operation", [NOT_SENT, UNKNOWN])
    def test_cancel_enters(self, operation: Operation, state: EventState) -> None:
        assert refusals(in_flight(operation, state=state), "CANCEL") == []

    def test_other_events_are_refused_and_are_not_told_that_it_is_closed(self) -> None:
        (reason,) = refusals(in_flight(UNKNOWN), "Weighing")
        assert reason.startswith("the document is being closed")
        (reason,) = refusals(in_flight(UNKNOWN, state=EventState.DEAD), "Weighing")
        assert reason.startswith("it may be closed")

    @pytest.mark.parametrize(
        ("operation", "state", "kind"),
        [
            (NOT_SENT, EventState.WAITING, StepKind.LEAVE),
            (UNKNOWN, EventState.WAITING, StepKind.CLOSE),
            (UNKNOWN, EventState.DEAD, StepKind.LEAVE),
            (UNKNOWN, EventState.DISCARDED, StepKind.LOOK_UP),
        ],
    )
    def test_what_may_have_gone_out_is_settled_first(
        self, operation: Operation, state: EventState, kind: StepKind
    ) -> None:
        record = in_flight(operation, state=state)
        enter(record, [event("cancel", 6, "CANCEL")], "m2")
        assert next_step(record).kind is kind

    def test_cancel_goes_out_if_close_did_not(self) -> None:
        record = in_flight(UNKNOWN)
        enter(record, [event("cancel", 6, "CANCEL")], "m2")
        record.batch = None
        assert next_step(record).kind is StepKind.CANCEL

    def test_cancel_is_refused_if_close_did(self) -> None:
        record = in_flight(UNKNOWN)
        enter(record, [event("cancel", 6, "CANCEL")], "m2")
        record.batch = None
        confirm(record, "begun")
        step = next_step(record)
        assert (step.kind, [entry.external_id for entry in step.events]) == (StepKind.REFUSE, ["cancel"])


def test_a_replacement_waits_for_a_close_only_where_it_may_have_gone_out() -> None:
    """As a CANCEL does (docs/corrections.md, "When it is closed")."""
    require_next(in_flight(NOT_SENT), 2, known=True)
    with pytest.raises(NotReady):
        require_next(in_flight(UNKNOWN), 2, known=True)


def test_cancel_passes_an_event_that_died_with_an_unknown_outcome() -> None:
    record = in_flight(UNKNOWN, "Weighing", EventState.DEAD)
    enter(record, [event("cancel", 6, "CANCEL")], "m2")
    assert next_step(record).kind is StepKind.LEAVE


class TestTheLimit:
    def test_a_cancel_is_always_possible(self) -> None:
        record = created(*[event(f"e{number}", number) for number in range(EVENTS_PER_DOCUMENT)])
        assert refusals(record, "CANCEL") == []

    def test_what_was_given_up_takes_no_place(self) -> None:
        record = created(*[event(f"e{number}", number) for number in range(EVENTS_PER_DOCUMENT)])
        record.events[0].state = EventState.DISCARDED
        assert refusals(record, "Weighing", minute=500) == []
        assert refusals(record, "Weighing", "one-too-many", 501) == ["too many events"]


class TestAnEndThatWasRefused:
    @pytest.mark.parametrize("name", ["CANCEL", "CLOSE"])
    def test_another_one_under_a_new_external_id_enters_while_it_rests(self, name: str) -> None:
        record = created(event("refused", 5, name))
        record.events[0].state = EventState.DEAD
        assert refusals(record, name) == []

    def test_a_new_cancel_passes_the_dead_one(self) -> None:
        record = created(event("refused", 5, "CANCEL"))
        record.events[0].state = EventState.DEAD
        enter(record, [event("again", 5, "CANCEL")], "m2")
        assert [entry.external_id for entry in next_step(record).events] == ["again"]

    def test_events_enter_and_wait_behind_a_dead_cancel(self) -> None:
        record = created(event("refused", 5, "CANCEL"))
        record.events[0].state = EventState.DEAD
        assert refusals(record, "Weighing") == []
        assert next_step(record).waits_for == "event refused, which lies dead"

    def test_close_does_not_go_out_over_a_dead_cancel_whatever_their_times(self) -> None:
        record = created(event("close", 4, "CLOSE"), event("refused", 5, "CANCEL"))
        record.events[1].state = EventState.DEAD
        assert next_step(record).kind is StepKind.WAIT

    def test_one_that_may_stand_is_a_persons_affair(self) -> None:
        record = in_flight(UNKNOWN, "CANCEL", EventState.DEAD)
        (refused,) = enter(record, [event("again", 6, "CANCEL")], "m2")
        assert isinstance(refused.error, ForbiddenTransition)
        assert refused.error.reason.startswith("it may be cancelled")


def test_related_after_close_names_no_file_that_is_not_attached() -> None:
    """It would wait for its file for ever: after CLOSE none is attached."""
    record = created(event("close", 5, "CLOSE"))
    confirm(record, "close")
    record.files["there.pdf"] = FileEntry(
        "there.pdf", START, Operation(Stage.CONFIRMED, START, START), attachment_id="1"
    )
    with_it, without = (replace(event(name, 6, "RELATED"), files=(name,)) for name in ("there.pdf", "missing.pdf"))
    (refused,) = enter(record, [with_it, without], "m2")
    assert (refused.external_id, refused.error.reason) == ("missing.pdf", "no file is attached after CLOSE")


def test_what_holds_close_over_other_content_stays_when_the_event_is_tried_again() -> None:
    record = created(event("a", 1), event("close", 2, "CLOSE"))
    record.events[0].state = EventState.DEAD
    record.holds = [Hold("letter", event_external_id="a")]
    enter(record, [event("a", 1)], "redriven")
    confirm(record, "a")
    assert next_step(record).waits_for == "dead letter letter"
