"""What an event must satisfy before it is appended (docs.carrot.eco: guides/submitting-a-mass-id, reference/event-specification,
reference/rate-limits). Each rule raises its Problem; none changes anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from massid_local.carrot_sandbox.documents import Document, Event, status_of
from massid_local.carrot_sandbox.fields import moment_of
from massid_local.carrot_sandbox.problems import Problem, conflict, invalid
from massid_local.carrot_sandbox.requests import AttachmentReference, EventRequest
from massid_local.carrot_sandbox.settings import SandboxSettings


@dataclass(frozen=True, slots=True)
class Target:
    """Where an event wants to go: its document, the document's events so far (a batch's earlier ones included), the rules
    in force, and the time."""

    document: Document
    events: Sequence[Event]
    settings: SandboxSettings
    now: datetime


def check_event(event: EventRequest, into: Target) -> None:
    """Raise the first Problem that the event has there."""
    _status_accepts(event, into)
    _has_room(into)
    _keeps_order(event, into)
    not_in_the_future(event.external_created_at, into.settings, into.now)
    _names_its_parties(event, into)
    for index, reference in enumerate(event.attachments or ()):
        _attachment_stands(reference, index, into)


def _status_accepts(event: EventRequest, into: Target) -> None:
    status = status_of(into.events)
    if status == "CANCELLED":
        raise conflict("the document is CANCELLED and accepts no event")
    if status == "CLOSED" and event.name != "RELATED":
        raise conflict("the document is CLOSED and accepts RELATED only")


def _has_room(into: Target) -> None:
    counted = [event for event in into.events if into.settings.system_event_counts or not event.is_system]
    if len(counted) >= into.settings.events_per_document:
        raise invalid(f"a document holds at most {into.settings.events_per_document} events")


def _keeps_order(event: EventRequest, into: Target) -> None:
    earlier = [stored.moment for stored in into.events if not stored.is_system]
    if into.settings.order_enforced and earlier and moment_of(event.external_created_at) < max(earlier):
        raise invalid("externalCreatedAt: before that of an earlier event")


def not_in_the_future(moment: str, settings: SandboxSettings, now: datetime) -> None:
    """Refuse a time that has not come yet, where the setting says so."""
    if settings.future_refused and moment_of(moment) > now:
        raise invalid("externalCreatedAt: in the future")


def _names_its_parties(event: EventRequest, into: Target) -> None:
    if not into.settings.event_parties_required:
        return
    if not (event.participant or event.participant_id):
        raise invalid("one of participant and participantId is required")
    if not (event.address or event.address_id):
        raise invalid("one of address and addressId is required")


def _attachment_stands(reference: AttachmentReference, index: int, into: Target) -> None:
    if into.settings.attachment_check == "none":
        return
    attachment = into.document.attachment(reference.attachment_id)
    if attachment is None:
        raise invalid(f"attachments.{index}.attachmentId: no such attachment of this document")
    if attachment.content_length != reference.content_length:
        raise invalid(f"attachments.{index}.contentLength: not the length that was agreed")
    if into.settings.attachment_check == "uploaded" and attachment.stored_at is None:
        raise invalid(f"attachments.{index}.attachmentId: not uploaded yet")


def related_exists(known: bool, settings: SandboxSettings) -> None:
    """Refuse a RELATED event whose other document does not exist."""
    if settings.related_must_exist and not known:
        raise Problem(settings.unknown_reference_status, "relatedDocument.documentId: no such document")
