"""A correction of a known event can't take effect, so CLOSE does not go out over it (decision 7, invariant 3)."""

import pytest
from massid_cli.operations.letters import release

from tests.integration.workers.bench import EVENTS, Bench
from tests.integration.workers.fake_carrot import APPEND
from tests.integration.workers.payloads import PDF, close, event, events_message, with_file


@pytest.mark.parametrize("together", [True, False])
def test_close_waits_until_the_conflict_is_settled(standing: Bench, together: bool) -> None:
    corrected = event("w", 5, value=2)
    for message in [[corrected, close()]] if together else [[corrected], [close()]]:
        standing.send(EVENTS, events_message(*message))
    standing.run()
    assert standing.dead == ["PayloadConflict"]
    assert standing.carrot.document.status == "OPEN"

    (letter,) = standing.letters()
    record = standing.record("doc")
    assert release(record, letter)
    standing.relay.documents.save(record)
    standing.send(EVENTS, {"version": 1, "documentExternalId": "doc", "wake": "Released"})
    standing.run()
    assert standing.carrot.document.status == "CLOSED"


def test_other_events_and_cancel_pass_it(standing: Bench) -> None:
    standing.send(EVENTS, events_message(event("w", 5, value=2), event("sorting", 6, "Sorting")))
    standing.run()
    assert "sorting" in [body["externalId"] for call in standing.carrot.named(APPEND) for body in call.bodies]
    standing.send(EVENTS, events_message({"name": "CANCEL", "isPublic": True}))
    standing.run()
    assert standing.carrot.document.status == "CANCELLED"


def test_the_same_message_delivered_twice_holds_once(standing: Bench) -> None:
    standing.send(EVENTS, events_message(event("w", 5, value=2)))
    standing.work(EVENTS, delete=False)
    standing.move(minutes=15)
    standing.run()
    assert len(standing.record("doc").holds) == 1


def test_a_closed_document_needs_none(standing: Bench) -> None:
    standing.send(EVENTS, events_message(close()))
    standing.run()
    standing.send(EVENTS, events_message(event("w", 5, value=2)))
    standing.run()
    assert standing.dead == ["PayloadConflict"]
    assert standing.record("doc").holds == []


def test_other_content_asks_for_no_file(standing: Bench) -> None:
    """Else CLOSE would wait for a file of content that was refused, and discarded."""
    standing.drop("doc", "a.pdf", PDF)
    standing.send(EVENTS, events_message(with_file(event("f", 6), "a.pdf")))
    standing.run()
    standing.send(EVENTS, events_message(with_file(event("f", 6), "b.pdf")))
    standing.run()
    assert (list(standing.record("doc").files), standing.dead) == (["a.pdf"], ["PayloadConflict"])
