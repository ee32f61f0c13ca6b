"""Polls a table's stream as Lambda's event source mapping does: filter, batch, invoke, go on after what succeeded.

docs.aws.amazon.com/lambda, "Using AWS Lambda with Amazon DynamoDB". The emulator's streams have one shard. A batch that fails
holds up what comes behind it; it is tried again, from the first reported failure or in halves, until it succeeds or is given up.
"""

import base64
import json
import logging
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from massid_relay.core.clock import iso

from massid_local.stack.batches import failed_ids
from massid_local.stack.clock import StackClock
from massid_local.stack.environment import REGION, Clients
from massid_local.stack.event_patterns import matches
from massid_local.stack.functions import Functions
from massid_local.stack.specs import StreamSpec

_LOG = logging.getLogger(__name__)
BETWEEN_POLLS = 0.25
"""Seconds: Lambda polls a shard four times a second. The emulator answers a poll as soon as there is something."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
"""Seconds before a failed batch is tried again; Lambda's own are not stated."""
_MOST_RECORDS = 1000

Records = list[dict[str, Any]]


class StreamPoller:
    """One mapping from a stream to a function: one thread, as there is one shard."""

    def __init__(self, spec: StreamSpec, clients: Clients, functions: Functions, clock: StackClock) -> None:
        self._spec = spec
        self._clients = clients
        self._functions = functions
        self._clock = clock
        self._stopped = threading.Event()
        self._waiting: deque[dict[str, Any]] = deque()
        self._iterator: str | None = None
        self._thread = threading.Thread(target=self._run, name=f"stream-{spec.table}", daemon=True)

    def start(self) -> None:
        """Begin to poll."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Poll no more once the poll or the batch under way has ended."""
        self._stopped.set()

    def join(self, seconds: float) -> None:
        """Wait for the thread, at most `seconds`."""
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._poll()
                if self._waiting and len(self._waiting) < self._spec.batch_size and self._spec.window:
                    self._stopped.wait(self._spec.window)
                    self._poll()
                while self._waiting and not self._stopped.is_set():
                    most = min(self._spec.batch_size, len(self._waiting))
                    self._handle([self._waiting.popleft() for _ in range(most)])
            except Exception:
                if self._stopped.is_set():
                    return
                _LOG.exception("polling the stream of %s", self._spec.table)
                self._stopped.wait(1)
            self._stopped.wait(BETWEEN_POLLS)

    def _poll(self) -> None:
        streams = self._clients("dynamodbstreams")
        if self._iterator is None:
            self._iterator = streams.get_shard_iterator(
                StreamArn=self._spec.stream_arn, ShardId=self._shard(), ShardIteratorType=self._spec.starts_at
            )["ShardIterator"]
        answer = streams.get_records(ShardIterator=self._iterator, Limit=_MOST_RECORDS)
        self._iterator = answer["NextShardIterator"]
        found = (lambda_record(record, self._spec.stream_arn) for record in answer["Records"])
        self._waiting.extend(record for record in found if matches(self._spec.patterns, record))

    def _shard(self) -> str:
        described = self._clients("dynamodbstreams").describe_stream(StreamArn=self._spec.stream_arn)
        return str(described["StreamDescription"]["Shards"][0]["ShardId"])

    def _handle(self, batch: Records) -> None:
        """Until the batch is done, given up, or the stack stops."""
        attempts, pause = 0, _FIRST_PAUSE
        while batch and not self._stopped.is_set():
            rest = self._invoke(batch)
            if len(rest) < len(batch):
                batch, attempts, pause = rest, 0, _FIRST_PAUSE
                continue
            attempts += 1
            if self._is_over(batch, attempts):
                self._give_up(batch, attempts)
                return
            if self._spec.bisects and len(batch) > 1:
                half = len(batch) // 2
                self._handle(batch[:half])
                batch, attempts = batch[half:], 0
            self._stopped.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _invoke(self, batch: Records) -> Records:
        """What is still to be done: nothing, all of it, or what begins with the first failure."""
        outcome = self._functions.invoke(self._spec.function, json.dumps({"Records": batch}).encode())
        if outcome.payload is None:
            _LOG.warning("%s failed with %s on %d changes", self._spec.function, outcome.error_type, len(batch))
            return batch
        if not self._spec.reports_failures:
            return []
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        failed = failed_ids(outcome.payload, numbers)
        return batch[min((numbers.index(number) for number in failed), default=len(batch)) :]

    def _is_over(self, batch: Sequence[Mapping[str, Any]], attempts: int) -> bool:
        if self._spec.most_retries is not None and attempts > self._spec.most_retries:
            return True
        if self._spec.most_age is None:
            return False
        oldest = datetime.fromtimestamp(batch[0]["dynamodb"]["ApproximateCreationDateTime"], self._clock.now().tzinfo)
        return self._clock.now() - oldest > timedelta(seconds=self._spec.most_age)

    def _give_up(self, batch: Records, attempts: int) -> None:
        """Where the records lie goes to the destination, not what they hold ("Example invocation record", same page)."""
        _LOG.warning("%s: %d changes are given up after %d attempts", self._spec.function, len(batch), attempts)
        if self._spec.failures_queue_url is None:
            return
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        info = {
            "startSequenceNumber": numbers[0],
            "endSequenceNumber": numbers[-1],
            "batchSize": len(batch),
            "streamArn": self._spec.stream_arn,
        }
        context = {"functionArn": self._spec.function_arn, "approximateInvokeCount": attempts}
        body = {
            "requestContext": context,
            "version": "1.0",
            "timestamp": iso(self._clock.now()),
            "DDBStreamBatchInfo": info,
        }
        self._clients("sqs").send_message(QueueUrl=self._spec.failures_queue_url, MessageBody=json.dumps(body))


def lambda_record(record: Mapping[str, Any], stream_arn: str) -> dict[str, Any]:
    """A record as GetRecords returns it, in the form that a function gets: times are numbers, bytes are Base64."""
    told = record["dynamodb"]
    images = {name: _plain(told[name]) for name in ("Keys", "NewImage", "OldImage") if name in told}
    return {
        **{name: record[name] for name in ("eventID", "eventName", "eventVersion", "eventSource")},
        "awsRegion": REGION,
        "eventSourceARN": stream_arn,
        "dynamodb": {
            "ApproximateCreationDateTime": told["ApproximateCreationDateTime"].timestamp(),
            "SequenceNumber": told["SequenceNumber"],
            "SizeBytes": told["SizeBytes"],
            "StreamViewType": told["StreamViewType"],
            **images,
        },
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | set) else value
