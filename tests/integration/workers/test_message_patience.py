"""A message that is only ever told to come back does not leave its queue without a word (invariant 2)."""

from datetime import timedelta

from massid_relay.core.errors import NeverSent, NotReady

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.payloads import actor, close, document_message, event, events_message

PATIENCE = timedelta(days=9)
RETENTION = timedelta(days=10)


def test_a_create_that_was_told_not_ready_for_days_is_dead_before_sqs_would_drop_it(bench: Bench) -> None:
    bench.carrot.down = lambda name: NotReady("PENDING_PROCESS_CONFLICT_ERROR", retry_after=3)
    sent = bench.clock.now()
    bench.send(DOCUMENTS, document_message(token="token"))
    bench.run(ends=sent + RETENTION, step=6)

    (letter,) = bench.letters()
    assert letter.error_type == "WaitedTooLong"
    assert "PENDING_PROCESS_CONFLICT_ERROR" in letter.reason
    assert PATIENCE <= letter.at - sent < RETENTION
    assert bench.steps.answers == [("token", "WaitedTooLong")]
    assert not list(bench.queues.all())


def test_its_redrive_goes_through_once_the_platform_answers(bench: Bench) -> None:
    bench.carrot.down = lambda name: NeverSent("connection refused")
    bench.send(DOCUMENTS, document_message())
    bench.run(ends=bench.clock.now() + RETENTION, step=6)
    bench.carrot.down = lambda name: None
    (resting,) = bench.queues.resting()
    bench.send(DOCUMENTS, resting.body)
    bench.run()

    assert bench.record("doc").created


def test_events_that_are_in_the_inbox_are_safe_there_and_go_out_in_order_later(bench: Bench) -> None:
    """Invariant 3: the dead letter holds nothing that the ledger holds as waiting."""
    bench.send(DOCUMENTS, document_message())
    bench.run()
    bench.carrot.down = lambda name: NeverSent("connection refused")
    bench.send(EVENTS, events_message(actor(), event("a", 2)))
    bench.run(ends=bench.clock.now() + RETENTION, step=6)
    assert bench.dead == ["WaitedTooLong"]
    assert bench.record("doc").holds == []

    bench.carrot.down = lambda name: None
    bench.send(EVENTS, events_message(event("b", 3), close()))
    bench.run()
    assert bench.carrot.documents["document-1"].event_ids == ["actor", "a", "b", "close"]
