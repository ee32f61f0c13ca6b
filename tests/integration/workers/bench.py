"""A bench for the workers: the real `Relay` over moto's DynamoDB and S3, queues with SQS's rules, and a clock that tests move.

Queue names, batch sizes and settings are template.yaml's (invariant 8). Nothing happens by itself: `work` lets the workers
take what is visible, `run` goes on until nothing is left, moving the clock to whatever comes back next.
"""

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from botocore.exceptions import ClientError
from massid_relay.bootstrap import Relay
from massid_relay.core.evidence import evidence_key
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.record import DocumentRecord
from massid_relay.ledger.dead_letters import DeadLetter
from massid_relay.work.append_events import append_events
from massid_relay.work.bury_dead_letter import bury_dead_letter
from massid_relay.work.create_document import create_document
from massid_relay.work.handling import handle_each, handle_groups
from massid_relay.work.source import QueueName, sources, undelivered_sources
from massid_relay.work.submit_massid import submit_massid
from massid_relay.work.sweep import Swept, sweep
from massid_relay.work.upload_evidence import upload_evidence

from tests.faults.clock import SharedTime
from tests.faults.description import description, queue_url
from tests.faults.queues import Message, Queues, StaleReceipt
from tests.integration.workers.fake_carrot import FakeCarrot

SUBMISSIONS, DOCUMENTS, EVIDENCE, EVENTS = "SubmissionsQueue", "DocumentsQueue", "EvidenceQueue", "EventsQueue"
WORK_QUEUES = (SUBMISSIONS, DOCUMENTS, EVIDENCE, EVENTS)
MOST_ROUNDS = 300
MOST_ROUNDS_OF_DAYS = 5_000
_HANDLERS: dict[str, tuple[QueueName, Callable[..., Any]]] = {
    SUBMISSIONS: (QueueName.SUBMISSIONS, submit_massid),
    DOCUMENTS: (QueueName.DOCUMENTS, create_document),
    EVIDENCE: (QueueName.EVIDENCE, upload_evidence),
    EVENTS: (QueueName.EVENTS, append_events),
}


class MovedClock(SharedTime):
    """Stands still unless moved; who waits moves it."""

    def sleep(self, seconds: float) -> None:
        """At once, and yet later."""
        self.advance(max(seconds, 0))


class Sqs:
    """The calls of boto3's SQS client that the relay makes."""

    def __init__(self, queues: Queues) -> None:
        self.queues = queues
        self.visibility_changes: list[tuple[str, int]] = []
        """Message id and seconds, in order."""

    def send_message(self, **asked: Any) -> JsonObject:
        """Into the queue of that URL."""
        message_id = self.queues.send(
            _name(asked["QueueUrl"]),
            asked["MessageBody"],
            group=asked.get("MessageGroupId"),
            deduplication_id=asked.get("MessageDeduplicationId"),
            attributes=asked.get("MessageAttributes"),
        )
        return {"MessageId": message_id}

    def change_message_visibility(self, **asked: Any) -> None:
        """A stale receipt is AWS's own error."""
        try:
            self.queues.change_visibility(asked["ReceiptHandle"], asked["VisibilityTimeout"])
        except StaleReceipt:
            raise ClientError({"Error": {"Code": "ReceiptHandleIsInvalid"}}, "ChangeMessageVisibility") from None
        self.visibility_changes.append((asked["ReceiptHandle"].partition("/")[0], asked["VisibilityTimeout"]))


@dataclass
class StepFunctions:
    """The calls of boto3's Step Functions client that the relay makes."""

    answers: list[tuple[str, str]] = field(default_factory=list)
    """Token, and `succeeded` or the error's type, in order."""
    causes: dict[str, str] = field(default_factory=dict)
    executions: dict[str, JsonObject] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    """Tokens that nobody waits for any more."""

    def send_task_success(self, *, taskToken: str, output: str) -> None:  # noqa: N803 - boto3's names
        """Answered once; later answers are refused as AWS does."""
        self._answer("SendTaskSuccess", taskToken, "succeeded", output)

    def send_task_failure(self, *, taskToken: str, error: str, cause: str) -> None:  # noqa: N803
        """The same for a failure."""
        self._answer("SendTaskFailure", taskToken, error, cause)

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> None:  # noqa: N803, A002
        """A name is used once."""
        if name in self.executions:
            raise ClientError({"Error": {"Code": "ExecutionAlreadyExists"}}, "StartExecution")
        self.executions[name], self.status[name] = json.loads(input), "RUNNING"

    def describe_execution(self, *, executionArn: str) -> JsonObject:  # noqa: N803
        """Its status."""
        name = executionArn.rpartition(":")[2]
        if name not in self.status:
            raise ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "DescribeExecution")
        return {"status": self.status[name]}

    def _answer(self, operation: str, token: str, answer: str, text: str) -> None:
        if token in self.stale:
            raise ClientError({"Error": {"Code": "TaskTimedOut"}}, operation)
        self.stale.add(token)
        self.answers.append((token, answer))
        self.causes[token] = text


class Bench:
    """One system of its own: nothing is shared between two of them."""

    def __init__(self, dynamodb: Any, s3: Any, name: str, **settings: str) -> None:
        self.clock = MovedClock()
        self.carrot = FakeCarrot(self.clock)
        self.queues = Queues(self.clock, description().visibility, random=Random(1), duplicates=0.0, reorder=False)
        self.sqs, self.steps = Sqs(self.queues), StepFunctions()
        self.dynamodb, self.s3, self.name = dynamodb, s3, name
        self.environment = description().environment | {"LEDGER_TABLE": name, "EVIDENCE_BUCKET": name} | settings
        self._tokens = itertools.count(1)
        self.relay = self.container()

    # ----------------------------------------------------------------------------------------------------- what there is

    def container(self) -> Relay:
        """Another container of the same system: it remembers nothing of what the others know."""
        secrets = _Secrets()
        clients = {"dynamodb": self.dynamodb, "s3": self.s3, "sqs": self.sqs, "stepfunctions": self.steps}
        relay = Relay(self.environment, self.clock, lambda service: clients.get(service, secrets))
        relay.carrot = self.carrot
        return relay

    def record(self, external_id: str) -> DocumentRecord:
        """What the ledger holds of that document."""
        return self.container().documents.load(external_id)

    def letters(self) -> list[DeadLetter]:
        """What lies dead."""
        return list(self.container().dead_letters.resting())

    @property
    def dead(self) -> list[str]:
        """The error types of what lies dead."""
        return [letter.error_type for letter in self.letters()]

    def waiting(self, queue: str) -> list[Message]:
        """Messages on that queue, visible or not."""
        return [message for message in self.queues.all() if message.queue == queue]

    # ---------------------------------------------------------------------------------------------- what an integrator does

    def send(self, queue: str, body: Any, group: str | None = None) -> str:
        """Put a message on a queue; its id."""
        text = body if isinstance(body, str) else dumps(body)
        if queue == EVENTS and group is None and isinstance(body, dict):
            group = body["documentExternalId"]
        return self.queues.send(queue, text, group=group)

    def drop(self, external_id: str, name: str, content: bytes, *, tell: bool = True) -> None:
        """Put a file into the bucket; S3 tells the evidence queue unless the notification is lost."""
        key = evidence_key(external_id, name)
        self.s3.put_object(Bucket=self.name, Key=key, Body=content)
        if tell:
            stored = {"key": key, "size": len(content), "eTag": "e", "versionId": "v"}
            what = {"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}
            self.send(EVIDENCE, {"Records": [what | {"s3": {"bucket": {"name": self.name}, "object": stored}}]})

    def token(self) -> str:
        """A new task token."""
        return f"token-{next(self._tokens)}"

    # ---------------------------------------------------------------------------------------------------- what the workers do

    def work(self, *queues: str, relay: Relay | None = None, delete: bool = True, most: int = 10) -> int:
        """Handle what is visible now, once: how many messages were received. `delete`: False loses the handlers' answers."""
        received = 0
        for queue in queues or WORK_QUEUES:
            batch = self.queues.receive(queue, most)
            received += len(batch)
            for invocation in _invocations(queue, batch):
                self._invoke(relay or self.relay, queue, invocation, delete=delete)
        return received

    def run(self, *, until: Callable[[], bool] = lambda: False, ends: datetime | None = None, step: float = 0) -> None:
        """Work until the queues are empty, moving the clock to what comes back next. `step`: hours that pass at least from
        one look to the next, for outages in which every look is like the one before."""
        rounds = MOST_ROUNDS if ends is None else MOST_ROUNDS_OF_DAYS
        for _ in range(rounds):
            if until() or (ends is not None and self.clock.now() >= ends):
                return
            if self.work():
                continue
            coming = self.queues.next_visible()
            if coming is None:
                return
            coming = max(coming, self.clock.now() + timedelta(hours=step))
            self.clock.move_to(min(coming, ends) if ends else coming)
        raise AssertionError(f"still at work after {rounds} rounds")

    def sweep(self) -> Swept:
        """One sweep."""
        return sweep(self.relay)

    def move(self, **duration: float) -> None:
        """Let time pass."""
        self.clock.move_to(self.clock.now() + timedelta(**duration))

    def undeliver(self, queue: str, body: str, group: str | None = None) -> None:
        """Have bury_dead_letter handle a message that SQS itself moved away from `queue`."""
        attributes = {"DeadLetterQueueSourceArn": f"arn:aws:sqs:us-east-1:123456789012:{queue}"}
        message = Message(
            "moved", "UndeliveredQueue", body, self.clock.now(), self.clock.now(), group, {}, None, 1, ["r"]
        )
        event = {"Records": [_lambda_record(message, attributes)]}
        batch = undelivered_sources(event, self.relay.settings)
        answer = handle_each(self.relay, None, batch, lambda source: bury_dead_letter(self.relay, source))
        assert answer == {"batchItemFailures": []}

    def _invoke(self, relay: Relay, queue: str, batch: Sequence[Message], *, delete: bool) -> None:
        receipts = {message.id: message.receipts[-1] for message in batch}
        answer = invoke(relay, queue, batch)
        failed = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
        for message_id, receipt in receipts.items():
            if delete and message_id not in failed:
                self.queues.delete(receipt)


def invoke(relay: Relay, queue: str, batch: Sequence[Message]) -> JsonObject:
    """One invocation of the queue's function; its partial batch response."""
    name, handler = _HANDLERS[queue]
    found = sources({"Records": [_lambda_record(message) for message in batch]}, name)
    if queue == EVENTS:
        return handle_groups(relay, queue_url(queue), found, lambda group: handler(relay, group))
    return handle_each(relay, queue_url(queue), found, lambda source: handler(relay, source))


def _invocations(queue: str, batch: Sequence[Message]) -> list[list[Message]]:
    """One group or one message at a time, so that nothing depends on threads."""
    if queue != EVENTS:
        return [[message] for message in batch]
    groups: dict[str | None, list[Message]] = {}
    for message in batch:
        groups.setdefault(message.group, []).append(message)
    return list(groups.values())


def _lambda_record(message: Message, attributes: dict[str, str] | None = None) -> JsonObject:
    named = message.deduplication_id or ""
    return {
        "eventSource": "aws:sqs",
        "messageId": message.id,
        "receiptHandle": message.receipts[-1],
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(int(message.sent_at.timestamp() * 1000)),
            **({"MessageGroupId": message.group, "MessageDeduplicationId": named} if message.group else {}),
            **(attributes or {}),
        },
    }


class _Secrets:
    def get_secret_value(self, **_: Any) -> JsonObject:
        return {"SecretString": '{"clientId": "client", "clientSecret": "secret"}'}


def _name(url: str) -> str:
    return url.removeprefix(queue_url(""))
