"""What was dead, and settled by a person, may come again or die again: SQS delivers at least once, commands are broken off, and
letters are redriven while the message that died is still on its queue. Nobody is left without a word (invariants 2 and 10)."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from massid_cli.operations import letters
from massid_cli.operations.letters import discard, redrive
from massid_relay.core.errors import NeverSent, OutcomeUnknown, RejectedByProvider
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.record import EventState
from massid_relay.ledger.dead_letters import DeadLetter

from tests.integration.workers import bench as benches
from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, SUBMISSIONS, Bench
from tests.integration.workers.fake_carrot import APPEND, ATTACH, CREATE
from tests.integration.workers.operating import as_soon_as_told, operated
from tests.integration.workers.payloads import (
    PDF,
    actor,
    close,
    document_message,
    event,
    events_message,
    files_message,
    party,
)
from tests.integration.workers.replacements import create, create_step, standing_first, submission
from tests.integration.workers.test_settled_at_once import past_patience
from tests.integration.workers.test_submit_massid import end_run


class KilledCommandError(BaseException):
    """A person pressed Ctrl-C, or the machine went down."""


@pytest.fixture
def open_document(bench: Bench) -> Bench:
    bench.send(DOCUMENTS, document_message())
    bench.run()
    return bench


def items(bench: Bench) -> list[str | None]:
    return [letter.item for letter in bench.letters()]


def until_told(bench: Bench, *, delete: bool = True) -> None:
    """Until the first letter is written, and no further."""
    while not bench.letters():
        if not bench.work(EVENTS, delete=delete):
            coming = bench.queues.next_visible()
            assert coming is not None, "nothing is told"
            bench.clock.move_to(coming)


class TestAnEventThatIsRefusedAgain:
    """The message that died and the one that was redriven are in one FIFO group, and may come in one batch."""

    def test_redriven_at_once(self, standing: Bench) -> None:
        target = operated(standing)
        standing.carrot.refuses.add("x")
        as_soon_as_told(standing, lambda _: redrive(target, lambda _: True))
        standing.send(EVENTS, events_message(event("x", 10, value=1)))
        standing.run()

        assert items(standing) == ["x"]

    def test_redriven_while_its_message_was_not_deleted(self, standing: Bench) -> None:
        target = operated(standing)
        standing.carrot.refuses.add("x")
        standing.send(EVENTS, events_message(event("x", 10, value=1)))
        standing.work(EVENTS, delete=False)
        redrive(target, lambda _: True)
        standing.move(minutes=15)
        standing.run()

        assert items(standing) == ["x"]

    def test_redriven_minutes_later_while_its_message_still_comes_back(self, standing: Bench) -> None:
        """It brought a newcomer too, whose id isn't shown yet."""
        target = operated(standing)
        standing.carrot.refuses.add("x")
        standing.carrot.shows_parties = False
        standing.send(EVENTS, events_message(event("a", 8, value=1, **party()), event("x", 10, value=1)))
        until_told(standing)
        assert standing.waiting(EVENTS)
        redrive(target, lambda _: True)
        standing.move(minutes=15)
        standing.carrot.shows_parties = True
        standing.run()

        assert items(standing) == ["x"]
        dead = standing.record("doc").event("x")
        assert dead is not None
        assert dead.state is EventState.DEAD

    def test_handled_before_the_command_has_ended(self, standing: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """The workers don't wait for it."""
        target = operated(standing)
        standing.carrot.refuses.add("x")
        standing.send(EVENTS, events_message(event("x", 10, value=1)))
        standing.work(EVENTS, delete=False)
        standing.move(minutes=15)
        start_next_run = letters._start_next_run

        def work_meanwhile(*given: Any) -> Any:
            standing.work(EVENTS)
            return start_next_run(*given)

        monkeypatch.setattr(letters, "_start_next_run", work_meanwhile)
        redrive(target, lambda _: True)
        standing.run()

        assert items(standing) == ["x"]

    def test_a_closed_document_that_is_still_wrong(self, standing: Bench) -> None:
        target = operated(standing)
        standing.carrot.spoil = _without_weighing
        standing.send(EVENTS, events_message(close()))
        until_told(standing, delete=False)
        redrive(target, lambda _: True)
        standing.move(minutes=15)
        standing.run()

        assert standing.dead == ["VerificationFailed"]

    def test_a_cancel_that_came_too_late(self, standing: Bench) -> None:
        target = operated(standing)
        standing.carrot.next_fails(APPEND, OutcomeUnknown("no answer"), takes_effect=True)
        standing.send(EVENTS, events_message(close()))
        standing.work(EVENTS)
        as_soon_as_told(standing, lambda _: redrive(target, lambda _: True))
        standing.send(EVENTS, events_message(event("cancel", 95, "CANCEL")))
        standing.run()

        assert items(standing) == ["cancel"]


def _without_weighing(shown: JsonObject) -> None:
    if shown["status"] == "CLOSED":
        shown["externalEvents"] = [one for one in shown["externalEvents"] if one["name"] != "Weighing"]


class TestARedrive:
    def test_broken_off_before_it_asked_for_the_next_run(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """Done again it does what is left."""
        target = operated(bench)
        bench.send(SUBMISSIONS, submission(actor(), close()))
        bench.work(SUBMISSIONS)
        bench.carrot.next_fails(CREATE, RejectedByProvider("403", status=403))
        create(bench, token="token-1")
        end_run(bench, "failed")
        with monkeypatch.context() as patch, suppress(KilledCommandError):
            patch.setattr(letters, "_start_next_run", _killed)
            redrive(target, lambda _: True)
        bench.move(minutes=3)
        redrive(target, lambda _: True)
        bench.run()

        assert list(bench.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]
        assert bench.letters() == []

    def test_nothing_passes_what_it_holds_before_its_message_is_back(
        self, standing: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Redriven while a turn of the document waits for the platform's answer."""
        target = operated(standing)
        standing.undeliver(EVENTS, dumps(events_message(event("x", 10, value=1))), group="doc")
        standing.send(EVENTS, events_message(event("y", 20, value=1)))
        standing.run()
        append = standing.carrot.append_event

        def meanwhile(*given: Any) -> Any:
            monkeypatch.undo()
            redrive(target, lambda _: True)
            return append(*given)

        monkeypatch.setattr(standing.carrot, "append_event", meanwhile)
        standing.send(EVENTS, events_message(event("a", 8, value=1)))
        standing.run()

        assert standing.carrot.document.event_ids[-3:] == ["a", "x", "y"]
        assert standing.letters() == []

    def test_of_what_is_refused_as_a_whole_again_is_held_by_the_new_letter(self, standing: Bench) -> None:
        target = operated(standing)
        standing.send(EVENTS, events_message({"name": "Weighing", "value": "much"}))
        standing.run()
        (first,) = standing.letters()
        redrive(target, lambda _: True)
        standing.run()
        (second,) = standing.letters()
        standing.send(EVENTS, events_message(close()))
        standing.run()

        assert first.id != second.id
        assert [hold.dead_letter_id for hold in standing.record("doc").holds] == [second.id]
        discard(target, second.id, "a mistake")
        standing.run()
        assert standing.carrot.document.status == "CLOSED"

    def test_broken_off_sends_no_other_letter_twice(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """One document after the other."""
        target = operated(bench)
        bench.carrot.down = lambda name: RejectedByProvider("403", status=403) if name == CREATE else None
        for number in range(5):
            bench.send(DOCUMENTS, document_message(f"doc-{number}"))
        bench.run()
        settled = iter([False, True])
        settle = target.dead_letters.settle

        def settle_one(*given: Any) -> None:
            if next(settled):
                raise KilledCommandError
            settle(*given)

        with monkeypatch.context() as patch, suppress(KilledCommandError):
            patch.setattr(type(target.dead_letters), "settle", lambda _, *given: settle_one(*given))
            redrive(target, lambda _: True)
        bench.move(minutes=10)
        bench.run()
        redrive(target, lambda _: True)
        bench.run()

        assert len(bench.letters()) == 5 + 1, "but for the one that it was broken off over"

    def test_of_a_file_does_not_depend_on_two_clocks(
        self, open_document: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """SQS's may be behind ours."""
        bench = open_document
        record = benches._lambda_record

        def behind(*given: object) -> JsonObject:
            message = record(*given)  # type: ignore[arg-type]
            sent = int(message["attributes"]["SentTimestamp"])
            message["attributes"]["SentTimestamp"] = str(sent - 1_500)
            return message

        monkeypatch.setattr(benches, "_lambda_record", behind)
        target = operated(bench)
        bench.drop("doc", "mtr.pdf", PDF, tell=False)
        bench.carrot.next_fails(ATTACH, RejectedByProvider("403", status=403))
        bench.send(EVIDENCE, files_message("mtr.pdf"))
        bench.run()
        bench.move(seconds=1)
        redrive(target, lambda _: True)
        bench.run()

        assert bench.record("doc").files["mtr.pdf"].attached

    def test_of_a_file_that_still_does_not_come_waits_as_long_again(self, open_document: Bench) -> None:
        bench = open_document
        target = operated(bench)
        bench.send(EVIDENCE, files_message("mtr.pdf"))
        bench.run()
        past_patience(bench)
        assert bench.dead == ["WaitedTooLong"]
        redrive(target, lambda _: True)
        bench.run()
        assert bench.letters() == []
        past_patience(bench)

        assert bench.dead == ["WaitedTooLong"]


class TestAFileThatWasGivenUpAndIsAskedForAgain:
    def test_resumes_the_run_that_failed_over_it_when_it_comes(self, bench: Bench) -> None:
        bench.send(SUBMISSIONS, submission(actor(), close()))
        bench.work(SUBMISSIONS)
        create(bench, token="token-1")
        bench.send(EVIDENCE, files_message("mtr.pdf", token="token-2"))
        bench.run()
        past_patience(bench)
        end_run(bench, "failed")
        bench.send(EVIDENCE, files_message("mtr.pdf"))
        bench.run()
        bench.drop("doc", "mtr.pdf", PDF)
        bench.run()

        assert list(bench.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]

    def test_before_its_document_stands_is_attached_when_that_does(self, bench: Bench) -> None:
        target = operated(bench)
        bench.carrot.down = lambda name: RejectedByProvider("403", status=403) if name == CREATE else None
        bench.send(DOCUMENTS, document_message())
        bench.send(EVENTS, events_message(actor(), event("w", 5, value=1)))
        bench.drop("doc", "mtr.pdf", PDF, tell=False)
        bench.send(EVIDENCE, files_message("mtr.pdf"))
        bench.run()
        past_patience(bench)
        bench.carrot.down = lambda _: None
        redrive(target, lambda letter: letter.queue == "evidence")
        bench.run()
        redrive(target, lambda _: True)
        bench.run()
        bench.move(minutes=30)
        bench.sweep()
        bench.run()

        assert bench.record("doc").files["mtr.pdf"].attached


def _killed(*_: object) -> None:
    raise KilledCommandError


class TestADiscardedFile:
    """Its step hears of it, and the document is done with it."""

    @pytest.fixture
    def waiting(self, open_document: Bench) -> Bench:
        open_document.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
        open_document.run()
        return open_document

    def test_at_once(self, waiting: Bench) -> None:
        as_soon_as_told(waiting, self.discarding(waiting))
        waiting.drop("doc", "mtr.pdf", b"MZ")
        waiting.run()
        self.its_step_was_told(waiting)

    def test_after_its_worker_died(self, waiting: Bench) -> None:
        throw_away = self.discarding(waiting)

        def discard_and_die(letter: DeadLetter) -> None:
            throw_away(letter)
            raise KilledCommandError

        as_soon_as_told(waiting, discard_and_die)
        waiting.drop("doc", "mtr.pdf", b"MZ")
        with suppress(KilledCommandError):
            waiting.run()
        waiting.relay = waiting.container()
        past_patience(waiting)
        self.its_step_was_told(waiting)

    def test_that_never_came(self, waiting: Bench) -> None:
        as_soon_as_told(waiting, self.discarding(waiting))
        past_patience(waiting)
        self.its_step_was_told(waiting)

    def test_whose_request_comes_again(self, standing: Bench) -> None:
        """Its delete was lost. The document is done with the file all the same."""
        target = operated(standing)
        standing.drop("doc", "mtr.pdf", b"MZ", tell=False)
        standing.send(EVIDENCE, files_message("mtr.pdf"))
        standing.work(EVIDENCE, delete=False)
        (letter,) = standing.letters()
        discard(target, letter.id, "not wanted")
        standing.move(minutes=20)
        standing.send(EVENTS, events_message(close()))
        standing.run()

        assert standing.carrot.document.status == "CLOSED"
        assert standing.letters() == []

    def test_that_was_asked_for_anew_meanwhile(self, standing: Bench) -> None:
        """By the next run: the letter still rests, and to discard it still means that the file is not wanted."""
        target = operated(standing)
        standing.send(EVIDENCE, files_message("mtr.pdf"))
        standing.run()
        past_patience(standing)
        standing.send(EVIDENCE, files_message("mtr.pdf"))
        standing.run()
        (letter,) = standing.letters()
        discard(target, letter.id, "it will never come")
        standing.send(EVENTS, events_message(close()))
        standing.run()

        assert standing.carrot.document.status == "CLOSED"

    def discarding(self, bench: Bench) -> Callable[[DeadLetter], object]:
        target = operated(bench)
        return lambda letter: discard(target, letter.id, "not wanted")

    def its_step_was_told(self, bench: Bench) -> None:
        assert [token for token, _ in bench.steps.answers] == ["token-1"]
        assert bench.record("doc").waits == []
        assert bench.letters() == []


@pytest.mark.parametrize("act", ["discard", "redrive"])
def test_a_creation_that_comes_too_late_is_told_once(bench: Bench, act: str) -> None:
    target = operated(bench)
    standing_first(bench)
    bench.carrot.down = lambda name: RejectedByProvider("422", status=422) if name in {APPEND} else None
    bench.send(SUBMISSIONS, submission(generation=2))
    bench.run()
    bench.send(DOCUMENTS, create_step(bench, 2, "token-g2"))
    bench.run()
    before = len(bench.letters())

    def settle(letter: DeadLetter) -> None:
        if act == "discard":
            discard(target, letter.id, "known")
        else:
            redrive(target, lambda one: one.id == letter.id)

    as_soon_as_told(bench, settle)
    bench.move(days=200)
    bench.sweep()
    bench.run()

    assert len(bench.letters()) == before
    assert ("token-g2", "WaitedTooLong") in bench.steps.answers


def test_a_message_that_was_given_up_and_discarded_is_not_carried_out_when_it_comes_again(bench: Bench) -> None:
    """Its reason, an outage, is over by then; but a person read that nothing came of it."""
    target = operated(bench)
    bench.send(DOCUMENTS, document_message())
    bench.carrot.down = lambda _: NeverSent("no connection")
    bench.move(days=9.5)
    bench.work(DOCUMENTS, delete=False)
    (letter,) = bench.letters()
    assert letter.error_type == "WaitedTooLong"
    discard(target, letter.id, "not wanted any more")
    bench.carrot.down = lambda _: None
    bench.move(minutes=20)
    bench.run()

    assert not bench.carrot.documents
    assert bench.letters() == []


def test_a_message_that_comes_in_after_all_fills_the_hole_that_it_left(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it holds was written, its letter was not; and then its message came again and was good."""
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor()))
    bench.run()
    bench.send(EVENTS, events_message(event("w", 5, value=1)))
    bench.move(days=9.5)
    with monkeypatch.context() as patch:
        patch.setattr(bench.relay.documents, "load", _throttled_once(bench.relay.documents.load))
        patch.setattr(bench.relay.queues, "rest", _throttled)
        bench.work(EVENTS)
    assert bench.record("doc").holds
    bench.move(minutes=30)
    bench.run()
    bench.send(EVENTS, events_message(close()))
    bench.run()

    assert bench.carrot.document.status == "CLOSED"


def _throttled(*_: object, **__: object) -> None:
    raise RuntimeError("throttled")


def _throttled_once(load: Callable[..., object]) -> Callable[..., object]:
    calls = iter([True])

    def once(*given: object, **named: object) -> object:
        if next(calls, False):
            raise RuntimeError("throttled")
        return load(*given, **named)

    return once


def test_a_submission_sent_again_whose_first_receive_came_back_is_no_repetition(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was sent after the run was opened that is about to fail."""
    whole = submission(actor(), event("w", 5, value=1), close())
    bench.carrot.refuses.add("w")
    bench.send(SUBMISSIONS, whole)
    bench.work(SUBMISSIONS)
    bench.send(DOCUMENTS, create_step(bench, token="token-1"))
    bench.work(DOCUMENTS)
    bench.send(EVENTS, events_message(actor(), event("w", 5, value=1)))
    until_told(bench)
    bench.move(seconds=1)
    bench.send(SUBMISSIONS, whole)
    with monkeypatch.context() as patch:
        patch.setattr(bench.relay.runs, "newest", _throttled)
        bench.work(SUBMISSIONS)
    while not bench.work(SUBMISSIONS):
        bench.move(seconds=5)
    end_run(bench, "failed")
    bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]


def test_the_same_submission_delivered_twice_opens_no_other_run(bench: Bench) -> None:
    """Nobody submitted it again: SQS did."""
    bench.carrot.refuses.add("w")
    bench.send(SUBMISSIONS, submission(actor(), event("w", 5, value=1), close()))
    bench.work(SUBMISSIONS, delete=False)
    bench.send(DOCUMENTS, create_step(bench, token="token-1"))
    bench.work(DOCUMENTS)
    bench.send(EVENTS, events_message(actor(), event("w", 5, value=1)))
    until_told(bench)
    bench.move(minutes=20)
    assert bench.work(SUBMISSIONS) == 1
    end_run(bench, "failed")
    bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1"]
