"""A CLOSE or CANCEL of which nobody knows whether it stands ends nothing and lets nothing past, until that is known (invariants
1 to 3)."""

from datetime import timedelta

import pytest
from massid_cli.operations.letters import release
from massid_relay.core.errors import NotReady, OutcomeUnknown, RejectedByProvider
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.record import EventState
from massid_relay.work.append_events import append_events
from massid_relay.work.source import QueueName, Source

from tests.integration.workers.bench import EVENTS, SUBMISSIONS, Bench
from tests.integration.workers.fake_carrot import APPEND, BATCH, READ, Call
from tests.integration.workers.mortal import run_and_die
from tests.integration.workers.payloads import actor, close, event, events_message, party, with_file
from tests.integration.workers.replacements import submission
from tests.integration.workers.test_cancel_passes import cancel, look_again

WAKE: JsonObject = {"version": 1, "documentExternalId": "doc", "wake": "Released"}


def unreadable(bench: Bench) -> None:
    bench.carrot.down = lambda name: RejectedByProvider("no", status=403) if name == READ else None


def readable(bench: Bench) -> None:
    bench.carrot.down = lambda _: None


def close_dies_in_doubt(bench: Bench, *, stands: bool) -> None:
    """CLOSE gets no answer, and the document can't be read afterwards."""
    bench.carrot.next_fails(APPEND, OutcomeUnknown("no answer"), takes_effect=stands)
    bench.send(EVENTS, events_message(close()))
    bench.work(EVENTS)
    unreadable(bench)
    bench.move(minutes=5)
    bench.run()
    assert bench.dead == ["Rejected403"]


def discard(bench: Bench, error_type: str, *, wake: bool = True) -> None:
    """What `massid discard` does to the document."""
    (letter,) = [letter for letter in bench.letters() if letter.error_type == error_type]
    record = bench.record("doc")
    assert release(record, letter)
    bench.relay.documents.save(record, look_at=record.waiting_since)
    if wake:
        bench.send(EVENTS, WAKE)


def sent(bench: Bench) -> list[str]:
    return [body["externalId"] for call in bench.carrot.named(APPEND, BATCH) for body in call.bodies]


class TestAClose:
    def test_the_doubt_outlives_a_cancel_while_the_document_cannot_be_read(self, standing: Bench) -> None:
        """Else a closed document would be replaced by one whose older one can never be cancelled."""
        close_dies_in_doubt(standing, stands=True)
        standing.send(EVENTS, cancel())
        standing.run()
        assert "cancel" not in sent(standing)
        readable(standing)
        standing.send(SUBMISSIONS, submission(actor(), generation=2))
        standing.run()
        assert not standing.relay.documents.load("doc", 1).superseded
        assert sorted(standing.dead) == ["ForbiddenTransition", "Rejected403", "Rejected403"]

    def test_a_look_comes_after_what_was_sent_last_must_be_visible(self, standing: Bench) -> None:
        """CLOSE took effect late in its call, and shows half a minute after that."""

        def slowly(call: Call) -> None:
            standing.clock.advance(9 if call.name == APPEND else 0)

        standing.carrot.lag = timedelta(seconds=30)
        standing.carrot.before = slowly
        close_dies_in_doubt(standing, stands=True)
        readable(standing)
        standing.send(EVENTS, cancel())
        standing.run()
        assert "cancel" not in sent(standing)
        assert standing.carrot.document.status == "CLOSED"

    @pytest.mark.parametrize("first", ["event", "wake"])
    def test_nothing_passes_it_once_it_was_discarded(self, standing: Bench, first: str) -> None:
        close_dies_in_doubt(standing, stands=True)
        readable(standing)
        discard(standing, "Rejected403", wake=first == "wake")
        standing.send(EVENTS, events_message(event("late", 95)))
        standing.send(EVENTS, WAKE)
        standing.run()
        assert "late" not in sent(standing)
        assert "ForbiddenTransition" in standing.dead

    def test_a_replacement_waits_for_the_look_at_one_that_was_discarded(self, standing: Bench) -> None:
        close_dies_in_doubt(standing, stands=False)
        discard(standing, "Rejected403")
        standing.carrot.down = lambda name: OutcomeUnknown("no answer") if name == READ else None
        standing.run(ends=standing.clock.now() + timedelta(minutes=2))
        standing.send(SUBMISSIONS, submission(actor(), generation=2))
        standing.run(ends=standing.clock.now() + timedelta(minutes=2))
        readable(standing)
        standing.run()
        assert [document.status for document in standing.carrot.documents.values()] == ["CANCELLED", "OPEN"]

    @pytest.mark.parametrize("effects", range(1, 10))
    @pytest.mark.parametrize("stands", [True, False])
    @pytest.mark.parametrize("dead", [True, False])
    def test_workers_that_die_beside_a_cancel_leave_one_end(
        self, standing: Bench, dead: bool, stands: bool, effects: int
    ) -> None:
        if dead:
            close_dies_in_doubt(standing, stands=stands)
            readable(standing)
        else:
            standing.carrot.next_fails(APPEND, OutcomeUnknown("no answer"), takes_effect=stands)
            standing.send(EVENTS, events_message(close(), token="closing"))
            standing.work(EVENTS)
        standing.send(EVENTS, cancel(token="cancelling"))
        run_and_die(standing, effects)
        look_again(standing)
        assert standing.carrot.document.status == ("CLOSED" if stands else "CANCELLED")
        answers = dict(standing.steps.answers)
        assert answers["cancelling"] == ("ForbiddenTransition" if stands else "succeeded")
        assert dead or answers["closing"] == ("succeeded" if stands else "ForbiddenTransition")
        assert sorted(standing.dead) == ["ForbiddenTransition"] * stands + ["Rejected403"] * dead
        record = standing.record("doc")
        assert (record.batch, record.waits, record.waiting_since) == (None, [], None)

    def test_a_second_look_still_waits_from_the_lease_s_end(self, standing: Bench) -> None:
        """The first look takes the dead worker's lease away; that its call may have gone out late is not forgotten."""

        def die(call: Call) -> None:
            if call.name == APPEND:
                raise _Killed

        inline = {name: value for name, value in close().items() if name not in {"participantId", "addressId"}}
        standing.carrot.before = die
        standing.send(EVENTS, events_message(inline | party()))
        with pytest.raises(_Killed):
            standing.work(EVENTS)
        standing.carrot.before = lambda _: None
        batch = standing.record("doc").batch
        assert batch is not None
        assert batch.operation.lease is not None
        standing.clock.move_to(batch.operation.lease.until + timedelta(seconds=1))
        woken = Source(QueueName.EVENTS, "w", "r", dumps(WAKE), "doc", 1, standing.clock.now())
        for _ in range(2):
            with pytest.raises(NotReady):
                append_events(standing.relay, [woken])
            standing.move(seconds=1)


class _Killed(BaseException):
    pass


class TestACancel:
    def test_one_that_nobody_remembers_is_looked_up_before_it_is_sent_again(self, standing: Bench) -> None:
        """It stands; Carrot would refuse the second one, and the ledger would believe the document open."""
        standing.carrot.memory = timedelta(hours=24)
        standing.carrot.next_fails(APPEND, OutcomeUnknown("no answer"), takes_effect=True)
        standing.send(EVENTS, cancel(token="cancelling"))
        standing.work(EVENTS)
        standing.carrot.down = lambda _: OutcomeUnknown("an outage")
        standing.run(ends=standing.clock.now() + timedelta(hours=26), step=1)
        readable(standing)
        standing.run()
        assert standing.dead == []
        assert standing.steps.answers == [("cancelling", "succeeded")]
        standing.send(SUBMISSIONS, submission(actor(), generation=2))
        standing.run()
        assert [document.status for document in standing.carrot.documents.values()] == ["CANCELLED", "OPEN"]

    @pytest.mark.parametrize("effects", range(1, 8))
    def test_one_that_was_given_up_and_stands_ends_what_waits(self, standing: Bench, effects: int) -> None:
        """Wherever the worker dies that finds it (invariant 2)."""
        standing.send(EVENTS, events_message(with_file(event("waiting", 60), "never.pdf"), token="waits"))
        standing.run()
        standing.carrot.next_fails(APPEND, OutcomeUnknown("no answer"), takes_effect=True)
        standing.send(EVENTS, cancel())
        standing.work(EVENTS)
        unreadable(standing)
        standing.move(hours=25)  # nobody remembers it by then, so it is looked at
        standing.run()
        assert standing.dead == ["Rejected403"]
        readable(standing)
        discard(standing, "Rejected403")
        run_and_die(standing, effects)
        look_again(standing)
        assert standing.record("doc").cancelling_event is not None
        assert standing.steps.answers == [("waits", "ForbiddenTransition")]


def test_a_letter_of_other_content_gives_up_nothing_but_itself(standing: Bench) -> None:
    """Invariant 2: the first content died for another reason, and its own letter brings it back."""
    standing.carrot.refuses = {"s"}
    standing.send(EVENTS, events_message(event("s", 6)))
    standing.run()
    standing.send(EVENTS, events_message(event("s", 6, value=3)))
    standing.run()
    assert sorted(standing.dead) == ["PayloadConflict", "Rejected422"]
    discard(standing, "PayloadConflict")
    standing.run()
    first = standing.record("doc").event("s")
    assert first is not None
    assert first.state is EventState.DEAD
    standing.carrot.refuses = set()
    standing.move(minutes=10)  # a FIFO queue swallows an equal message for five
    standing.send(EVENTS, events_message(event("s", 6)))
    standing.run()
    assert "s" in standing.carrot.document.event_ids
