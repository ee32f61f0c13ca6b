"""Sweep wakes what a lost nudge left waiting, less and less often, and buries what has waited too long (invariant 2)."""

from datetime import timedelta

import pytest
from massid_relay.core.record import EventState

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, Bench
from tests.integration.workers.payloads import PDF, document_message, event, events_message, files_message, with_file


def lose(bench: Bench, queue: str) -> None:
    """Nobody ever sees these messages again."""
    for message in bench.waiting(queue):
        bench.queues.receive(queue, 10)
        bench.queues.delete(message.receipts[-1])


def test_it_has_nothing_to_do_where_nothing_waits(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(event("a", 1)))
    bench.run()
    bench.move(days=1)

    assert bench.sweep().looked_at == 0


def test_it_leaves_alone_what_has_not_waited_long(bench: Bench) -> None:
    bench.send(EVENTS, events_message(event("a", 1)))
    bench.run()
    bench.move(minutes=1)

    assert bench.sweep().looked_at == 0


def test_a_lost_wake_after_creation_is_made_good(bench: Bench) -> None:
    bench.send(EVENTS, events_message(event("a", 1)))
    bench.run()
    bench.send(DOCUMENTS, document_message())
    bench.work(DOCUMENTS)
    lose(bench, EVENTS)
    bench.run()
    assert bench.carrot.document.event_ids == []

    bench.move(minutes=6)
    bench.sweep()
    bench.run()

    assert bench.carrot.document.event_ids == ["a"]


def test_a_lost_notification_is_made_good(bench: Bench) -> None:
    """The bucket is the truth."""
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(with_file(event("a", 1), "mtr.pdf")))
    bench.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
    bench.run()
    bench.drop("doc", "mtr.pdf", PDF, tell=False)

    bench.move(minutes=6)
    bench.sweep()
    bench.run()

    assert bench.carrot.document.event_ids == ["a"]
    assert bench.steps.answers == [("token-1", "succeeded")]


def test_a_lost_wake_after_a_file_is_made_good(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(with_file(event("a", 1), "mtr.pdf")))
    bench.run()
    bench.drop("doc", "mtr.pdf", PDF)
    bench.work(EVIDENCE)
    lose(bench, EVENTS)

    bench.move(minutes=6)
    bench.sweep()
    bench.run()

    assert bench.carrot.document.event_ids == ["a"]


def test_it_looks_less_and_less_often_at_what_goes_on_waiting(bench: Bench) -> None:
    bench.send(EVENTS, events_message(event("a", 1)))
    bench.run()
    looks = []
    for _ in range(12 * 24):
        bench.move(minutes=5)
        looks.append(bench.sweep().looked_at)
        if looks[-1]:
            bench.run()

    assert 3 <= sum(looks) <= 12
    assert sum(looks[: 12 * 2]) > sum(looks[-12 * 2 :])


def wait_for_days(bench: Bench, days: int) -> None:
    """A sweep every six hours."""
    ends = bench.clock.now() + timedelta(days=days)
    while bench.clock.now() < ends:
        bench.move(hours=6, minutes=1)
        bench.sweep()
        bench.run()


def test_a_file_that_never_comes_is_given_up_after_its_patience(bench: Bench) -> None:
    """WaitedTooLong: the lifecycle is told, and a redrive waits anew."""
    bench.send(DOCUMENTS, document_message())
    bench.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
    bench.run()
    wait_for_days(bench, 29)
    assert bench.dead == []

    wait_for_days(bench, 2)

    (letter,), (resting,) = bench.letters(), bench.queues.resting()
    assert (letter.error_type, letter.queue, letter.item) == ("WaitedTooLong", "evidence", "mtr.pdf")
    assert bench.steps.answers == [("token-1", "WaitedTooLong")]
    assert bench.steps.causes["token-1"] == letter.id

    bench.drop("doc", "mtr.pdf", PDF, tell=False)
    bench.send(EVIDENCE, resting.body)
    bench.run()
    assert bench.carrot.uploads == [("mtr.pdf", PDF)]


def test_an_event_whose_document_never_comes_is_given_up_and_holds_those_behind_it(bench: Bench) -> None:
    """Invariant 3."""
    bench.send(EVENTS, events_message(event("a", 1), event("b", 2), token="token-1"))
    bench.run()
    bench.move(days=199)
    bench.sweep()
    bench.run()
    assert bench.dead == []

    bench.move(days=2)
    bench.sweep()
    bench.run()

    (letter,) = bench.letters()
    assert (letter.error_type, letter.queue, letter.item) == ("WaitedTooLong", "events", "a")
    assert bench.steps.answers == [("token-1", "WaitedTooLong")]
    states = {entry.external_id: entry.state for entry in bench.record("doc").events}
    assert states == {"a": EventState.DEAD, "b": EventState.WAITING}


def test_an_event_that_was_given_up_goes_out_when_it_is_redriven(bench: Bench) -> None:
    bench.send(EVENTS, events_message(event("a", 1), event("b", 2)))
    bench.run()
    bench.move(days=201)
    bench.sweep()
    bench.run()
    (resting,) = bench.queues.resting()
    bench.send(DOCUMENTS, document_message())
    bench.run()
    assert bench.carrot.document.event_ids == []

    bench.send(EVENTS, resting.body, group="doc")
    bench.run()

    assert bench.carrot.document.event_ids == ["a", "b"]


@pytest.mark.parametrize("sweeps", [1, 2])
def test_a_sweep_too_many_changes_nothing(bench: Bench, sweeps: int) -> None:
    bench.send(EVENTS, events_message(event("a", 1)))
    bench.run()
    bench.move(days=201)
    for _ in range(sweeps):
        bench.sweep()
    bench.run()

    assert bench.dead == ["WaitedTooLong"]


def test_a_record_that_somebody_works_on_is_left_to_them(bench: Bench) -> None:
    """StaleRecord: whoever wrote in between has looked."""
    bench.send(EVENTS, events_message(event("a", 1)))
    bench.run()
    bench.move(minutes=6)
    relay = bench.container()
    due = relay.documents.waiting(bench.clock.now(), 10)
    assert due == [("doc", 1)]
    load = bench.relay.documents.load

    def load_and_be_overtaken(external_id: str, generation: int = 1) -> object:
        record = load(external_id, generation)
        relay.documents.save(relay.documents.load(external_id, generation), look_at=bench.clock.now())
        return record

    bench.relay.documents.load = load_and_be_overtaken  # type: ignore[method-assign,assignment]
    bench.sweep()
    bench.relay.documents.load = load  # type: ignore[method-assign]

    bench.send(DOCUMENTS, document_message())
    bench.run()
    assert bench.carrot.document.event_ids == ["a"]
