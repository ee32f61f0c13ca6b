"""SQS as far as exactly-once depends on it: visibility, FIFO groups, receive counts, receipts, deduplication, duplicates.

docs.aws.amazon.com, AWSSimpleQueueService: "visibility timeout", "exactly-once processing", "delivery logic (FIFO)".
"""

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.faults.clock import SharedTime

FIFO_MEMORY = timedelta(minutes=5)
"""For so long a FIFO queue swallows a deduplication id that it has seen."""


class StaleReceipt(Exception):
    """The message was received again, or deleted, since that receipt was given out."""


@dataclass(slots=True)
class Message:
    """One message. `receipts` are all that were given out; only the last one may set its visibility."""

    id: str
    queue: str
    body: str
    sent_at: datetime
    visible_at: datetime
    group: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    deduplication_id: str | None = None
    receives: int = 0
    receipts: list[str] = field(default_factory=list)


class Queues:
    """All queues of a run. `duplicates`: the share of receives on standard queues after which the message is given to a
    second worker although the first still has it; `reorder`: standard queues give messages in any order."""

    def __init__(
        self, clock: SharedTime, visibility: dict[str, float], *, random: Random, duplicates: float, reorder: bool
    ) -> None:
        self._clock = clock
        self._visibility = visibility
        self._random = random
        self._duplicates = duplicates
        self._reorder = reorder
        self._messages: dict[str, list[Message]] = {name: [] for name in visibility}
        self._seen: dict[tuple[str, str], datetime] = {}
        self._numbers = itertools.count(1)

    def send(
        self,
        queue: str,
        body: str,
        *,
        group: str | None = None,
        deduplication_id: str | None = None,
        attributes: dict[str, Any] | None = None,
    ) -> str:
        """Put a message on a queue; its id. On a FIFO queue (named by its group) repetitions within 5 minutes are swallowed."""
        now, message_id = self._clock.now(), f"message-{next(self._numbers):04}"
        if group is not None:
            deduplication_id = deduplication_id or hashlib.sha256(body.encode()).hexdigest()
            key = (queue, deduplication_id)
            if now - self._seen.get(key, now - FIFO_MEMORY) < FIFO_MEMORY:
                return message_id
            self._seen[key] = now
        self._messages[queue].append(
            Message(message_id, queue, body, now, now, group, attributes or {}, deduplication_id)
        )
        return message_id

    def receive(self, queue: str, most: int) -> list[Message]:
        """Messages for one invocation, made invisible."""
        batch = self.receivable(queue)
        if self._reorder and batch and batch[0].group is None:
            self._random.shuffle(batch)
        return [self._received(message) for message in batch[:most]]

    def receivable(self, queue: str) -> list[Message]:
        """What could be received now: of a FIFO group nothing while one of its messages is in flight."""
        now = self._clock.now()
        locked = {message.group for message in self._messages[queue] if message.group and message.visible_at > now}
        return [m for m in self._messages[queue] if m.visible_at <= now and m.group not in locked]

    def delete(self, receipt: str) -> bool:
        """Delete by receipt. An old receipt deletes from a standard queue only; whether the message was there."""
        message = self._by_receipt(receipt)
        if message is None or (message.group and message.receipts[-1] != receipt):
            return False
        self._messages[message.queue].remove(message)
        return True

    def change_visibility(self, receipt: str, seconds: float) -> None:
        """Let a received message come back after that time. Raises StaleReceipt."""
        message = self._by_receipt(receipt)
        if message is None or message.receipts[-1] != receipt:
            raise StaleReceipt
        message.visible_at = self._clock.now() + timedelta(seconds=seconds)

    def next_visible(self) -> datetime | None:
        """When the next hidden message of a work queue shows itself."""
        now = self._clock.now()
        return min((m.visible_at for m in self.all() if m.visible_at > now), default=None)

    def all(self) -> Iterator[Message]:
        """Every message on a queue that somebody works on."""
        return (m for queue, messages in self._messages.items() if queue != "DeadLetterQueue" for m in messages)

    def resting(self) -> Sequence[Message]:
        """What lies in the dead-letter queue."""
        return self._messages["DeadLetterQueue"]

    def _received(self, message: Message) -> Message:
        message.receives += 1
        message.receipts.append(f"{message.id}/{message.receives}")
        hidden = self._visibility[message.queue]
        if message.group is None and self._random.random() < self._duplicates:
            hidden = self._random.uniform(0, 2)
        message.visible_at = self._clock.now() + timedelta(seconds=hidden)
        return message

    def _by_receipt(self, receipt: str) -> Message | None:
        return next((m for messages in self._messages.values() for m in messages if receipt in m.receipts), None)
