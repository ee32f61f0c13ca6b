"""CANCEL passes whatever waits, lies dead or is in flight, but a CLOSE that went out (invariant 3; docs/corrections.md)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from massid_relay.core.errors import NeverSent, OutcomeUnknown, RejectedByProvider
from massid_relay.core.jsons import JsonObject

from tests.integration.workers.bench import DOCUMENTS, EVENTS, SUBMISSIONS, Bench
from tests.integration.workers.fake_carrot import APPEND, BATCH, CREATE, READ, Call
from tests.integration.workers.payloads import actor, close, document_message, event, events_message, party, with_file
from tests.integration.workers.replacements import submission

A_WHILE = timedelta(minutes=5)


def cancel(external_id: str = "cancel", **more: str) -> JsonObject:
    return events_message({"name": "CANCEL", "isPublic": True, "externalId": external_id}, **more)


def look_again(bench: Bench, times: int = 3) -> None:
    """Long enough for whatever waits to be looked at."""
    for _ in range(times):
        bench.move(hours=7)
        bench.sweep()
        bench.run()


class TestWhileCloseIsInFlight:
    def test_it_wins_where_close_certainly_did_not_go_out(self, standing: Bench) -> None:
        """The reads before CLOSE get no answer."""
        standing.carrot.down = lambda name: OutcomeUnknown("no answer") if name == READ else None
        standing.send(EVENTS, events_message(close(), token="closing"))
        standing.run(ends=standing.clock.now() + A_WHILE)
        standing.send(EVENTS, cancel())
        standing.run(ends=standing.clock.now() + A_WHILE)
        assert standing.carrot.document.status == "CANCELLED"
        assert standing.letters() == []
        assert ("closing", "ForbiddenTransition") in standing.steps.answers

    @pytest.mark.parametrize(
        ("error", "went_out"),
        [
            (OutcomeUnknown("no answer"), True),
            (OutcomeUnknown("no answer"), False),
            (NeverSent("no connection"), False),
        ],
    )
    def test_it_is_decided_when_that_is_known(self, standing: Bench, error: Exception, went_out: bool) -> None:
        standing.carrot.next_fails(APPEND, error, takes_effect=went_out)
        standing.send(EVENTS, events_message(close()))
        standing.work(EVENTS)
        standing.send(EVENTS, cancel(token="cancelling"))
        standing.run()
        look_again(standing)
        assert standing.carrot.document.status == ("CLOSED" if went_out else "CANCELLED")
        assert standing.dead == (["ForbiddenTransition"] if went_out else [])
        assert (dict(standing.steps.answers)["cancelling"] == "ForbiddenTransition") is went_out
        assert standing.record("doc").batch is None

    def test_one_letter_tells_of_it_wherever_the_worker_dies(self, standing: Bench) -> None:
        standing.carrot.next_fails(APPEND, OutcomeUnknown("no answer"), takes_effect=True)
        standing.send(EVENTS, events_message(close()))
        standing.work(EVENTS)
        standing.send(EVENTS, cancel())
        standing.work(EVENTS, delete=False)
        standing.move(minutes=15)
        standing.run()
        assert standing.dead == ["ForbiddenTransition"]

    @pytest.mark.parametrize("dies", [False, True])
    def test_who_asks_again_after_it_was_refused_is_answered_again(self, standing: Bench, dies: bool) -> None:
        """Its letter redriven: the message is gone from the dead-letter queue, so silence would lose it."""
        standing.carrot.next_fails(APPEND, OutcomeUnknown("no answer"), takes_effect=True)
        standing.send(EVENTS, events_message(close()))
        standing.work(EVENTS)
        standing.send(EVENTS, cancel())
        standing.run()
        standing.move(minutes=6)  # beyond the memory of a FIFO queue
        standing.send(EVENTS, cancel())
        standing.work(EVENTS, delete=not dies)
        standing.move(minutes=15)
        standing.run()
        assert standing.dead == ["ForbiddenTransition"] * 2
        assert standing.carrot.document.status == "CLOSED"

    @pytest.mark.parametrize("closed", [True, False])
    def test_a_close_of_unknown_outcome_that_lies_dead_is_looked_at_once_more(
        self, standing: Bench, closed: bool
    ) -> None:
        standing.carrot.next_fails(APPEND, OutcomeUnknown("no answer"), takes_effect=closed)
        standing.send(EVENTS, events_message(close()))
        standing.work(EVENTS)
        standing.carrot.down = lambda name: RejectedByProvider("no", status=403) if name == READ else None
        standing.move(minutes=5)
        standing.run()
        standing.carrot.down = lambda _: None
        assert standing.dead == ["Rejected403"]
        standing.send(EVENTS, cancel())
        standing.run()
        assert standing.carrot.document.status == ("CLOSED" if closed else "CANCELLED")
        assert sorted(standing.dead) == (["ForbiddenTransition", "Rejected403"] if closed else ["Rejected403"])

    def test_a_replacement_wins_where_close_certainly_did_not_go_out(self, standing: Bench) -> None:
        standing.carrot.down = lambda name: OutcomeUnknown("no answer") if name == READ else None
        standing.send(EVENTS, events_message(close()))
        standing.run(ends=standing.clock.now() + A_WHILE)
        standing.carrot.down = lambda _: None
        standing.send(SUBMISSIONS, submission(actor(), generation=2))
        standing.run()
        assert [document.status for document in standing.carrot.documents.values()] == ["CANCELLED", "OPEN"]


def test_a_replaced_document_that_cannot_be_read_is_cancelled_past_a_close_that_did_not_go_out(standing: Bench) -> None:
    """CLOSE was to bring a newcomer, so the read is tried; it tells nothing about a CLOSE that was never sent."""
    inline = {name: value for name, value in close().items() if name not in {"participantId", "addressId"}}
    standing.carrot.next_fails(APPEND, NeverSent("no connection"))
    standing.send(EVENTS, events_message(inline | party()))
    standing.work(EVENTS)
    standing.send(SUBMISSIONS, submission(actor(), generation=2))
    standing.work(SUBMISSIONS)
    first = standing.relay.documents.load("doc", 1).document_id
    unreadable = {first}
    standing.carrot.before = lambda call: _refuse_reads(call, unreadable)
    standing.run()
    assert [document.status for document in standing.carrot.documents.values()] == ["CANCELLED", "OPEN"]
    assert standing.dead == ["Superseded"], "CLOSE of the replaced document, and nothing else"


def _refuse_reads(call: Call, of: set[str | None]) -> None:
    if call.name == READ and call.document_id in of:
        raise RejectedByProvider("no", status=403)


class _Killed(BaseException):
    pass


def killed_before(call: Call) -> None:
    """The worker ends before its call has gone out."""
    if call.name in {APPEND, BATCH}:
        raise _Killed


def let_die(bench: Bench, die: Callable[[Call], None] = killed_before) -> None:
    """Workers die over the ACTOR until it is given up, and nobody knows whether it stands."""
    bench.send(DOCUMENTS, document_message())
    bench.run()
    bench.carrot.before = die
    bench.send(EVENTS, events_message(actor()))
    for _ in range(12):
        try:
            bench.run(ends=bench.clock.now() + timedelta(minutes=30))
        except _Killed:
            continue
    bench.carrot.before = lambda _: None
    bench.run()
    assert bench.dead == ["WorkerCrashed"]


def test_it_passes_an_event_over_which_workers_died(bench: Bench) -> None:
    let_die(bench)
    bench.send(EVENTS, cancel(token="cancelling"))
    bench.run()
    assert bench.carrot.document.status == "CANCELLED"
    assert "cancelling" in dict(bench.steps.answers)


def test_what_stood_all_the_same_is_not_sent_again_if_carrot_refuses_the_cancel(bench: Bench) -> None:
    """A redrive finds it confirmed (invariant 1)."""
    let_die(bench)
    sent = bench.record("doc").events[0]
    bench.carrot.document.events.append((bench.clock.now(), {"id": "event-1", "externalId": "actor", "name": "ACTOR"}))
    bench.carrot.refuses = {"cancel"}
    bench.send(EVENTS, cancel())
    bench.move(minutes=5)
    bench.run()
    assert sorted(bench.dead) == ["Rejected422", "WorkerCrashed"]
    assert bench.record("doc").events[0].state == "confirmed"
    bench.send(EVENTS, events_message(actor()))
    bench.run()
    assert bench.carrot.document.event_ids.count(sent.external_id) == 1


def test_a_full_document_can_be_cancelled_and_replaced(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    for first in range(0, 99, 33):
        events = [with_file(event(f"e{first + n}", 1 + first + n), "never.pdf") for n in range(33)]
        bench.send(EVENTS, events_message(*events))
    bench.run()
    bench.send(SUBMISSIONS, submission(actor(), generation=2))
    bench.run()
    assert [document.status for document in bench.carrot.documents.values()] == ["CANCELLED", "OPEN"]


def test_a_refused_cancel_does_not_stand_in_the_way_of_another(standing: Bench) -> None:
    """docs/operations.md: the corrected event under a new external id, then discard the dead one."""
    standing.carrot.refuses = {"first"}
    standing.send(EVENTS, cancel("first"))
    standing.run()
    standing.send(EVENTS, events_message(event("later", 60)))
    standing.run()
    assert standing.dead == ["Rejected422"]
    standing.send(EVENTS, cancel("second"))
    standing.run()
    assert standing.carrot.document.status == "CANCELLED"
    assert standing.dead == ["Rejected422"]


def test_the_same_conflict_again_and_again_holds_once(standing: Bench) -> None:
    """Decision 7: of one event's conflicts the newest letter holds."""
    for number in range(3):
        standing.send(EVENTS, events_message(event("w", 5, value=2), event(f"sorting-{number}", 6 + number)))
        standing.run()
        standing.move(minutes=10)
    record = standing.record("doc")
    assert [hold.event_external_id for hold in record.holds] == ["w"]


def test_an_event_is_given_up_after_its_own_patience(bench: Bench) -> None:
    """Not after that of what waited before it came (docs/operations.md, WaitedTooLong)."""
    bench.send(DOCUMENTS, document_message())
    bench.carrot.refuses = {"refused"}
    bench.send(EVENTS, events_message(actor(), event("refused", 5), event("behind", 6)))
    bench.run()
    for _ in range(40):
        bench.move(days=6)
        bench.sweep()
        bench.run()
    bench.send(EVENTS, events_message(event("fresh", 60)))
    bench.run()
    look_again(bench)
    assert bench.dead.count("WaitedTooLong") == 1
    fresh = bench.record("doc").event("fresh")
    assert fresh is not None
    assert (fresh.state, fresh.waiting_since is not None) == ("waiting", True)


def test_an_event_that_went_out_carries_no_time_of_waiting(standing: Bench) -> None:
    """Decision 2: the record stays small."""
    assert [entry.waiting_since for entry in standing.record("doc").events] == [None, None]


class TestOnFailure:
    """`Cancel Document` of the lifecycle: the worker knows whether there is anything to cancel."""

    def submitted(self, bench: Bench, **document: Any) -> JsonObject:
        bench.send(SUBMISSIONS, submission(actor(), **document) | {"onFailure": "cancel"})
        bench.work(SUBMISSIONS)
        *_, run = bench.steps.executions.values()
        return {"version": 1, "submissionRef": run["submissionRef"]}

    def cancel(self, bench: Bench, step: JsonObject) -> None:
        bench.send(EVENTS, step | {"documentExternalId": "doc", "select": "cancel", "taskToken": "cancelling"})
        bench.run()

    def test_a_document_that_stands_is_cancelled_though_its_step_failed(self, bench: Bench) -> None:
        """Created, then the read for its ids was refused."""
        step = self.submitted(bench, **party())
        bench.carrot.down = lambda name: RejectedByProvider("no", status=403) if name == READ else None
        bench.send(DOCUMENTS, step | {"externalId": "doc", "taskToken": "creating"})
        bench.run()
        assert bench.steps.answers == [("creating", "Rejected403")]
        self.cancel(bench, step)
        assert bench.carrot.document.status == "CANCELLED"
        assert bench.steps.answers[1:] == [("cancelling", "succeeded")]

    def test_one_that_was_never_created_leaves_nothing_behind(self, bench: Bench) -> None:
        step = self.submitted(bench)
        bench.carrot.next_fails(CREATE, RejectedByProvider("no", status=422))
        bench.send(DOCUMENTS, step | {"externalId": "doc", "taskToken": "creating"})
        bench.run()
        self.cancel(bench, step)
        assert bench.steps.answers == [("creating", "Rejected422"), ("cancelling", "succeeded")]
        assert bench.record("doc").events == []

    def test_the_document_of_another_submission_stays(self, standing: Bench) -> None:
        """This one failed because it contradicts the one that stands."""
        step = self.submitted(standing, category="Glass")
        self.cancel(standing, step)
        assert standing.carrot.document.status == "OPEN"
        assert standing.steps.answers[-1:] == [("cancelling", "succeeded")]
