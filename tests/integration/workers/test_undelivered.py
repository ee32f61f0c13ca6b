"""What SQS moved by itself gets its reason, its token its answer, and its document a hold (invariants 2 and 3)."""

import pytest
from massid_relay.core.jsons import dumps
from massid_relay.ledger.dead_letters import DeadLetterState

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, SUBMISSIONS, Bench
from tests.integration.workers.payloads import (
    actor,
    close,
    document_message,
    event,
    events_message,
    files_message,
)


@pytest.mark.parametrize(
    ("queue", "body", "external_id"),
    [
        (SUBMISSIONS, {"version": 1, "externalId": "doc"}, "doc"),
        (DOCUMENTS, document_message(), "doc"),
        (EVIDENCE, files_message("mtr.pdf"), "doc"),
        (EVENTS, events_message(event("a", 1)), "doc"),
        (DOCUMENTS, "this is no JSON", None),
        (EVIDENCE, ["neither", "is", "this"], None),
    ],
)
def test_a_moved_message_rests_with_its_reason(bench: Bench, queue: str, body: object, external_id: str | None) -> None:
    text = body if isinstance(body, str) else dumps(body)
    bench.undeliver(queue, text, group="doc" if queue == EVENTS else None)

    (letter,), (resting,) = bench.letters(), bench.queues.resting()
    assert (letter.error_type, letter.external_id) == ("ReceivedTooOften", external_id)
    assert letter.queue == queue.removesuffix("Queue").lower()
    assert letter.state is DeadLetterState.RESTING
    assert resting.body == text
    assert resting.attributes["deadLetterId"]["StringValue"] == letter.id


def test_its_lifecycle_is_told_and_its_token_does_not_rest_with_it(bench: Bench) -> None:
    bench.undeliver(DOCUMENTS, dumps(document_message(token="token-1")))

    (letter,), (resting,) = bench.letters(), bench.queues.resting()
    assert bench.steps.answers == [("token-1", "ReceivedTooOften")]
    assert bench.steps.causes["token-1"] == letter.id
    assert "token-1" not in resting.body


def test_a_message_buried_twice_is_one_dead_letter(bench: Bench) -> None:
    """Invariant 2: the worker may die after each step."""
    for _ in range(2):
        bench.undeliver(DOCUMENTS, dumps(document_message()))

    assert len(bench.letters()) == len(bench.queues.resting()) == 1


def test_a_moved_events_message_holds_what_comes_later(bench: Bench) -> None:
    """Invariant 3: a dead-lettered message leaves no hole over which the next one is sent."""
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor()))
    bench.run()
    bench.undeliver(
        EVENTS, dumps(events_message(event("lost", 5), event("lost too", 6) | {"externalId": "lost-2"})), "doc"
    )
    bench.send(EVENTS, events_message(event("before", 4), event("after", 7), close()))
    bench.run()

    assert bench.carrot.document.event_ids == ["actor", "before"]


def test_a_moved_message_that_nobody_can_read_holds_the_close(bench: Bench) -> None:
    """Invariant 3: nobody knows what was in it."""
    bench.send(DOCUMENTS, document_message())
    bench.undeliver(EVENTS, "{", "doc")
    bench.send(EVENTS, events_message(actor(), close()))
    bench.run()

    assert bench.carrot.document.event_ids == ["actor"]


def test_a_moved_message_whose_events_are_in_the_inbox_already_holds_nothing(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor()))
    bench.run()
    bench.undeliver(EVENTS, dumps(events_message(actor())), "doc")
    bench.undeliver(EVENTS, dumps({"version": 1, "documentExternalId": "doc", "wake": "Swept"}), "doc")
    bench.send(EVENTS, events_message(close()))
    bench.run()

    assert bench.carrot.document.status == "CLOSED"
