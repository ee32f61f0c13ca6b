"""The workers' bench with a bulk queue: files are dropped, and the feeder works on them turn by turn."""

import itertools
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

from massid_relay.bootstrap import Relay
from massid_relay.core.bulk.files import bulk_key, report_key
from massid_relay.core.bulk.run import BulkRun
from massid_relay.core.jsons import JsonObject, dumps, loads
from massid_relay.work.feed_bulk import feed_bulk
from massid_relay.work.handling import handle_each
from massid_relay.work.source import QueueName, sources

from tests.faults.description import queue_name, queue_url
from tests.faults.queues import Message
from tests.integration.workers.bench import SUBMISSIONS, Bench, Sqs
from tests.integration.workers.payloads import document

BULK = "BulkQueue"
MOST_TURNS = 500


class WorkerKilled(BaseException):
    """No handler catches it: what was not written by then never is."""


class Mortal:
    """A client whose caller is killed at chosen calls: before one takes effect, or right after it."""

    def __init__(self, client: Any, fate: "Fate") -> None:
        self._client = client
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)
        if not callable(real) or name in {"exceptions", "get_paginator"}:
            return real

        def call(**asked: Any) -> Any:
            self._fate.meet()
            answer = real(**asked)
            self._fate.meet()
            return answer

        return call


class Fate:
    """When workers are killed: the numbers of the moments, before and after each call of AWS."""

    def __init__(self, moments: Collection[int]) -> None:
        self._moments = set(moments)
        self._count = itertools.count(1)
        self.kills = 0

    def meet(self) -> None:
        """One moment more."""
        if next(self._count) in self._moments:
            self.kills += 1
            raise WorkerKilled


class BulkSqs(Sqs):
    """The calls that only the feeder makes."""

    def __init__(self, queues: Any) -> None:
        super().__init__(queues)
        self.delays: list[int] = []
        self.fed: list[str] = []
        """External ids in the order in which they were sent."""

    def send_message(self, **asked: Any) -> JsonObject:
        """Out of sight for its delay."""
        answer = super().send_message(**asked)
        delay = asked.get("DelaySeconds", 0)
        self.delays.append(delay)
        for message in self.queues.all():
            if message.id == answer["MessageId"]:
                message.visible_at += timedelta(seconds=delay)
        return answer

    def send_message_batch(self, **asked: Any) -> JsonObject:
        """One queue, at most ten."""
        assert 1 <= len(asked["Entries"]) <= 10
        assert sum(len(entry["MessageBody"].encode()) for entry in asked["Entries"]) <= 262_144
        for entry in asked["Entries"]:
            self.queues.send(queue_name(asked["QueueUrl"]), entry["MessageBody"])
            self.fed.append(loads(entry["MessageBody"])["externalId"])
        return {"Successful": asked["Entries"]}

    def get_queue_attributes(self, **asked: Any) -> JsonObject:
        """Its depth, all in one number."""
        count = sum(message.queue == queue_name(asked["QueueUrl"]) for message in self.queues.all())
        return {"Attributes": {"ApproximateNumberOfMessages": str(count)}}


class BulkBench(Bench):
    """`seconds`: what an invocation has left at each look, from the first on; then as much as it likes."""

    sqs: BulkSqs

    def __init__(self, *given: Any, **settings: str) -> None:
        super().__init__(*given, **settings)
        self.sqs = BulkSqs(self.queues)
        self.relay = self.container()
        self.seconds: list[float] = []
        self.fate = Fate(())
        """Of the feeder's workers."""

    def doom(self, moments: Collection[int]) -> None:
        """Have the feeder's workers die at these moments."""
        fate = self.fate = Fate(moments)
        clients = {"dynamodb": self.dynamodb, "s3": self.s3, "sqs": self.sqs}
        self.relay = Relay(self.environment, self.clock, lambda service: Mortal(clients[service], fate))

    def drop_file(self, name: str, content: bytes, *, times: int = 1) -> str:
        """Put a bulk file into the bucket; S3 tells of it. Its version."""
        version: str = self.s3.put_object(Bucket=self.name, Key=bulk_key(name), Body=content)["VersionId"]
        stored = {"key": quote_plus(bulk_key(name)), "size": len(content), "eTag": "e", "versionId": version}
        what = {"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}
        for _ in range(times):
            self.send(BULK, {"Records": [what | {"s3": {"bucket": {"name": self.name}, "object": stored}}]})
        return version

    def turn(self, relay: Relay | None = None) -> int:
        """Let the feeder take one message; how many there were."""
        relay = relay or self.relay
        relay.deadline = lambda: self.seconds.pop(0) if self.seconds else float("inf")
        batch = self.queues.receive(BULK, 1)
        for message in batch:
            receipt = message.receipts[-1]
            found = sources({"Records": [_record(message)]}, QueueName.BULK)
            try:
                answer = handle_each(relay, queue_url(BULK), found, lambda source: feed_bulk(relay, source))
            except WorkerKilled:
                continue
            if not answer["batchItemFailures"]:
                self.queues.delete(receipt)
        return len(batch)

    def feed(self, take_up: Callable[[], None] | None = None) -> None:
        """Turns until the feeder has nothing left; in between the submissions are taken up, by default at once."""
        for _ in range(MOST_TURNS):
            worked = self.turn()
            (take_up or self.take_up)()
            if worked:
                continue
            coming = min((message.visible_at for message in self.waiting(BULK)), default=None)
            if coming is None:
                return
            self.clock.move_to(max(coming, self.clock.now()))
        raise AssertionError("still feeding")

    def take_up(self, most: int = 1_000_000) -> int:
        """Take submissions off their queue, as submit_massid would."""
        taken = self.waiting(SUBMISSIONS)[:most]
        for message in taken:
            message.receipts.append(f"{message.id}/taken")
            self.queues.delete(message.receipts[-1])
        return len(taken)

    def bulk_run(self, name: str) -> BulkRun:
        """The newest run of that file."""
        return self.container().bulk.runs(name)[-1]

    def report(self, name: str) -> JsonObject:
        """Its report."""
        key = report_key(name, self.bulk_run(name).id)
        content: JsonObject = loads(self.s3.get_object(Bucket=self.name, Key=key)["Body"].read())
        return content

    def refused(self, name: str) -> list[JsonObject]:
        """Its refused lines, from all parts."""
        return list(self.container().bulk_files.refused(self.bulk_run(name)))


def submission(external_id: str, **more: Any) -> JsonObject:
    """The least that a submission says."""
    return {"version": 1, "externalId": external_id, "document": document(), **more}


def ndjson(*lines: JsonObject | str) -> bytes:
    """A line each; a text as it stands."""
    return "".join((line if isinstance(line, str) else dumps(line)) + "\n" for line in lines).encode()


def _record(message: Message) -> JsonObject:
    return {
        "eventSource": "aws:sqs",
        "messageId": message.id,
        "receiptHandle": message.receipts[-1],
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(int(message.sent_at.timestamp() * 1000)),
        },
    }
