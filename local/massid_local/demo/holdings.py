"""What the stack itself tells: dead letters, redeliveries, crashes, and whether its queues are empty."""

from collections.abc import Iterable
from typing import Any

from massid_relay.ledger.dead_letters import DeadLetter, DeadLetterIndex

from massid_local.stack import LocalStack

_DEPTHS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class Holdings:
    """Reads a running stack."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self._sqs = stack.client("sqs")
        self._index = DeadLetterIndex(stack.client("dynamodb"), stack.resource("Ledger"))

    def is_quiet(self) -> bool:
        """No work queue holds a message any more, not even one that is being handled."""
        return not any(self._depth(queue) for queue in self._stack.counters)

    def dead_letters(self) -> list[DeadLetter]:
        """What lies dead, with its reason."""
        return list(self._index.resting())

    def count_dead(self, known: Iterable[DeadLetter]) -> int:
        """Dead letters by the index or by the dead-letter queue, whichever tells of more."""
        return max(len(list(known)), self._depth("DeadLetterQueue"))

    def redeliveries(self) -> int:
        """How often a message was received again."""
        return sum(counts.receives - counts.messages for counts in self._stack.counters.values())

    def crashes(self) -> int:
        """Invocations that ended without an answer."""
        return sum(counts.failed_invocations for counts in self._stack.counters.values())

    def _depth(self, queue: str) -> int:
        url = self._stack.resource(queue)
        answer: dict[str, Any] = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_DEPTHS))
        return sum(int(answer["Attributes"].get(name, 0)) for name in _DEPTHS)
