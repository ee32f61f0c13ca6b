"""Sending to our own queues, and answering task tokens."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from massid_relay.core.errors import TransientFailure
from massid_relay.core.jsons import JsonObject, dumps

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

_ANSWERED = frozenset({"InvalidToken", "TaskTimedOut", "TaskDoesNotExist"})
"""A token that nobody waits for any more. Emulators and AWS differ in which of these they say."""

_BATCH = 10
_BATCH_BYTES = 262_144
_PASSING = ("throttl", "kms", "access", "limit")
_DEPTH = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class Queues:
    """Puts messages on queues, and sets back messages that come again."""

    def __init__(self, client: "SQSClient") -> None:
        self._client = client

    def send(
        self,
        queue_url: str,
        body: JsonObject,
        *,
        group: str | None = None,
        fresh_id: str | None = None,
        delay: int = 0,
    ) -> None:
        """Send one message. On a FIFO queue `group` orders it; `fresh_id` keeps an equal body from being swallowed. On a
        standard queue it may be out of sight for `delay` seconds, at most 900."""
        fifo: dict[str, Any] = {"DelaySeconds": delay} if delay else {}
        if group is not None:
            fifo["MessageGroupId"] = group
        if fresh_id is not None:
            fifo["MessageDeduplicationId"] = fresh_id
        self._client.send_message(QueueUrl=queue_url, MessageBody=dumps(body), **fifo)

    def send_all(self, queue_url: str, bodies: Sequence[str]) -> list[int]:
        """Send many to a standard queue, as few calls as they fit into. The places of those that it will never take. Raises
        TransientFailure if it didn't take all others; then nobody knows which."""
        refused: list[int] = []
        first = 0
        for batch in batches(bodies):
            entries: Any = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(batch, first)]
            answer = self._client.send_message_batch(QueueUrl=queue_url, Entries=entries)
            failed: Sequence[Any] = answer.get("Failed", [])
            if not all(map(_is_final, failed)):
                raise TransientFailure("the queue took a part of the messages only")
            refused += [int(one["Id"]) for one in failed]
            first += len(batch)
        return refused

    def depth(self, queue_url: str) -> int:
        """About how many messages there are, whether anybody sees them or not; SQS may be a minute behind."""
        names: Any = _DEPTH
        answer: Any = self._client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)
        return sum(int(answer["Attributes"].get(name, 0)) for name in _DEPTH)

    def rest(self, queue_url: str, body: str, attributes: dict[str, str]) -> None:
        """Lay a message to rest in the dead-letter queue, as it came."""
        named: Any = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
        self._client.send_message(QueueUrl=queue_url, MessageBody=body, MessageAttributes=named)

    def come_back(self, queue_url: str, receipt_handle: str, seconds: int) -> None:
        """Let a received message come again after `seconds`. A handle that is no longer good is no matter: it comes anyway."""
        try:
            self._client.change_message_visibility(
                QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in {
                "ReceiptHandleIsInvalid",
                "AWS.SimpleQueueService.MessageNotInflight",
                "MessageNotInflight",
                "InvalidParameterValue",
            }:
                raise


def _is_final(failed: Any) -> bool:
    """Whether the message itself is at fault. Throttling, keys and permissions are counted among the sender's faults too, and
    pass."""
    code = str(failed.get("Code", "")).lower()
    return bool(failed.get("SenderFault")) and not any(word in code for word in _PASSING)


def batches(bodies: Sequence[str]) -> Iterator[list[str]]:
    """Batches that SendMessageBatch takes (docs.aws.amazon.com, AWSSimpleQueueService, "message quotas")."""
    batch: list[str] = []
    size = 0
    for body in bodies:
        length = len(body.encode())
        if batch and (len(batch) == _BATCH or size + length > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(body)
        size += length
    if batch:
        yield batch


class TaskTokens:
    """Answers the lifecycle's waiting steps. An answer that comes late or twice is no error."""

    def __init__(self, client: "SFNClient") -> None:
        self._client = client

    def succeed(self, token: str, output: JsonObject) -> None:
        """The step is done; `output` holds ids only (invariant 7)."""
        self._answered_is_fine(lambda: self._client.send_task_success(taskToken=token, output=dumps(output)))

    def fail(self, token: str, error_type: str, dead_letter_id: str) -> None:
        """The step failed; the reason stands in the index under `dead_letter_id`."""
        self._answered_is_fine(
            lambda: self._client.send_task_failure(taskToken=token, error=error_type, cause=dead_letter_id)
        )

    def _answered_is_fine(self, answer: Any) -> None:
        try:
            answer()
        except ClientError as error:
            if error.response["Error"]["Code"] not in _ANSWERED:
                raise
