"""The message that a worker is handling: where it came from, and how to name it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from massid_relay.core.errors import InvalidMessage
from massid_relay.settings import Settings


class QueueName(StrEnum):
    """Our queues, as dead letters name them."""

    SUBMISSIONS = "submissions"
    DOCUMENTS = "documents"
    EVIDENCE = "evidence"
    EVENTS = "events"
    ORDERS = "orders"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Source:
    """One received SQS message."""

    queue: QueueName
    message_id: str
    receipt_handle: str
    body: str
    group: str | None
    receive_count: int
    sent_at: datetime
    deduplication_id: str | None = None
    """On a FIFO queue. A redriven message has its dead letter's id."""


def sources(event: Any, queue: QueueName) -> list[Source]:
    """The messages of a Lambda event. Anything but an SQS event is an error: answering it with "no failures" would delete it."""
    if not isinstance(event, dict) or not isinstance(event.get("Records"), list):
        raise InvalidMessage("not an SQS event")
    return [_source(record, queue) for record in event["Records"]]


def _source(record: dict[str, Any], queue: QueueName) -> Source:
    if record.get("eventSource") != "aws:sqs":
        raise InvalidMessage("not an SQS record")
    attributes = record["attributes"]
    return Source(
        queue=queue,
        message_id=record["messageId"],
        receipt_handle=record["receiptHandle"],
        body=record["body"],
        group=attributes.get("MessageGroupId"),
        receive_count=int(attributes["ApproximateReceiveCount"]),
        sent_at=datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC),
        deduplication_id=attributes.get("MessageDeduplicationId"),
    )


def undelivered_sources(event: Any, settings: Settings) -> list[Source]:
    """The messages that SQS moved by itself, each with the queue that it came from."""
    homes = {
        settings.submissions_queue_url: QueueName.SUBMISSIONS,
        settings.documents_queue_url: QueueName.DOCUMENTS,
        settings.evidence_queue_url: QueueName.EVIDENCE,
        settings.events_queue_url: QueueName.EVENTS,
        settings.orders_queue_url: QueueName.ORDERS,
        settings.bulk_queue_url: QueueName.BULK,
    }
    names = {url.rsplit("/", 1)[-1]: queue for url, queue in homes.items()}
    found = sources(event, QueueName.SUBMISSIONS)
    arns = [record["attributes"].get("DeadLetterQueueSourceArn", "") for record in event["Records"]]
    return [
        replace(source, queue=names.get(arn.rsplit(":", 1)[-1], source.queue))
        for source, arn in zip(found, arns, strict=True)
    ]
