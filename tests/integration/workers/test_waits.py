"""A waiting step of the lifecycle is answered exactly when it is due, and only then."""

import pytest
from massid_relay.core.errors import NeverSent

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, Bench
from tests.integration.workers.fake_carrot import CREATE, READ, Call
from tests.integration.workers.payloads import (
    PDF,
    actor,
    close,
    document_message,
    event,
    events_message,
    files_message,
    party,
    with_file,
)


@pytest.fixture
def open_document(bench: Bench) -> Bench:
    """A document stands."""
    bench.send(DOCUMENTS, document_message())
    bench.run()
    return bench


def test_create_is_answered_once_the_ids_of_its_newcomers_are_known(bench: Bench) -> None:
    told: list[int] = []
    bench.carrot.before = lambda call: told.append(len(bench.steps.answers))
    bench.send(DOCUMENTS, document_message(**party(), token="token-1"))
    bench.run()

    assert [call.name for call in bench.carrot.calls] == [CREATE, READ]
    assert told == [0, 0]
    assert bench.steps.answers == [("token-1", "succeeded")]
    assert bench.carrot.document.id in bench.steps.causes["token-1"]


def test_events_are_answered_once_the_last_of_them_is_confirmed(open_document: Bench) -> None:
    asked = events_message(event("a", 1), with_file(event("b", 2), "mtr.pdf"), token="token-1")
    open_document.send(EVENTS, asked)
    open_document.run()
    assert open_document.carrot.document.event_ids == ["a"]
    assert open_document.steps.answers == []
    assert [wait.token for wait in open_document.record("doc").waits] == ["token-1"]

    open_document.drop("doc", "mtr.pdf", PDF)
    open_document.run()

    assert open_document.steps.answers == [("token-1", "succeeded")]
    assert open_document.record("doc").waits == []


def test_files_are_answered_once_the_last_of_them_is_attached(open_document: Bench) -> None:
    """One state waits for all files with one token."""
    open_document.send(EVIDENCE, files_message("one.pdf", "two.pdf", token="token-1"))
    open_document.drop("doc", "two.pdf", PDF)
    open_document.run()
    assert open_document.steps.answers == []

    open_document.drop("doc", "one.pdf", PDF)
    open_document.run()

    assert open_document.steps.answers == [("token-1", "succeeded")]


def test_close_is_answered_only_after_the_document_was_read_back(open_document: Bench) -> None:
    told: list[tuple[str, int]] = []
    open_document.send(EVENTS, events_message(actor()))
    open_document.run()
    open_document.move(minutes=5)

    def note(call: Call) -> None:
        told.append((call.name, len(open_document.steps.answers)))

    open_document.carrot.before = note
    open_document.carrot.next_fails(READ, NeverSent("connection refused"))
    open_document.send(EVENTS, events_message(close(), token="token-1"))
    open_document.run()

    assert [answers for _, answers in told] == [0] * len(told)
    assert told[-1] == (READ, 0)
    assert open_document.steps.answers == [("token-1", "succeeded")]


def test_what_is_done_already_is_answered_without_a_call(open_document: Bench) -> None:
    """A run that failed is resumed: finished steps answer from the ledger."""
    open_document.send(EVENTS, events_message(event("a", 1)))
    open_document.drop("doc", "mtr.pdf", PDF, tell=False)
    open_document.send(EVIDENCE, files_message("mtr.pdf"))
    open_document.run()
    open_document.move(minutes=10)
    open_document.carrot.calls.clear()

    open_document.send(DOCUMENTS, document_message(token="create"))
    open_document.send(EVIDENCE, files_message("mtr.pdf", token="files"))
    open_document.send(EVENTS, events_message(event("a", 1), token="events"))
    open_document.run()

    assert sorted(open_document.steps.answers) == [(name, "succeeded") for name in ("create", "events", "files")]
    assert open_document.carrot.calls == []


@pytest.mark.parametrize("queue", [DOCUMENTS, EVIDENCE, EVENTS])
def test_a_token_that_nobody_waits_for_any_more_is_no_error(open_document: Bench, queue: str) -> None:
    """It may have timed out, or been answered by a worker that died before its delete."""
    open_document.steps.stale.add("token-1")
    open_document.drop("doc", "mtr.pdf", PDF, tell=False)
    message = {
        DOCUMENTS: document_message(token="token-1"),
        EVIDENCE: files_message("mtr.pdf", token="token-1"),
        EVENTS: events_message(event("a", 1), token="token-1"),
    }[queue]
    open_document.send(queue, message)
    open_document.run()

    assert not list(open_document.queues.all())
    assert open_document.record("doc").waits == []
    assert open_document.dead == []


def test_two_steps_that_wait_for_the_same_event_are_both_answered(open_document: Bench) -> None:
    asked = with_file(event("a", 1), "mtr.pdf")
    open_document.send(EVENTS, events_message(asked, token="first"))
    open_document.send(EVENTS, events_message(asked, token="second"))
    open_document.run()
    open_document.drop("doc", "mtr.pdf", PDF)
    open_document.run()

    assert sorted(open_document.steps.answers) == [("first", "succeeded"), ("second", "succeeded")]


def test_a_step_whose_event_dies_is_told_its_reason_although_the_event_waited_long(open_document: Bench) -> None:
    open_document.carrot.refuses = {"a"}
    open_document.send(EVENTS, events_message(with_file(event("a", 1), "mtr.pdf"), event("b", 2), token="token-1"))
    open_document.run()
    open_document.move(days=20)
    open_document.drop("doc", "mtr.pdf", PDF)
    open_document.run()

    (letter,) = open_document.letters()
    assert open_document.steps.answers == [("token-1", "Rejected422")]
    assert open_document.steps.causes["token-1"] == letter.id


def test_the_reason_that_a_step_is_told_is_found_in_the_index(open_document: Bench) -> None:
    """Whatever kills an event, and whichever message of its group brought it."""
    open_document.send(EVENTS, events_message(event("b", 5)))
    open_document.run()
    open_document.send(EVENTS, events_message(event("c", 6), token="first"))
    open_document.send(EVENTS, events_message(event("a", 1), token="second"))
    open_document.send(EVENTS, events_message(event("b", 5, value=9), token="third"))
    open_document.run()

    answers = dict(open_document.steps.answers)
    assert (answers["second"], answers["third"]) == ("InvalidMessage", "PayloadConflict")
    letters = {letter.id for letter in open_document.letters()}
    assert {open_document.steps.causes[token] for token in ("second", "third")} == letters


def test_files_are_no_longer_waited_for_once_the_document_is_cancelled(open_document: Bench) -> None:
    """Nothing is attached to a cancelled document: the step that waits for a file would wait for ever."""
    open_document.send(EVIDENCE, files_message("one.pdf", token="token-1"))
    open_document.send(EVENTS, events_message(actor(), event("cancel", 2, name="CANCEL")))
    open_document.run()

    assert open_document.steps.answers == [("token-1", "ForbiddenTransition")]
    assert open_document.record("doc").waits == []
    assert open_document.letters() == []
