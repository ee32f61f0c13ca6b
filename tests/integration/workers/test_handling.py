"""One invocation over a batch: each message gets its own end (invariants 2, 5 and 10)."""

import logging
from collections.abc import Iterator

import botocore.exceptions
import pytest
from massid_relay.core.backoff import Backoff
from massid_relay.core.errors import NeverSent, NotReady, OutcomeUnknown, Throttled, TransientFailure
from massid_relay.core.jsons import dumps

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, SUBMISSIONS, Bench, invoke
from tests.integration.workers.fake_carrot import APPEND, CREATE
from tests.integration.workers.payloads import document, document_message, event, events_message


@pytest.fixture
def unlucky(bench: Bench) -> Bench:
    """Jitter always gives the longest delay."""
    bench.relay.backoff = Backoff(jitter=lambda: 1 - 1e-9)
    return bench


def delays(bench: Bench) -> Iterator[int]:
    return (seconds for _, seconds in bench.sqs.visibility_changes)


def test_a_transient_failure_comes_back_after_1_second_doubling_to_30(unlucky: Bench) -> None:
    """Invariant 5. The breaker is reset each time, so that only the backoff is seen."""
    unlucky.send(DOCUMENTS, document_message())
    for _ in range(7):
        unlucky.carrot.next_fails(CREATE, NeverSent("connection refused"))
    while not unlucky.record("doc").created:
        unlucky.run(until=lambda: bool(unlucky.work(DOCUMENTS)))
        unlucky.relay.slots.resume()

    assert list(delays(unlucky)) == [1, 2, 4, 8, 16, 30, 30]


def test_a_429_or_not_ready_does_not_make_the_next_backoff_longer(unlucky: Bench) -> None:
    """Invariant 5: it was no attempt."""
    unlucky.send(DOCUMENTS, document_message())
    for error in (
        NeverSent("refused"),
        Throttled("429", retry_after=7),
        NotReady("processing", retry_after=4),
        NeverSent("refused"),
    ):
        unlucky.carrot.next_fails(CREATE, error)
    unlucky.run(until=lambda: len(unlucky.carrot.named(CREATE)) == 4)

    attempts = [seconds for seconds in delays(unlucky) if seconds]
    assert attempts[0] == 1
    assert attempts[1] >= 7
    assert attempts[-1] == 2


def test_a_group_comes_back_as_a_whole_and_in_order(bench: Bench) -> None:
    """The design's trap: followers are set free first, else they lock the group for their full timeout."""
    bench.send(DOCUMENTS, document_message())
    bench.run()
    bench.sqs.visibility_changes.clear()
    sent = [bench.send(EVENTS, events_message(event(f"e{number}", number))) for number in range(1, 4)]
    bench.carrot.next_fails("POST /documents/events", Throttled("429", retry_after=5))
    batch = bench.queues.receive(EVENTS, 10)

    answer = invoke(bench.relay, EVENTS, batch)

    changes = bench.sqs.visibility_changes
    assert [message_id for message_id, _ in changes] == [sent[2], sent[1], sent[0]]
    assert [seconds for _, seconds in changes[:2]] == [0, 0]
    assert changes[2][1] >= 5
    assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == sent
    bench.move(seconds=changes[2][1])
    assert [message.id for message in bench.queues.receive(EVENTS, 10)] == sent


def test_a_group_whose_messages_wait_locks_no_other_group(bench: Bench) -> None:
    for name in ("one", "two"):
        bench.send(DOCUMENTS, document_message(name))
    bench.run()
    bench.move(minutes=1)
    bench.carrot.next_fails(APPEND, NotReady("processing", retry_after=60))
    bench.send(EVENTS, events_message(event("a", 1), external_id="one"))
    bench.send(EVENTS, events_message(event("a", 1), external_id="two"))
    bench.work(EVENTS)

    assert [document.event_ids for document in bench.carrot.documents.values()] == [[], ["a"]]
    bench.run()
    assert [document.event_ids for document in bench.carrot.documents.values()] == [["a"], ["a"]]


@pytest.mark.parametrize(
    ("queue", "bad", "field"),
    [
        (SUBMISSIONS, "{not json", ""),
        (SUBMISSIONS, {"version": 2, "externalId": "doc", "document": document()}, "version"),
        (DOCUMENTS, {"version": 1, "externalId": "not allowed!", "document": document()}, "externalId"),
        (DOCUMENTS, document_message(typo=1), "document.typo"),
        (DOCUMENTS, document_message(isPublic="yes"), "document.isPublic"),
        (EVENTS, {"version": 1, "documentExternalId": "doc", "events": []}, "events"),
        (EVENTS, {"version": 1, "documentExternalId": "other", "events": [event("a", 1)]}, "MessageGroupId"),
        (EVIDENCE, {"version": 1, "documentExternalId": "doc", "fileNames": ["a/b"]}, "fileNames.0"),
        (EVIDENCE, {"Records": [{"nonsense": True}]}, "Records.0"),
    ],
)
def test_what_is_wrong_with_a_message_is_named_in_one_dead_letter_and_the_rest_goes_on(
    bench: Bench, queue: str, bad: object, field: str
) -> None:
    """Invariant 10."""
    bench.send(queue, bad, group="doc" if queue == EVENTS else None)
    bench.send(DOCUMENTS, document_message("good"))
    bench.run()

    (letter,) = bench.letters()
    assert letter.error_type in {"InvalidMessage", "EvidenceRefused"}
    assert field in "".join(problem.path for problem in letter.fields) or not letter.fields
    assert not field or letter.fields
    assert bench.record("good").created
    assert len(bench.queues.resting()) == 1


def test_a_batch_of_good_and_bad_is_answered_by_message(bench: Bench) -> None:
    """Invariant 2: only what isn't done comes back."""
    bench.carrot.next_fails(CREATE, OutcomeUnknown("timeout"))
    waits = bench.send(DOCUMENTS, document_message("waits"))
    bench.work(DOCUMENTS, most=1)
    bench.send(DOCUMENTS, "{")
    bench.send(DOCUMENTS, document_message("good"))
    bench.work(DOCUMENTS)

    assert [message.id for message in bench.waiting(DOCUMENTS)] == [waits]
    assert bench.record("good").created


def test_an_error_that_nobody_foresaw_brings_the_message_back(bench: Bench) -> None:
    """Nothing is lost over a bug of ours."""

    def broken(call: object) -> None:
        raise ValueError("a bug")

    bench.carrot.before = broken
    bench.send(DOCUMENTS, document_message())
    bench.work(DOCUMENTS)
    bench.carrot.before = lambda call: None
    bench.run()

    assert bench.record("doc").created
    assert bench.dead == []


def every_aws_error() -> list[type[Exception]]:
    kinds = [kind for kind in vars(botocore.exceptions).values() if isinstance(kind, type)]
    return sorted((kind for kind in kinds if issubclass(kind, Exception)), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", every_aws_error(), ids=lambda kind: kind.__name__)
def test_every_error_of_the_sdk_brings_the_message_back(bench: Bench, kind: type[Exception]) -> None:
    """Nothing that AWS says about itself is a message's fault."""
    bench.send(DOCUMENTS, document_message())
    (message,) = bench.queues.receive(DOCUMENTS, 1)
    error = kind.__new__(kind)
    Exception.__init__(error, "quoting the request")

    def broken(external_id: str, generation: int = 1) -> object:
        raise error

    bench.relay.documents.load = broken  # type: ignore[method-assign,assignment]

    assert invoke(bench.relay, DOCUMENTS, [message]) == {"batchItemFailures": [{"itemIdentifier": message.id}]}
    assert bench.queues.resting() == []


@pytest.mark.parametrize(("group", "logged"), [("Maria da Silva 123.456.789-09", None), ("doc", "doc")])
def test_a_group_that_is_no_external_id_is_not_logged(
    bench: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, group: str, logged: str | None
) -> None:
    """Invariant 7: whoever sends to a FIFO queue may write anything there."""

    def down(*_: object) -> None:
        raise TransientFailure("throttled")

    monkeypatch.setattr(bench.relay.documents, "load", down)
    bench.send(EVENTS, dumps(events_message(event("a", 1))), group)
    with caplog.at_level(logging.INFO):
        bench.work(EVENTS)
    (line,) = [line for line in caplog.records if line.message == "failed for now"]
    assert line.externalId == logged  # type: ignore[attr-defined]


def test_a_message_in_such_a_group_is_buried_under_the_document_that_it_names(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        bench.send(EVENTS, dumps(events_message(event("a", 1))), "Maria da Silva 123.456.789-09")
        bench.run()
    (letter,) = bench.letters()
    assert (letter.external_id, [field.path for field in letter.fields]) == ("doc", ["MessageGroupId"])
    assert "Maria" not in str([vars(line) for line in caplog.records])
