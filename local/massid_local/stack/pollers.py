"""Polls the queues as Lambda's event source mappings do: receive a batch, invoke, delete what succeeded.

A message whose function failed isn't touched: it comes again when its visibility ends. FIFO order is the queue's own doing:
it gives out nothing of a group that has a message in flight.
"""

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from massid_local.stack.batches import event_of, failed_ids
from massid_local.stack.clock import StackClock
from massid_local.stack.functions import Functions, Outcome
from massid_local.stack.specs import MappingSpec

_LOG = logging.getLogger(__name__)
_LONG_POLL = 20
"""Seconds; SQS's longest. The emulator answers as soon as a message comes into sight."""
_MOST_AT_ONCE = 10
"""Messages of one receive or delete."""

Messages = list[dict[str, Any]]


@dataclass(slots=True)
class QueueCounts:
    """What the pollers saw of one queue. `receives - messages` is how many deliveries were repeats."""

    receives: int = 0
    messages: int = 0
    deletes: int = 0
    failed_invocations: int = 0


class Counters:
    """Counts by the queue's logical id."""

    def __init__(self, queues: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._queues = {queue: QueueCounts() for queue in queues}

    def received(self, queue: str, messages: Messages) -> None:
        """Count a batch as it comes."""
        first = sum(message["Attributes"]["ApproximateReceiveCount"] == "1" for message in messages)
        with self._lock:
            counts = self._queues[queue]
            counts.receives += len(messages)
            counts.messages += first

    def settled(self, queue: str, deleted: int, ok: bool) -> None:
        """Count a batch as it ends."""
        with self._lock:
            counts = self._queues[queue]
            counts.deletes += deleted
            counts.failed_invocations += not ok

    def snapshot(self) -> dict[str, QueueCounts]:
        """The counts so far."""
        with self._lock:
            return {name: replace(counts) for name, counts in self._queues.items()}


class Poller:
    """One event source mapping: as many threads as its MaximumConcurrency, each with one batch at a time."""

    def __init__(
        self, spec: MappingSpec, sqs: Any, functions: Functions, clock: StackClock, counters: Counters
    ) -> None:
        self._spec = spec
        self._sqs = sqs
        self._functions = functions
        self._clock = clock
        self._counters = counters
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name=f"poll-{spec.queue}-{number}", daemon=True)
            for number in range(spec.concurrency)
        ]

    def start(self) -> None:
        """Begin to poll."""
        for thread in self._threads:
            thread.start()

    def ask_to_stop(self) -> None:
        """Poll no more once the receive or the batch under way has ended."""
        self._stopped.set()

    def join(self, seconds: float) -> None:
        """Wait for the threads, at most `seconds` each."""
        for thread in self._threads:
            thread.join(seconds)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                messages = self._gather()
                if messages:
                    self._handle(messages)
            except Exception:
                if self._stopped.is_set():
                    return
                _LOG.exception("polling %s", self._spec.queue)
                self._stopped.wait(1)

    def _gather(self) -> Messages:
        """One batch: a single receive, or what comes within the batching window after the first message."""
        messages = self._receive(self._spec.batch_size, _LONG_POLL)
        closes = self._clock.now() + timedelta(seconds=self._spec.window)
        while messages and len(messages) < self._spec.batch_size and self._clock.now() < closes:
            messages += self._receive(self._spec.batch_size - len(messages), 1)
        return messages

    def _receive(self, most: int, wait: int) -> Messages:
        answer = self._sqs.receive_message(
            QueueUrl=self._spec.queue_url,
            MaxNumberOfMessages=min(most, _MOST_AT_ONCE),
            WaitTimeSeconds=wait,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: Messages = answer.get("Messages", [])
        self._counters.received(self._spec.queue, messages)
        return messages

    def _handle(self, messages: Messages) -> None:
        outcome = self._functions.invoke(self._spec.function, event_of(messages, self._spec.queue_arn))
        if self._stopped.is_set():
            return
        if not outcome.ok:
            _LOG.warning("%s failed with %s on %d messages", self._spec.function, outcome.error_type, len(messages))
        failed = self._failed(outcome, messages)
        done = [message for message in messages if message["MessageId"] not in failed]
        for start in range(0, len(done), _MOST_AT_ONCE):
            self._delete(done[start : start + _MOST_AT_ONCE])
        self._counters.settled(self._spec.queue, len(done), outcome.ok)

    def _failed(self, outcome: Outcome, messages: Messages) -> set[str]:
        ids = [message["MessageId"] for message in messages]
        if outcome.payload is None:
            return set(ids)
        return failed_ids(outcome.payload, ids) if self._spec.reports_failures else set()

    def _delete(self, messages: Messages) -> None:
        entries = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]} for number, message in enumerate(messages)
        ]
        answer = self._sqs.delete_message_batch(QueueUrl=self._spec.queue_url, Entries=entries)
        if answer.get("Failed"):
            _LOG.warning("%d messages of %s outlived their visibility", len(answer["Failed"]), self._spec.queue)
