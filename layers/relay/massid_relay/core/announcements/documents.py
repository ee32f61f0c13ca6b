"""What a change of a document's record tells: operations that became certain."""

from collections.abc import Callable, Iterator
from datetime import datetime

from massid_relay.core.announcements.details import (
    VERSION,
    Announcement,
    AppendedEvent,
    AttachedFile,
    ConfirmedOperation,
    CreatedDocument,
    DetailType,
    OperationsConfirmed,
    VerifiedDocument,
    stable_id,
)
from massid_relay.core.record import DocumentRecord, EventState

Lookup = Callable[[str, int | None], DocumentRecord | None]
"""The document's record by external id and generation (None: the newest), if the ledger knows it."""


def of_document(old: DocumentRecord | None, new: DocumentRecord, at: datetime) -> list[Announcement]:
    """At most one announcement: all that this write made certain. Each write of a record has its own version, so its own id."""
    operations = tuple(_confirmed(old, new))
    if not operations:
        return []
    detail = OperationsConfirmed(
        version=VERSION,
        id=stable_id("document", new.external_id, new.generation, new.version),
        at=at,
        external_id=new.external_id,
        document_id=new.document_id,
        generation=new.generation,
        sequence=new.version,
        operations=operations,
    )
    return [Announcement(detail_type=DetailType.CONFIRMED, detail=detail)]


def _confirmed(old: DocumentRecord | None, new: DocumentRecord) -> Iterator[ConfirmedOperation]:
    """In the order in which the platform took them."""
    if new.created and not (old and old.created):
        yield CreatedDocument(kind="document")
    attached = {name for name, file in old.files.items() if file.attached} if old else set()
    for name, file in new.files.items():
        if file.attached and name not in attached:
            yield AttachedFile(kind="file", file_name=name, attachment_id=file.attachment_id)
    stood = {entry.external_id for entry in old.events if entry.state is EventState.CONFIRMED} if old else set()
    for entry in new.events:
        if entry.state is EventState.CONFIRMED and entry.external_id not in stood:
            yield AppendedEvent(kind="event", external_id=entry.external_id, name=entry.name, event_id=entry.event_id)
    if new.verified_at is not None and not (old and old.verified_at):
        yield VerifiedDocument(kind="verification")
