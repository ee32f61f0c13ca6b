"""S3's own notification of dropped files (docs.aws.amazon.com, AmazonS3, notification-content-structure)."""

from dataclasses import dataclass
from typing import Any

from massid_relay.core.errors import FieldProblem, InvalidMessage
from massid_relay.core.evidence import EvidenceKey, decoded, parse_key
from massid_relay.core.jsons import JsonObject

_TEST = "s3:TestEvent"


@dataclass(frozen=True, slots=True)
class EvidenceObjects:
    """The files of one notification. `refused`: keys outside the convention, by field."""

    objects: tuple[EvidenceKey, ...]
    refused: tuple[FieldProblem, ...] = ()


def is_notification(message: JsonObject) -> bool:
    """Whether S3 wrote this message. Its first one to a new queue is a test event."""
    return "Records" in message or message.get("Event") == _TEST


def read_notification(message: JsonObject) -> EvidenceObjects:
    """The files that were dropped. Raises InvalidMessage if it only looks like a notification."""
    records = message.get("Records", [])
    if not isinstance(records, list):
        raise InvalidMessage("Records must be a list", fields=[FieldProblem("Records", "must be a list")])
    objects, refused = [], []
    for number, record in enumerate(records):
        found = _read(record)
        if isinstance(found, EvidenceKey):
            objects.append(found)
        else:
            refused.append(FieldProblem(f"Records.{number}.s3.object.key", found))
    return EvidenceObjects(tuple(objects), tuple(refused))


def _read(record: Any) -> EvidenceKey | str:
    try:
        key = record["s3"]["object"]["key"]
    except (KeyError, TypeError, IndexError):
        return "is required"
    return parse_key(decoded(key)) if isinstance(key, str) else "must be a text"
