"""Messages that wake what waits in the ledger. Losing one loses nothing: `sweep` sends them again."""

import uuid

from massid_relay.bootstrap import Relay
from massid_relay.core.jsons import JsonObject
from massid_relay.core.record import DocumentRecord, EventState
from massid_relay.work.changes import apply

VERSION = 1


def wake(relay: Relay, external_id: str, why: str) -> None:
    """Put a wake message into the document's FIFO group. Its id is fresh: an equal body must not be swallowed."""
    body: JsonObject = {"version": VERSION, "documentExternalId": external_id, "wake": why}
    relay.queues.send(relay.settings.events_queue_url, body, group=external_id, fresh_id=uuid.uuid4().hex)


def addressed_to(record: DocumentRecord) -> JsonObject:
    """How a message about that generation of the document begins; the first is meant where none is named."""
    named: JsonObject = {"generation": record.generation} if record.generation > 1 else {}
    return {"version": VERSION, "documentExternalId": record.external_id} | named


def look_for_files(relay: Relay, record: DocumentRecord, names: list[str]) -> None:
    """Have the evidence worker look into the bucket for these files."""
    relay.queues.send(relay.settings.evidence_queue_url, addressed_to(record) | {"fileNames": names})


def ask_for_creation(relay: Relay, record: DocumentRecord) -> None:
    """Have a replacement's document created: nothing may stand in its way any more."""
    relay.queues.send(relay.settings.documents_queue_url, creation_of(record))


def creation_of(record: DocumentRecord) -> JsonObject:
    """The message that asks for it."""
    return {
        "version": VERSION,
        "externalId": record.external_id,
        "generation": record.generation,
        "submissionRef": record.part,
    }


def wake_after_creation(relay: Relay, record: DocumentRecord) -> None:
    """The document stands: its events may go, its files may be attached. If it was replaced meanwhile, its CANCEL may go."""
    if record.superseded:
        wake(relay, record.external_id, "Replaced")
        return
    if any(event.state is EventState.WAITING for event in record.events):
        wake(relay, record.external_id, "DocumentConfirmed")
    missing = unattached(record)
    if missing:
        look_for_files(relay, record, missing)
    _wake_related(relay, record)


def _wake_related(relay: Relay, record: DocumentRecord) -> None:
    """Documents whose events relate to this one. They are forgotten once they are woken: each asks anew as long as it waits."""
    woken = set(record.wanted_by)
    for external_id in record.wanted_by:
        wake(relay, external_id, "RelatedConfirmed")

    def change(fresh: DocumentRecord) -> None:
        fresh.wanted_by = [external_id for external_id in fresh.wanted_by if external_id not in woken]

    if woken:
        apply(relay, record, change)


def unattached(record: DocumentRecord) -> list[str]:
    """Files that were asked for and are not on the platform."""
    return [name for name, file in record.files.items() if not (file.attached or file.refused)]
