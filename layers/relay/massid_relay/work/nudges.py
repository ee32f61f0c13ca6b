"""Messages that wake what waits in the ledger. Losing one loses nothing: `sweep` sends them again."""

import uuid

from massid_relay.bootstrap import Relay
from massid_relay.core.jsons import JsonObject
from massid_relay.core.record import DocumentRecord, EventState

VERSION = 1


def wake(relay: Relay, external_id: str, why: str) -> None:
    """Put a wake message into the document's FIFO group. Its id is fresh: an equal body must not be swallowed."""
    body: JsonObject = {"version": VERSION, "documentExternalId": external_id, "wake": why}
    relay.queues.send(relay.settings.events_queue_url, body, group=external_id, fresh_id=uuid.uuid4().hex)


def look_for_files(relay: Relay, external_id: str, names: list[str]) -> None:
    """Have the evidence worker look into the bucket for these files."""
    body: JsonObject = {"version": VERSION, "documentExternalId": external_id, "fileNames": names}
    relay.queues.send(relay.settings.evidence_queue_url, body)


def wake_after_creation(relay: Relay, record: DocumentRecord) -> None:
    """The document stands: its events may go, its files may be attached."""
    if any(event.state is EventState.WAITING for event in record.events):
        wake(relay, record.external_id, "DocumentConfirmed")
    missing = unattached(record)
    if missing:
        look_for_files(relay, record.external_id, missing)


def unattached(record: DocumentRecord) -> list[str]:
    """Files that were asked for and are not on the platform."""
    return [name for name, file in record.files.items() if not (file.attached or file.refused)]
