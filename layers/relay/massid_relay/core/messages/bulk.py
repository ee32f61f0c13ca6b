"""The bulk queue: S3's notification of a dropped file, and the message with which a run goes on."""

from dataclasses import dataclass
from typing import Any

from massid_relay.core.bulk.files import PREFIX
from massid_relay.core.errors import FieldProblem, InvalidMessage
from massid_relay.core.evidence import decoded
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages.base import Message, Text
from massid_relay.core.messages.envelopes import Version


class BulkContinuation(Message):
    """Go on with that version of that file. The relay sends it to itself."""

    version: Version
    file: Text
    object_version: Text


@dataclass(frozen=True, slots=True)
class BulkFile:
    """One version of one file. `object_version` is None where the notification does not name it."""

    name: str
    object_version: str | None


def read_bulk_notification(message: JsonObject) -> list[BulkFile]:
    """The files that were dropped; folders that somebody made by hand are none. Raises InvalidMessage."""
    records = message.get("Records", [])
    if not isinstance(records, list):
        raise InvalidMessage("Records must be a list", fields=[FieldProblem("Records", "must be a list")])
    found = [_file(record, number) for number, record in enumerate(records)]
    return [file for file in found if not file.name.endswith("/") and file.name]


def _file(record: Any, number: int) -> BulkFile:
    try:
        stored = record["s3"]["object"]
        key, object_version = decoded(stored["key"]), stored.get("versionId")
    except (KeyError, TypeError, IndexError, AttributeError):
        key, object_version = "", None
    if not key.startswith(PREFIX) or not isinstance(object_version, str | None):
        problem = FieldProblem(f"Records.{number}.s3.object.key", f"must be {PREFIX}{{file name}}")
        raise InvalidMessage("the notification names no bulk file", fields=[problem])
    return BulkFile(key.removeprefix(PREFIX), object_version or None)
