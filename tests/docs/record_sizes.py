"""What one document's record weighs in the ledger: records as a closed MassID leaves them, measured as DynamoDB bills them."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Any, cast
from uuid import UUID, uuid5

from massid_relay.core.operation import Operation, Stage
from massid_relay.core.record import DocumentRecord, EventEntry, EventState, FileEntry
from massid_relay.ledger.documents import DocumentStore

NAMES = ("ACTOR", "ACTOR", "Pick-up", "Transport Manifest", "Weighing", "Drop-off", "Sorting", "Recycled")
LABELS = ("Waste Generator", "Hauler", None, None, None, None, None, None)
START = datetime(2026, 6, 1, 11, 14, tzinfo=UTC)


def closed_record(events: int, files: int) -> DocumentRecord:
    """A record with that many confirmed events and attached files, ids as long as real ones."""
    name = "recycling-20261121-1-0001"
    record = DocumentRecord(name, content_hash=_hash("document"), part=_hash("part"), version=15)
    record.deduplication_id = record.document_id = _uuid("document")
    record.create = Operation(Stage.CONFIRMED, START, START)
    record.events = [_event(name, number) for number in range(events)]
    record.files = {f"weighing-ticket-{number}.png": _file(number) for number in range(files)}
    record.verified_at = record.last_confirmed = START + timedelta(days=90)
    return record


def stored_bytes(record: DocumentRecord) -> int:
    """The item's size as DynamoDB counts it: the bytes of every name and value
    (docs.aws.amazon.com, amazondynamodb, "DynamoDB item sizes and formats")."""
    kept = _Kept()
    DocumentStore(cast("Any", kept), "ledger").save(record)
    return sum(len(name) + len(next(iter(value.values()))) for name, value in kept.item.items())


def write_units(size: int) -> int:
    """Units of one standard write; a transaction's cost twice as many."""
    return ceil(size / 1024)


class _Kept:
    """A DynamoDB client that keeps what it is given."""

    item: dict[str, dict[str, Any]]

    def put_item(self, *, Item: dict[str, dict[str, Any]], **_: Any) -> None:  # noqa: N803 - boto3's own name
        self.item = {name: {kind: _as_bytes(held) for kind, held in value.items()} for name, value in Item.items()}


def _as_bytes(held: Any) -> bytes:
    return held if isinstance(held, bytes) else str(held).encode()


def _event(document: str, number: int) -> EventEntry:
    name = NAMES[number % len(NAMES)]
    return EventEntry(
        external_id=f"{document}.{name.lower().replace(' ', '-')}-{number}",
        name=name,
        at=START + timedelta(minutes=number),
        content_hash=_hash(f"event {number}"),
        deduplication_id=_uuid(f"event {number}"),
        part=_hash("part"),
        label=LABELS[number % len(LABELS)],
        files=(f"weighing-ticket-{number}.png",) if name == "Weighing" else (),
        state=EventState.CONFIRMED,
        event_id=_uuid(f"answer {number}")[:21],
    )


def _file(number: int) -> FileEntry:
    return FileEntry(
        f"weighing-ticket-{number}.png",
        START,
        Operation(Stage.CONFIRMED, START, START),
        version=_uuid(f"version {number}"),
        etag=_hash(f"etag {number}")[:32],
        size=2345,
        content_type="image/png",
        attachment_id=_uuid(f"attachment {number}"),
    )


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _uuid(text: str) -> str:
    return str(uuid5(UUID(int=0), text))
