"""A bench for announce: a ledger with a stream in moto, the real `Relay` over it, and an event bus that can fail or kill."""

import json
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from massid_local.stack.streams import lambda_record
from massid_relay.bootstrap import Relay
from massid_relay.core.jsons import JsonObject
from massid_relay.work.announce import announce

from tests.faults.description import description
from tests.integration.workers.bench import MovedClock


class Killed(BaseException):
    """The worker died."""


@dataclass
class Bus:
    """EventBridge's PutEvents: keeps what it took."""

    taken: list[JsonObject] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    """Entries of each call."""
    refused: dict[int, int] = field(default_factory=dict)
    """How often the entry that would be taken at that place is refused first."""
    down: int = 0
    """Calls that fail as a whole."""
    kills: bool = False
    """The next call takes everything, and then its caller dies."""

    def put_events(self, *, Entries: list[JsonObject]) -> JsonObject:  # noqa: N803 - boto3's names
        """As the API answers: failures one by one, at the places of their entries."""
        self.calls.append(len(Entries))
        assert len(Entries) <= 10
        if self.down:
            self.down -= 1
            raise ClientError({"Error": {"Code": "InternalException"}}, "PutEvents")
        answers = [self._take(entry) for entry in Entries]
        if self.kills:
            self.kills = False
            raise Killed
        return {"FailedEntryCount": sum("ErrorCode" in one for one in answers), "Entries": answers}

    def _take(self, entry: JsonObject) -> JsonObject:
        if self.refused.get(len(self.taken), 0):
            self.refused[len(self.taken)] -= 1
            return {"ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded"}
        self.taken.append(entry)
        return {"EventId": "event"}

    @property
    def told(self) -> list[tuple[str, JsonObject]]:
        """Detail type and detail of each."""
        return [(entry["DetailType"], json.loads(entry["Detail"])) for entry in self.taken]

    @property
    def ids(self) -> list[str]:
        return [detail["id"] for _, detail in self.told]


@dataclass
class Sent:
    """SQS's SendMessage."""

    messages: list[JsonObject] = field(default_factory=list)

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803 - boto3's names
        assert QueueUrl == "unannounced"
        self.messages.append(json.loads(MessageBody))


class AnnounceBench:
    """One ledger and its stream."""

    def __init__(self, dynamodb: Any, streams: Any, table: str) -> None:
        self.dynamodb, self._streams, self._table = dynamodb, streams, table
        self.bus, self.sqs = Bus(), Sent()
        self.relay = self.container()

    def container(self) -> Relay:
        """Another container: it remembers nothing."""
        environment = description().environment | {"LEDGER_TABLE": self._table, "UNANNOUNCED_QUEUE_URL": "unannounced"}
        clients = {"dynamodb": self.dynamodb, "events": self.bus, "sqs": self.sqs}
        return Relay(environment, MovedClock(), clients.__getitem__)

    def event(self) -> JsonObject:
        """All changes since the beginning, as Lambda would hand them over, in one batch."""
        arn = self.dynamodb.describe_table(TableName=self._table)["Table"]["LatestStreamArn"]
        (shard,) = self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = self._streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = self._streams.get_records(ShardIterator=iterator)["Records"]
        return {"Records": [json.loads(json.dumps(lambda_record(record, arn))) for record in records]}

    def announce(self, event: JsonObject | None = None) -> list[str]:
        """One invocation; the sequence numbers that it reports as failed."""
        answer = announce(self.container(), self.event() if event is None else event)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
