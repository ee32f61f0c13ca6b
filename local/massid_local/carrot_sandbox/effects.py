"""What really happened: effects counted from the state itself, not from the answers that were given."""

from collections import Counter
from typing import Any

from massid_local.carrot_sandbox.documents import Document, Event
from massid_local.carrot_sandbox.sandbox import Sandbox
from massid_local.carrot_sandbox.throttling import most_in_a_second


def effects(sandbox: Sandbox) -> dict[str, Any]:
    """Counts of documents, events and files, their surplus, and how the limit was kept.

    `surplus` holds what should be zero: a second live document of one external id, a second event of one external id in a
    document, a second upload of the same bytes under one name.
    """
    documents = list(sandbox.documents.values())
    files = [row for document in documents for row in _files(document)]
    return {
        "documents": [_document(document) for document in documents],
        "files": files,
        "surplus": {
            "documents": _surplus(document.external_id for document in documents if document.status != "CANCELLED"),
            "events": sum(_surplus(event.external_id for event in document.events) for document in documents),
            "files": sum(row["count"] - 1 for row in files),
        },
        "requests": _requests(sandbox),
    }


def _document(document: Document) -> dict[str, Any]:
    own = [event for event in document.events if not event.is_system]
    return {
        "documentId": document.id,
        "externalId": document.external_id,
        "deduplicationId": document.fields.get("deduplicationId"),
        "clientId": document.owner.client_id,
        "status": document.status,
        "events": [_event(event) for event in own],
    }


def _event(event: Event) -> dict[str, Any]:
    """Events are listed in order of arrival."""
    return {
        "eventId": event.id,
        "externalId": event.external_id,
        "deduplicationId": event.fields.get("deduplicationId"),
        "name": event.name,
        "externalCreatedAt": event.fields["externalCreatedAt"],
    }


def _files(document: Document) -> list[dict[str, Any]]:
    return [
        {
            "documentId": document.id,
            "documentExternalId": document.external_id,
            "fileName": attachment.file_name,
            "sha256": sha256,
            "count": count,
        }
        for attachment in document.attachments.values()
        for sha256, count in attachment.uploads.items()
    ]


def _surplus(external_ids: Any) -> int:
    """How many more there are than distinct ids. What has no external id can't be told apart and isn't counted."""
    counts = Counter(external_id for external_id in external_ids if external_id is not None)
    return sum(count - 1 for count in counts.values())


def _requests(sandbox: Sandbox) -> dict[str, Any]:
    entries = sandbox.journal.entries
    counted = [entry for entry in entries if entry.counted]
    accepted = [entry.started for entry in counted if entry.status != 429 or entry.fault]
    return {
        "total": len(entries),
        "counted": len(counted),
        "throttled": sum(entry.status == 429 and entry.fault is None for entry in entries),
        "mostInASecond": most_in_a_second([entry.started for entry in counted]),
        "mostAcceptedInASecond": most_in_a_second(accepted),
        "byEndpoint": dict(Counter(entry.endpoint for entry in entries)),
        "faults": dict(Counter(entry.fault for entry in entries if entry.fault)),
        "replayed": sum(entry.replayed for entry in entries),
    }
