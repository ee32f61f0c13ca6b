"""Only RELATED comes after CLOSE, and nothing after CANCEL (invariant 3)."""

from massid_relay.core.record import EventState

from tests.integration.workers.bench import EVENTS, Bench
from tests.integration.workers.payloads import actor, close, event, events_message, with_file
from tests.integration.workers.test_related import create, related, related_to, waits_for


def closed(bench: Bench) -> None:
    create(bench, "doc")
    bench.send(EVENTS, events_message(actor(), close()))
    bench.run()
    assert bench.record("doc").verified_at is not None


def test_it_goes_out_after_close(bench: Bench) -> None:
    closed(bench)
    create(bench, "other")
    bench.send(EVENTS, events_message(related(91)))
    bench.run()
    record = bench.record("doc")
    assert bench.carrot.documents[record.document_id or ""].event_ids == ["actor", "close", "related"]


def test_it_may_wait_after_close_too(bench: Bench) -> None:
    closed(bench)
    bench.send(EVENTS, events_message(related(91)))
    bench.run()
    assert waits_for(bench) == "document other, to which event related relates"
    bench.move(days=90)
    create(bench, "other")
    assert len(related_to(bench)) == 1


def test_close_goes_out_while_a_later_related_event_waits(bench: Bench) -> None:
    create(bench, "doc")
    bench.send(EVENTS, events_message(actor(), related(91), close()))
    bench.run()
    record = bench.record("doc")
    assert record.verified_at is not None
    assert {entry.external_id: entry.state for entry in record.events}["related"] is EventState.WAITING


def test_close_waits_for_an_earlier_related_event(bench: Bench) -> None:
    """Nothing goes over a hole."""
    create(bench, "doc")
    bench.send(EVENTS, events_message(actor(), related(2), close()))
    bench.run()
    assert bench.record("doc").closing_event is None
    create(bench, "other")
    assert bench.record("doc").verified_at is not None


def test_nothing_else_is_accepted_after_close(bench: Bench) -> None:
    closed(bench)
    bench.send(EVENTS, events_message(event("late", 92), event("update", 93, "UPDATE", updates={"isPublic": False})))
    bench.run()
    assert bench.dead == ["ForbiddenTransition", "ForbiddenTransition"]


def test_nor_after_cancel_not_even_related(bench: Bench) -> None:
    create(bench, "doc", "other")
    bench.send(EVENTS, events_message(actor(), event("cancel", 2, "CANCEL")))
    bench.run()
    bench.send(EVENTS, events_message(related(91)))
    bench.run()
    assert bench.dead == ["ForbiddenTransition"]
    assert related_to(bench) == []


def test_a_file_that_is_not_attached_leaves_one_letter_and_is_asked_for_by_nobody(standing: Bench) -> None:
    standing.send(EVENTS, events_message(close()))
    standing.run()
    other = event("rel", 200, "RELATED", relatedDocument={"documentId": "x"})
    standing.send(EVENTS, events_message(with_file(other, "late.pdf")))
    standing.run()
    assert (standing.dead, standing.record("doc").files) == (["ForbiddenTransition"], {})
