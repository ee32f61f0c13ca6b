"""What an operator does to the ledger and the queues, against moto."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from massid_cli.operations.adopt import NotToBeAdoptedError, absent, adopt
from massid_cli.operations.letters import discard, redrive
from massid_cli.operations.target import Target
from massid_relay.core.errors import InvalidMessage, LeftToAPerson, Refusal
from massid_relay.core.operation import Operation
from massid_relay.core.record import DocumentRecord, EventEntry, EventState, Hold
from massid_relay.ledger.dead_letters import DeadLetter, DeadLetterState
from massid_relay.work.burial import dead_letter_id
from moto import mock_aws

NOW = datetime(2026, 3, 1, tzinfo=UTC)
QUEUES = ("SubmissionsQueue", "DocumentsQueue", "EvidenceQueue", "OrdersQueue", "DeadLetterQueue")


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        session: Any = boto3.Session()
        clients = {name: session.client(name) for name in ("dynamodb", "sqs", "s3")}
        clients["s3"].create_bucket(Bucket="evidence")
        text = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "gpk", "gsk")]
        clients["dynamodb"].create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=text,
            KeySchema=key("pk", "sk"),
            GlobalSecondaryIndexes=[
                {"IndexName": "index", "KeySchema": key("gpk", "gsk"), "Projection": {"ProjectionType": "KEYS_ONLY"}}
            ],
        )
        resources = {name: clients["sqs"].create_queue(QueueName=name)["QueueUrl"] for name in QUEUES}
        fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        resources["EventsQueue"] = clients["sqs"].create_queue(QueueName="e.fifo", Attributes=fifo)["QueueUrl"]
        yield Target(clients.__getitem__, resources | {"Ledger": "ledger", "EvidenceBucket": "evidence"})


def key(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def left_to_a_person(target: Target) -> None:
    operation = Operation.started(NOW, "worker", timedelta(minutes=1))
    operation.refuse(Refusal.of(LeftToAPerson("too old"), "m"))
    operation.unknown_since = NOW
    target.documents.save(DocumentRecord("doc", create=operation, newcomers=["participant-x"]))


def bury(target: Target, letter_id: str, item: str | None = None, copies: int = 1) -> DeadLetter:
    letter = DeadLetter(letter_id, "events", "Rejected400", "no", NOW, NOW, external_id="doc", item=item)
    target.dead_letters.put(letter)
    for _ in range(copies):
        attributes = {"deadLetterId": letter_id, "queue": "events", "errorType": "Rejected400"}
        target.queues.rest(target.dead_letter_queue_url, '{"version":1,"documentExternalId":"doc"}', attributes)
    return letter


def count(target: Target, queue: str) -> int:
    url = target.resources[queue]
    answer = target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(answer["ApproximateNumberOfMessages"])


def test_a_person_tells_the_id_of_a_document_whose_outcome_was_unknown(target: Target) -> None:
    left_to_a_person(target)
    adopt(target, "doc", "network-id")
    record = target.documents.load("doc")
    assert (record.created, record.document_id) == (True, "network-id")


def test_a_person_tells_that_the_document_does_not_stand_there(target: Target) -> None:
    left_to_a_person(target)
    absent(target, "doc")
    record = target.documents.load("doc")
    assert (record.create, record.newcomers) == (None, [])


@pytest.mark.parametrize(("external_id", "document_id"), [("bad id", "network-id"), ("doc", "a/b"), ("doc", "")])
def test_what_can_be_no_id_is_not_adopted(target: Target, external_id: str, document_id: str) -> None:
    with pytest.raises(NotToBeAdoptedError):
        adopt(target, external_id, document_id)
    assert not target.documents.load(external_id).created


def test_a_mistaken_id_is_mended_while_nothing_was_sent_to_it(target: Target) -> None:
    adopt(target, "doc", "mistaken")
    adopt(target, "doc", "network-id")
    assert target.documents.load("doc").document_id == "network-id"


def test_a_confirmed_document_is_not_overwritten(target: Target) -> None:
    adopt(target, "doc", "network-id")
    record = target.documents.load("doc")
    record.events = [EventEntry("event", "Weighing", NOW, "hash", "dedup", "part", state=EventState.CONFIRMED)]
    target.documents.save(record)
    adopt(target, "doc", "network-id")
    with pytest.raises(NotToBeAdoptedError):
        adopt(target, "doc", "another")
    with pytest.raises(NotToBeAdoptedError):
        absent(target, "doc")


def test_a_redrive_sends_the_chosen_ones_and_leaves_the_others_at_rest(target: Target) -> None:
    bury(target, "chosen")
    bury(target, "other")
    (outcome,) = redrive(target, lambda letter: letter.id == "chosen")
    assert "sent back" in outcome.became
    assert (count(target, "EventsQueue"), count(target, "DeadLetterQueue")) == (1, 1)
    assert [letter.id for letter in target.dead_letters.resting()] == ["other"]


def test_a_redrive_done_again_sends_nothing_and_clears_a_second_copy(target: Target) -> None:
    """A worker that died in the middle of a burial may have laid the same letter down twice."""
    bury(target, "twice", copies=2)
    redrive(target, lambda _letter: True)
    assert redrive(target, lambda _letter: True) == []
    assert (count(target, "EventsQueue"), count(target, "DeadLetterQueue")) == (1, 0)


def test_a_redriven_letter_holds_its_document_until_its_message_is_back(target: Target) -> None:
    """The message names the letter: then the worker lets go (tests/integration/workers/test_settled_and_again.py)."""
    bury(target, "letter")
    target.documents.save(DocumentRecord("doc", holds=[Hold("letter"), Hold("another")]))
    redrive(target, lambda _letter: True)
    assert [hold.dead_letter_id for hold in target.documents.load("doc").holds] == ["letter", "another"]


def test_a_discarded_event_is_given_up_with_its_reason_and_wakes_its_document(target: Target) -> None:
    dead = EventEntry("event", "Weighing", NOW, "hash", "dedup", "part", state=EventState.DEAD)
    dead.refusal = Refusal.of(InvalidMessage("no"), "m")
    target.documents.save(DocumentRecord("doc", events=[dead]))
    letter_id = dead_letter_id("m", "event")
    bury(target, letter_id, item="event")
    discard(target, letter_id, "weighed twice by mistake")
    letter = target.dead_letters.get(letter_id)
    assert letter is not None
    assert (letter.state, letter.why) == (DeadLetterState.DISCARDED, "weighed twice by mistake")
    assert target.documents.load("doc").events[0].state is EventState.DISCARDED
    assert (count(target, "EventsQueue"), count(target, "DeadLetterQueue")) == (1, 0)
