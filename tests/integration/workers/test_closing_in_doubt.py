"""A CLOSE whose outcome is unknown goes out once and is never declared dead over a closed document (invariants 1 and 3)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from massid_relay.core.errors import NeverSent, OutcomeUnknown, RejectedByProvider
from massid_relay.core.jsons import JsonObject
from massid_relay.core.operation import CRASHES_ALLOWED

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.fake_carrot import APPEND, READ, Call
from tests.integration.workers.mortal import KilledError, run_and_die
from tests.integration.workers.payloads import actor, close, document_message, event, events_message

NewBench = Callable[..., Bench]
LOST = OutcomeUnknown("timeout")
DELAY = timedelta(seconds=30)
"""The template's VisibilityDelaySeconds."""


@pytest.fixture
def ready(bench: Bench) -> Bench:
    """A document with its events on the network, to be closed next."""
    return to_be_closed(bench)


def to_be_closed(bench: Bench) -> Bench:
    """Nobody but the ledger remembers a deduplication id, so that a CLOSE sent twice is one too many."""
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor(), event("weighing", 2)))
    bench.run()
    bench.move(hours=1)
    bench.carrot.calls.clear()
    bench.carrot.memory = timedelta(0)
    return bench


def ask_for_close(bench: Bench) -> None:
    bench.send(EVENTS, events_message(close(), token="token-1"))


def times_closed(bench: Bench) -> int:
    return bench.carrot.document.event_ids.count("close")


def closed_once_and_well(bench: Bench) -> None:
    """CLOSE stands once, was read back, its step is told, and nothing is left over."""
    assert times_closed(bench) == 1
    assert bench.record("doc").verified_at is not None
    assert bench.record("doc").batch is None
    assert bench.steps.answers == [("token-1", "succeeded")]
    assert bench.dead == []
    assert not list(bench.queues.all())


class Shown:
    """What a GET shows of CLOSE while it is still young: the status alone, the event alone, or neither."""

    def __init__(self, bench: Bench, what: str, young: timedelta = timedelta(seconds=20)) -> None:
        self.bench, self.what, self.young = bench, what, young
        self.closed_at: datetime | None = None
        bench.carrot.before = self._look
        bench.carrot.spoil = self._show

    def _look(self, call: Call) -> None:
        if call.name == APPEND and self.closed_at is None:
            self.closed_at = self.bench.clock.now()

    def _show(self, shown: JsonObject) -> None:
        if self.closed_at is None or self.bench.clock.now() - self.closed_at >= self.young:
            return
        if self.what != "status":
            shown["status"] = "OPEN"
        if self.what != "event":
            shown["externalEvents"] = [one for one in shown["externalEvents"] if one["externalId"] != "close"]


@pytest.mark.parametrize("what", ["status", "event", "neither"])
@pytest.mark.parametrize("answered", [True, False], ids=["answered", "without an answer"])
def test_a_close_that_shows_in_part_is_no_failed_check(ready: Bench, what: str, answered: bool) -> None:
    """What stands may be shown late, and status and timeline need not come together."""
    Shown(ready, what)
    if not answered:
        ready.carrot.next_fails(APPEND, LOST, takes_effect=True)
    ask_for_close(ready)
    ready.run()

    closed_once_and_well(ready)


@pytest.mark.parametrize("takes_effect", [True, False])
def test_a_close_without_an_answer_is_sent_again_only_after_it_must_be_visible(
    ready: Bench, takes_effect: bool
) -> None:
    """Invariant 1: a read that doesn't show it proves its absence only after the visibility delay."""
    ready.carrot.lag = timedelta(seconds=25)
    ready.carrot.next_fails(APPEND, LOST, takes_effect=takes_effect)
    ask_for_close(ready)
    ready.run()

    closed_once_and_well(ready)
    sent = [call.at for call in ready.carrot.named(APPEND) if call.at]
    assert len(sent) == (1 if takes_effect else 2)
    assert takes_effect or sent[1] - sent[0] >= DELAY


def test_the_delay_begins_when_the_answer_was_lost(ready: Bench) -> None:
    """A slot may come late: between the record of the attempt and its call there is a read."""
    ready.carrot.lag = timedelta(seconds=25)
    slow: list[str] = []

    def read_slowly(call: Call) -> None:
        if call.name == READ and not slow:
            slow.append("the first one")
            ready.move(seconds=25)

    ready.carrot.before = read_slowly
    ready.carrot.next_fails(APPEND, LOST, takes_effect=True)
    ask_for_close(ready)
    ready.run()

    closed_once_and_well(ready)


def test_a_close_that_shows_at_once_is_not_waited_for(ready: Bench) -> None:
    ready.carrot.next_fails(APPEND, LOST, takes_effect=True)
    ask_for_close(ready)
    begun = ready.clock.now()
    ready.run()

    closed_once_and_well(ready)
    assert ready.clock.now() - begun < DELAY


@pytest.mark.parametrize("error", [OutcomeUnknown("timeout"), NeverSent("connection refused")])
def test_a_read_before_close_that_gets_no_answer_leaves_nothing_in_doubt(ready: Bench, error: Exception) -> None:
    """Nothing was sent, so nothing has to be waited for."""
    ready.carrot.next_fails(READ, error)
    ask_for_close(ready)
    begun = ready.clock.now()
    ready.run()

    closed_once_and_well(ready)
    assert ready.clock.now() - begun < DELAY


def test_a_document_that_cant_be_read_while_close_is_in_doubt_keeps_it_in_doubt(ready: Bench) -> None:
    """Invariant 1: a refused read says nothing of the CLOSE before it. Redriven, it is looked up again."""
    ready.carrot.next_fails(APPEND, LOST, takes_effect=True)
    ask_for_close(ready)
    ready.run(until=lambda: bool(ready.carrot.named(APPEND)))
    ready.carrot.next_fails(READ, RejectedByProvider("403", status=403))
    ready.run()
    assert ready.dead == ["Rejected403"]
    assert ready.record("doc").batch is not None

    (resting,) = ready.queues.resting()
    ready.queues.send(EVENTS, resting.body, group="doc", deduplication_id="fresh")
    ready.run()

    assert times_closed(ready) == 1
    assert ready.record("doc").verified_at is not None


def test_a_document_that_others_closed_is_told_after_it_was_waited_for(ready: Bench) -> None:
    """Closed it is, so CLOSE isn't declared dead: that ours is missing can only be told."""
    ready.carrot.next_fails(APPEND, LOST)
    ready.carrot.spoil = lambda shown: shown.update(status="CLOSED" if ready.carrot.named(APPEND) else "OPEN")
    ask_for_close(ready)
    ready.run()

    (letter,) = ready.letters()
    assert (letter.error_type, [field.path for field in letter.fields]) == ("VerificationFailed", ["events.close"])
    assert ready.record("doc").verification_failed
    assert len(ready.carrot.named(APPEND)) == 1


def test_a_cancel_that_comes_meanwhile_never_goes_out_over_close(ready: Bench) -> None:
    """Invariant 3: whoever wrote first has won."""
    ready.carrot.lag = timedelta(seconds=25)
    ready.carrot.next_fails(APPEND, LOST, takes_effect=True)
    ask_for_close(ready)
    ready.run(until=lambda: bool(ready.carrot.named(APPEND)))
    ready.send(EVENTS, events_message(event("cancel", 95, "CANCEL"), token="token-2"))
    ready.run()

    assert ready.carrot.document.event_ids == ["actor", "weighing", "close"]
    assert sorted(ready.steps.answers) == [("token-1", "succeeded"), ("token-2", "ForbiddenTransition")]
    assert ready.dead == ["ForbiddenTransition"]


# ------------------------------------------------------------------------------------------------------- workers that die


def deaths(new_bench: NewBench, arrange: Callable[[Bench], object], **settings: str) -> Iterator[Bench]:
    """The bench after each way to die while CLOSE is worked through, until it is over or only looked at again."""
    for effects in range(1, 16):
        bench = to_be_closed(new_bench(**settings))
        arrange(bench)
        ask_for_close(bench)
        died = run_and_die(bench, effects)
        yield bench
        if not died:
            assert effects > 3, "the way is longer than that"
            return


LATE = {"VISIBILITY_DELAY_SECONDS": "240"}
YOUNG = timedelta(seconds=220)
"""Longer than the dead worker's message stays away."""


@pytest.mark.parametrize("what", ["status", "event", "neither"])
def test_a_worker_dies_and_what_it_sent_shows_late(new_bench: NewBench, what: str) -> None:
    """Invariants 1 and 2: after each write and each call."""
    for bench in deaths(new_bench, lambda b: Shown(b, what, YOUNG), **LATE):
        closed_once_and_well(bench)


def test_a_worker_dies_and_what_it_sent_shows_at_once(new_bench: NewBench) -> None:
    for bench in deaths(new_bench, lambda b: None):
        closed_once_and_well(bench)


@pytest.mark.parametrize("takes_effect", [True, False])
def test_a_worker_dies_while_a_lost_answer_is_looked_up(new_bench: NewBench, takes_effect: bool) -> None:
    def lose_the_first(bench: Bench) -> None:
        Shown(bench, "neither" if takes_effect else "status", YOUNG)
        bench.carrot.next_fails(APPEND, LOST, takes_effect=takes_effect)

    for bench in deaths(new_bench, lose_the_first, **LATE):
        closed_once_and_well(bench)


def test_workers_that_keep_dying_over_a_close_that_stands_bury_nothing(ready: Bench) -> None:
    """Two die before the call, the third right after it: the document is closed, and that is what counts."""
    died: list[str] = []

    def die(call: Call) -> None:
        closed = ready.carrot.document.status == "CLOSED"
        if (call.name == APPEND and len(died) < CRASHES_ALLOWED - 1) or (closed and len(died) < CRASHES_ALLOWED):
            died.append(call.name)
            raise KilledError

    ready.carrot.before = die
    ask_for_close(ready)
    for _ in range(CRASHES_ALLOWED):
        with pytest.raises(KilledError):
            ready.run()
    assert died == [APPEND, APPEND, READ]
    ready.run()

    closed_once_and_well(ready)


def test_workers_that_keep_dying_over_a_close_that_is_absent_bury_it(ready: Bench) -> None:
    def die(call: Call) -> None:
        if call.name == APPEND:
            raise KilledError

    ready.carrot.before = die
    ask_for_close(ready)
    for _ in range(CRASHES_ALLOWED):
        with pytest.raises(KilledError):
            ready.run()
    ready.run()

    assert ready.dead == ["WorkerCrashed"]
    assert times_closed(ready) == 0

    (resting,) = ready.queues.resting()
    ready.carrot.before = lambda call: None
    ready.queues.send(EVENTS, resting.body, group="doc", deduplication_id="fresh")
    ready.run()
    assert times_closed(ready) == 1
    assert ready.record("doc").verified_at is not None
