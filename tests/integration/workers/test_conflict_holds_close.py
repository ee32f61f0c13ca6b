"""A correction of a known event can't take effect, so CLOSE does not go out over it (decision 7, invariant 3)."""

import pytest
from massid_cli.operations.letters import release

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.fake_carrot import APPEND
from tests.integration.workers.payloads import actor, close, document_message, event, events_message


@pytest.fixture
def standing(bench: Bench) -> Bench:
    """A document with an ACTOR and a weighing on the network."""
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor(), event("w", 5, value=1)))
    bench.run()
    bench.move(minutes=5)
    return bench


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
    assert release(record, letter, discarded=True)
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
