"""Batches of events: once, in order, looked up before they are sent again (invariants 1 to 3)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from massid_relay.core.errors import NeverSent, OutcomeUnknown, Throttled
from massid_relay.core.record import EventState

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.fake_carrot import APPEND, BATCH, READ, Call
from tests.integration.workers.payloads import document_message, event, events_message


@pytest.fixture
def open_document(bench: Bench) -> Bench:
    """A document stands, and its creation was a while ago."""
    return with_document(bench)


def with_document(bench: Bench) -> Bench:
    bench.send(DOCUMENTS, document_message())
    bench.run()
    bench.carrot.calls.clear()
    bench.move(minutes=5)
    return bench


def states(bench: Bench) -> dict[str, str]:
    return {entry.external_id: entry.state.value for entry in bench.record("doc").events}


def test_the_events_of_a_message_go_out_in_one_call(open_document: Bench) -> None:
    open_document.send(EVENTS, events_message(event("b", 2), event("a", 1), event("c", 3)))
    open_document.run()

    assert [call.name for call in open_document.carrot.calls] == [BATCH]
    assert open_document.carrot.document.event_ids == ["a", "b", "c"]


def test_the_ledger_holds_every_event_before_the_first_call(open_document: Bench) -> None:
    """Invariant 1."""
    seen = []
    open_document.carrot.before = lambda call: seen.append((call, open_document.record("doc")))
    open_document.send(EVENTS, events_message(event("a", 1), event("b", 2)))

    open_document.run()

    (call, record), *_ = seen
    sent = {body["externalId"]: body["deduplicationId"] for body in call.bodies}
    assert sent == {entry.external_id: entry.deduplication_id for entry in record.events}
    assert all(entry.content_hash for entry in record.events)
    assert record.batch is not None
    assert record.batch.operation.lease is not None


def test_events_of_several_messages_of_a_document_go_out_in_one_call(open_document: Bench) -> None:
    for minute in (3, 1, 2):
        open_document.send(EVENTS, events_message(event(f"e{minute}", minute)))
    open_document.run()

    assert [call.name for call in open_document.carrot.calls] == [BATCH]
    assert open_document.carrot.document.event_ids == ["e1", "e2", "e3"]


def test_events_that_come_before_their_document_wait_in_the_ledger_and_not_on_the_queue(bench: Bench) -> None:
    """Invariants 2 and 3: waiting is neither an error nor an attempt."""
    bench.send(EVENTS, events_message(event("a", 1)))
    bench.run()
    assert not list(bench.queues.all())
    assert bench.carrot.calls == []

    bench.send(DOCUMENTS, document_message())
    bench.run()

    assert bench.carrot.document.event_ids == ["a"]
    assert bench.dead == []


@pytest.mark.parametrize("takes_effect", [True, False])
def test_a_batch_of_unknown_outcome_is_read_before_it_is_sent_again(open_document: Bench, takes_effect: bool) -> None:
    """Invariant 1: nobody says whether deduplication ids work inside a batch."""
    open_document.carrot.memory = timedelta(0)  # they do not
    open_document.carrot.next_fails(BATCH, OutcomeUnknown("timeout"), takes_effect=takes_effect)
    open_document.send(EVENTS, events_message(event("a", 1), event("b", 2)))

    open_document.run()

    names = [call.name for call in open_document.carrot.calls]
    assert names == ([BATCH, READ] if takes_effect else [BATCH, READ, BATCH])
    assert open_document.carrot.document.event_ids == ["a", "b"]


def test_a_batch_whose_effect_shows_late_is_not_sent_again(open_document: Bench) -> None:
    """Invariant 1: what a read doesn't show is believed absent only after the visibility delay."""
    open_document.carrot.memory = timedelta(0)
    open_document.carrot.lag = timedelta(seconds=25)
    open_document.carrot.next_fails(BATCH, OutcomeUnknown("timeout"), takes_effect=True)
    open_document.send(EVENTS, events_message(event("a", 1), event("b", 2)))

    open_document.run()

    assert [call.name for call in open_document.carrot.calls] == [BATCH, READ]
    assert open_document.carrot.document.event_ids == ["a", "b"]


def test_of_a_batch_that_went_through_in_part_only_the_rest_is_sent_again(open_document: Bench) -> None:
    open_document.carrot.memory = timedelta(0)

    def half(call: Call) -> None:
        if call.name == BATCH and len(call.bodies) == 3:
            open_document.carrot._append(call.document_id, call.bodies[0])

    open_document.carrot.before = half
    open_document.carrot.next_fails(BATCH, OutcomeUnknown("broken connection"))
    open_document.send(EVENTS, events_message(event("a", 1), event("b", 2), event("c", 3)))

    open_document.run()

    assert open_document.carrot.document.event_ids == ["a", "b", "c"]


def test_a_batch_that_was_never_sent_is_simply_sent(open_document: Bench) -> None:
    open_document.carrot.next_fails(BATCH, NeverSent("connection refused"))
    open_document.send(EVENTS, events_message(event("a", 1), event("b", 2)))
    open_document.run()

    assert [call.name for call in open_document.carrot.calls] == [BATCH, BATCH]


def test_a_single_event_of_unknown_outcome_relies_on_its_deduplication_id_while_that_is_remembered(
    open_document: Bench,
) -> None:
    """Invariant 1: same id, no read needed."""
    open_document.carrot.next_fails(APPEND, OutcomeUnknown("timeout"), takes_effect=True)
    open_document.send(EVENTS, events_message(event("a", 1)))
    open_document.run()

    assert [call.name for call in open_document.carrot.calls] == [APPEND, APPEND]
    assert open_document.carrot.document.event_ids == ["a"]


def test_a_single_event_of_unknown_outcome_is_read_once_its_id_may_be_forgotten(open_document: Bench) -> None:
    """Invariant 1: an event, unlike a document, can be looked up, so it needs no person."""
    open_document.carrot.memory = timedelta(hours=24)
    open_document.carrot.next_fails(APPEND, OutcomeUnknown("timeout"), takes_effect=True)
    open_document.send(EVENTS, events_message(event("a", 1)))
    open_document.work(EVENTS)
    open_document.move(days=2)
    open_document.run()

    assert [call.name for call in open_document.carrot.calls] == [APPEND, READ]
    assert open_document.carrot.document.event_ids == ["a"]
    assert open_document.dead == []


@pytest.mark.parametrize("atomic", [True, False])
def test_of_a_refused_batch_only_the_culprit_dies(open_document: Bench, atomic: bool) -> None:
    """Invariants 3 and 5: those before it go out, those behind it are held."""
    open_document.carrot.batch_is_atomic = atomic
    open_document.carrot.refuses = {"b"}
    open_document.send(EVENTS, events_message(event("a", 1), event("b", 2), event("c", 3), token="token-1"))

    open_document.run()

    assert states(open_document) == {"a": "confirmed", "b": "dead", "c": "waiting"}
    assert open_document.carrot.document.event_ids == ["a"]
    (letter,) = open_document.letters()
    assert (letter.error_type, letter.item, letter.vendor_error_id) == ("Rejected422", "b", "vendor-1")
    assert open_document.steps.answers == [("token-1", "Rejected422")]


def test_a_redriven_event_closes_the_hole_and_those_behind_it_go_out(open_document: Bench) -> None:
    """Invariant 3."""
    open_document.carrot.refuses = {"b"}
    open_document.send(EVENTS, events_message(event("a", 1), event("b", 2), event("c", 3)))
    open_document.run()
    (resting,) = open_document.queues.resting()
    open_document.carrot.refuses = set()

    open_document.send(EVENTS, resting.body, group="doc")
    open_document.run()

    assert open_document.carrot.document.event_ids == ["a", "b", "c"]
    assert set(states(open_document).values()) == {"confirmed"}


def test_one_by_one_mode_makes_one_call_an_event(new_bench: Callable[..., Bench]) -> None:
    bench = with_document(new_bench(CARROT_BATCH_MODE="one-by-one"))
    bench.send(EVENTS, events_message(event("b", 2), event("a", 1), event("c", 3)))
    bench.run()

    assert [call.name for call in bench.carrot.calls] == [APPEND] * 3
    assert bench.carrot.document.event_ids == ["a", "b", "c"]


def test_a_failure_in_one_by_one_mode_repeats_nothing_that_is_confirmed(new_bench: Callable[..., Bench]) -> None:
    bench = with_document(new_bench(CARROT_BATCH_MODE="one-by-one"))
    bench.carrot.next_fails(APPEND, NeverSent("connection refused"))
    bench.send(EVENTS, events_message(event("a", 1), event("b", 2), event("c", 3)))
    bench.run()

    assert [call.bodies[0]["externalId"] for call in bench.carrot.named(APPEND)] == ["a", "a", "b", "c"]


def test_a_platform_without_the_batch_endpoint_gets_the_events_one_by_one(open_document: Bench) -> None:
    """404 from the batch call blames no event."""
    open_document.carrot.batch_exists = False
    open_document.send(EVENTS, events_message(event("a", 1), event("b", 2)))
    open_document.run()

    assert open_document.carrot.document.event_ids == ["a", "b"]
    assert open_document.dead == []


def test_a_dead_workers_batch_is_read_before_it_is_sent_again(open_document: Bench) -> None:
    """Invariant 1: a lease that ran out may have been a call."""
    open_document.carrot.memory = timedelta(0)
    open_document.send(EVENTS, events_message(event("a", 1), event("b", 2)))
    die_while_sending(open_document, takes_effect=True)
    open_document.move(seconds=181)

    open_document.run()

    assert [call.name for call in open_document.carrot.calls] == [BATCH, READ]
    assert open_document.carrot.document.event_ids == ["a", "b"]


class Killed(BaseException):
    """The worker is gone: nothing of ours runs any more."""


def die_while_sending(bench: Bench, *, takes_effect: bool = False) -> None:
    """Whoever writes from now on dies over it, after the effect or before."""

    def die(call: Call) -> None:
        if call.name != READ:
            if takes_effect:
                bench.carrot._append_all(call.document_id, call.bodies)
            raise Killed

    bench.carrot.before = die
    with pytest.raises(Killed):
        bench.run()
    bench.carrot.before = lambda call: None


@pytest.mark.parametrize(("names", "deaths"), [(("a",), 3), (("a", "b"), 6)], ids=["alone", "in a batch"])
def test_the_third_worker_that_dies_over_an_event_makes_it_a_dead_letter_and_its_redrive_looks_first(
    open_document: Bench, names: tuple[str, ...], deaths: int
) -> None:
    """WorkerCrashed: whether the event stands is unknown, so it is read before it is sent again (invariant 1). Over a batch
    three may die before it is taken apart."""
    events = [event(name, minute) for minute, name in enumerate(names, 1)]
    open_document.send(EVENTS, events_message(*events, token="token-1"))
    for death in range(1, deaths + 1):
        assert open_document.dead == []
        die_while_sending(open_document, takes_effect=death == deaths)
    open_document.run()
    (letter,) = open_document.letters()
    assert (letter.error_type, letter.item) == ("WorkerCrashed", "a")
    assert open_document.steps.answers == [("token-1", "WorkerCrashed")]

    open_document.carrot.calls.clear()
    (resting,) = open_document.queues.resting()
    open_document.move(minutes=10)
    open_document.send(EVENTS, resting.body, group="doc")
    open_document.run()

    assert open_document.carrot.calls[0].name == READ
    assert open_document.carrot.document.event_ids == list(names)


def test_concurrent_appends_from_both_ways_in_stay_ordered(open_document: Bench) -> None:
    """Invariant 3: what arrives while a batch is out is sent behind it, or is dead because its time has passed."""
    arrived: list[str] = []

    def meanwhile(call: Call) -> None:
        if not arrived:
            arrived.append(open_document.send(EVENTS, events_message(event("c", 3))))

    open_document.carrot.before = meanwhile
    open_document.send(EVENTS, events_message(event("a", 1), event("b", 2)))
    open_document.run()

    assert open_document.carrot.document.event_ids == ["a", "b", "c"]


def test_a_429_is_no_attempt_and_nothing_is_looked_up_after_it(open_document: Bench) -> None:
    """Invariant 5."""
    open_document.carrot.next_fails(BATCH, Throttled("429", retry_after=2))
    open_document.send(EVENTS, events_message(event("a", 1), event("b", 2)))
    open_document.work(EVENTS)

    batch = open_document.record("doc").batch
    assert batch is not None
    assert (batch.operation.failures, batch.operation.unknown_since) == (0, None)
    open_document.run()
    assert [call.name for call in open_document.carrot.calls] == [BATCH, BATCH]


def test_the_same_message_again_sends_nothing(open_document: Bench) -> None:
    message = events_message(event("a", 1), event("b", 2))
    open_document.send(EVENTS, message)
    open_document.run()
    open_document.move(minutes=6)
    open_document.carrot.calls.clear()

    open_document.send(EVENTS, message)
    open_document.run()

    assert open_document.carrot.calls == []


def test_an_event_that_comes_again_with_other_content_is_a_conflict_and_harms_nothing(open_document: Bench) -> None:
    """Invariant 1: PayloadConflict; the one that is recorded goes on."""
    open_document.send(EVENTS, events_message(event("a", 1)))
    open_document.run()
    open_document.send(EVENTS, events_message(event("a", 1, value=5), event("b", 2)))
    open_document.run()

    (letter,) = open_document.letters()
    assert (letter.error_type, letter.fields[0].path) == ("PayloadConflict", "events.a")
    assert open_document.carrot.document.event_ids == ["a", "b"]


def test_an_event_whose_time_has_passed_is_dead_and_holds_what_comes_later(open_document: Bench) -> None:
    """Invariant 3."""
    open_document.send(EVENTS, events_message(event("b", 2)))
    open_document.run()
    open_document.send(EVENTS, events_message(event("a", 1), event("c", 3)))
    open_document.run()

    assert open_document.carrot.document.event_ids == ["b"]
    assert states(open_document) == {"a": "dead", "b": "confirmed", "c": "waiting"}
    assert open_document.letters()[0].fields[0].path == "events.a.externalCreatedAt"


def test_a_bad_message_is_buried_alone_and_holds_the_close(open_document: Bench) -> None:
    """Invariants 3 and 10: nobody knows which events are in it."""
    open_document.send(EVENTS, events_message(event("a", 1)))
    open_document.send(EVENTS, '{"version": 1, "documentExternalId": "doc", "events": [{"nmae": "x"}]}', group="doc")
    open_document.send(EVENTS, events_message(event("b", 2), event("close", 9, "CLOSE")))
    open_document.run()

    assert open_document.carrot.document.event_ids == ["a", "b"]
    assert open_document.dead == ["InvalidMessage"]
    assert states(open_document)["close"] == EventState.WAITING
