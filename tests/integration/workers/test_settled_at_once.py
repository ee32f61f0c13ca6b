"""A dead letter may be discarded or redriven the moment it is told: what it holds was written before it (invariants 2 and 3)."""

from contextlib import suppress

import pytest
from massid_cli.operations.letters import discard, redrive
from massid_relay.core.record import EventState
from massid_relay.ledger.dead_letters import DeadLetter

from tests.integration.workers.bench import DOCUMENTS, EVENTS, SUBMISSIONS, Bench
from tests.integration.workers.mortal import KilledError, mortal
from tests.integration.workers.operating import as_soon_as_told, operated
from tests.integration.workers.payloads import actor, close, document_message, event, events_message, with_file
from tests.integration.workers.replacements import create, newest_input, submission
from tests.integration.workers.test_submit_massid import end_run

UNREADABLE = events_message({"name": "Weighing", "value": "much"})
CONFLICTING = events_message(event("w", 5, value=2))
TOO_EARLY = events_message(event("early", 1, value=1))


@pytest.mark.parametrize("message", [UNREADABLE, CONFLICTING, TOO_EARLY], ids=["unreadable", "conflict", "too early"])
def test_what_is_discarded_at_once_holds_nothing(standing: Bench, message: dict[str, object]) -> None:
    target = operated(standing)
    as_soon_as_told(standing, lambda letter: discard(target, letter.id, "a mistake"))
    standing.send(EVENTS, message)
    standing.run()
    standing.send(EVENTS, events_message(close()))
    standing.run()

    assert standing.dead == []
    assert standing.carrot.document.status == "CLOSED"


@pytest.mark.parametrize("message", [UNREADABLE, CONFLICTING, TOO_EARLY], ids=["unreadable", "conflict", "too early"])
def test_what_was_discarded_holds_nothing_when_its_message_comes_again(
    standing: Bench, message: dict[str, object]
) -> None:
    """SQS delivers at least once; and the worker may have died before it deleted the message."""
    target = operated(standing)
    standing.send(EVENTS, message)
    standing.work(EVENTS, delete=False)
    (letter,) = standing.letters()
    discard(target, letter.id, "a mistake")
    standing.move(minutes=15)
    standing.run()
    standing.send(EVENTS, events_message(close()))
    standing.run()

    assert standing.dead == []
    assert standing.carrot.document.status == "CLOSED"


def test_a_message_that_its_queue_gave_up_and_that_is_discarded_at_once(standing: Bench) -> None:
    target = operated(standing)
    as_soon_as_told(standing, lambda letter: discard(target, letter.id, "a mistake"))
    standing.undeliver(EVENTS, '{"version": 1}', group="doc")
    standing.send(EVENTS, events_message(close()))
    standing.run()

    assert standing.dead == []
    assert standing.carrot.document.status == "CLOSED"


def test_a_worker_that_writes_the_hold_again_while_its_letter_is_discarded(standing: Bench) -> None:
    """It has read that the letter rests, and saves after the person's last write."""
    target = operated(standing)
    standing.send(EVENTS, CONFLICTING)
    standing.work(EVENTS, delete=False)
    (letter,) = standing.letters()
    standing.move(minutes=15)
    index = standing.relay.dead_letters
    get = index.get

    def read_and_lose(dead_letter_id: str) -> DeadLetter | None:
        found = get(dead_letter_id)
        index.get = get  # type: ignore[method-assign]
        discard(target, letter.id, "a mistake")
        return found

    index.get = read_and_lose  # type: ignore[method-assign]
    standing.run()
    standing.send(EVENTS, events_message(close()))
    standing.run()

    assert standing.carrot.document.status == "CLOSED"


def test_an_event_that_waited_too_long_and_is_discarded_at_once(bench: Bench) -> None:
    target = operated(bench)
    bench.send(EVENTS, events_message(actor()))
    bench.run()
    as_soon_as_told(bench, lambda letter: discard(target, letter.id, "no longer wanted"))
    past_patience(bench)

    assert bench.dead == []
    (entry,) = bench.record("doc").events
    assert entry.state is EventState.DISCARDED


@pytest.mark.parametrize("effects", range(1, 8))
def test_a_sweep_that_dies_over_what_waited_too_long_tells_it_once(bench: Bench, effects: int) -> None:
    """Invariant 2: given up in the ledger first, and told by the next sweep if this one did not live to do so."""
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(with_file(event("w", 5, value=1), "ticket.pdf"), token="token-1"))
    bench.run()
    bench.move(days=201)
    bench.relay = mortal(bench, effects)
    with suppress(KilledError):
        bench.sweep()
    bench.relay = bench.container()
    past_patience(bench)

    assert sorted(letter.item or "" for letter in bench.letters()) == ["ticket.pdf", "w"]
    assert bench.steps.answers == [("token-1", "WaitedTooLong")]


def past_patience(bench: Bench) -> None:
    """Sweeps far apart, until nothing can wait any longer."""
    for _ in range(4):
        bench.move(days=181)
        bench.sweep()
        bench.run()


@pytest.mark.parametrize("again", ["redrive", "submit"])
def test_a_run_that_is_about_to_fail_is_followed_by_the_next_one(bench: Bench, again: str) -> None:
    """Redriven, or submitted again as it was, before the state machine wrote that the run failed."""
    target = operated(bench)
    whole = submission(actor(), event("w", 5, value=1), close())
    bench.send(SUBMISSIONS, whole)
    bench.work(SUBMISSIONS)
    create(bench, token="token-1")
    bench.carrot.refuses.add("w")
    part = newest_input(bench, 1)["submissionRef"]
    asked = {"version": 1, "documentExternalId": "doc", "submissionRef": part, "select": "timeline"}
    bench.send(EVENTS, asked | {"taskToken": "token-2"})
    bench.run()
    assert [letter.item for letter in bench.letters()] == ["w"]
    bench.carrot.refuses.clear()
    bench.move(seconds=1)
    if again == "redrive":
        redrive(target, lambda _: True)
    else:
        bench.send(SUBMISSIONS, whole)
        bench.work(SUBMISSIONS)
    end_run(bench, "failed")
    bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]
