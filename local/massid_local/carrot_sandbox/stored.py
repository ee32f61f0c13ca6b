"""How GET shows a document: the shape in which an auditor's loader reads it.

The shape is that of the public rule code (carrot-foundation/methodology-rules, libs/shared/types/src/document): ids, snapshot
ids and `isPublic` on every attribute, no empty strings, nothing null that may not be.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from massid_relay.core.clock import iso

from massid_local.carrot_sandbox.documents import (
    Author,
    Document,
    Event,
    current_value_of,
    in_order,
    status_of,
    visibility_of,
)
from massid_local.carrot_sandbox.fields import moment_of
from massid_local.carrot_sandbox.problems import not_found
from massid_local.carrot_sandbox.sandbox import Sandbox
from massid_local.carrot_sandbox.settings import Credential, SandboxSettings

DEFAULT_UNIT = "kg"
"""The canonical create call sends no unit, yet every stored document has one."""


def readable_document(sandbox: Sandbox, credential: Credential, document_id: str) -> dict[str, Any]:
    """The document for one reader. Raises 404 if it is absent, not shared, or too young to be seen."""
    document = sandbox.visible_document(credential, document_id)
    now, settings = sandbox.now(), sandbox.settings_for(document)
    if now < document.created_at + timedelta(seconds=settings.document_visible_after_seconds):
        raise not_found("document")
    return stored_document(document, settings, now)


def stored_document(document: Document, settings: SandboxSettings, now: datetime) -> dict[str, Any]:
    """The document as it is visible `now`; events younger than the read-after-write delay are not shown yet."""
    newest = now - timedelta(seconds=settings.event_visible_after_seconds)
    visible = [event for event in document.events if event.is_system or event.appended_at <= newest]
    updated_at = max([event.appended_at for event in visible], default=document.created_at)
    return {
        **_present(document.fields),
        **visibility_of(document, visible),
        "externalCreatedAt": shown_time(document.fields["externalCreatedAt"], settings),
        "measurementUnit": document.fields.get("measurementUnit") or DEFAULT_UNIT,
        "id": document.id,
        "status": status_of(visible),
        "currentValue": current_value_of(visible, settings.value_semantics),
        "dataSetName": document.owner.data_set,
        "createdAt": iso(document.created_at),
        "updatedAt": iso(updated_at),
        "author": _author(document.owner),
        "primaryParticipant": document.participant,
        "primaryAddress": document.address,
        "externalEvents": [_event(event, settings) for event in in_order(visible)],
        "attachments": [
            {"id": attachment.id, "fileName": attachment.file_name, "contentLength": attachment.content_length}
            for attachment in document.attachments.values()
            if attachment.stored_at is not None
        ],
    }


def _event(event: Event, settings: SandboxSettings) -> dict[str, Any]:
    fields = _present(event.fields)
    if metadata := fields.get("metadata"):
        fields["metadata"] = {"attributes": [_attribute(sent, event) for sent in metadata["attributes"]]}
    if related := fields.get("relatedDocument"):
        fields["relatedDocument"] = _present(related)
    return {
        **fields,
        "id": event.id,
        "externalCreatedAt": shown_time(event.fields["externalCreatedAt"], settings),
        "participant": event.participant,
        "address": event.address,
        "author": _author(event.author),
    }


def _attribute(sent: dict[str, Any], event: Event) -> dict[str, Any]:
    """One attribute: always with `isPublic` (the event's own, if none was sent), flagged by the name the auditor reads."""
    shown = {
        name: value for name, value in sent.items() if name == "value" or (name != "sensible" and value is not None)
    }
    shown.setdefault("isPublic", event.fields["isPublic"])
    if sent.get("sensible") is not None:
        shown.setdefault("sensitive", sent["sensible"])
    return shown


def _author(author: Author) -> dict[str, str]:
    return {
        "clientId": author.client_id,
        "participantId": author.participant_id,
        "dataSetName": author.data_set,
    }


def shown_time(text: str, settings: SandboxSettings) -> str:
    """A sent time as it is stored: in UTC with milliseconds, or as it was sent."""
    return iso(moment_of(text).astimezone(UTC)) if settings.times == "normalised" else text


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
