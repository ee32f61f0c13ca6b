"""Payloads as messages bring them, whole or by reference, and as the ledger keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import FieldProblem, InvalidMessage
from massid_relay.core.identity import Kind, deduplication_id
from massid_relay.core.jsons import JsonObject, content_hash
from massid_relay.core.messages import (
    Document,
    DocumentMessage,
    Event,
    EventsMessage,
    Submission,
    SubmissionReference,
    identify,
    parse_submission,
    submission_of,
)
from massid_relay.core.record import DocumentRecord, EventEntry
from massid_relay.core.timeline import CANCEL, CLOSE
from massid_relay.ledger.parts import PartMissing

TIMELINE = "timeline"
CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class AskedDocument:
    """A document as it was asked for. `part_item` stores its payload in the same transaction as its record."""

    external_id: str
    payload: JsonObject
    content_hash: str
    deduplication_id: str
    part: str
    part_item: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class AskedEvents:
    """Events as they were asked for, ready for the inbox, and the transaction items that store their payloads."""

    entries: list[EventEntry]
    part_items: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """A submission that lies in the ledger under `part`."""

    external_id: str
    part: str
    submission: Submission

    @property
    def file_names(self) -> list[str]:
        """The evidence that was listed."""
        return list(self.submission.evidence)

    def has(self, select: str) -> bool:
        """Whether that part of the timeline holds any event."""
        return bool(_selected(self.submission, select))

    @property
    def order_external_id(self) -> str | None:
        """The order to be placed once this submission has closed its MassID. Without CLOSE in it, there is none yet."""
        order = self.submission.order
        return order.external_id if order is not None and self.has(CLOSING) else None

    @property
    def execution_input(self) -> JsonObject:
        """What the state machine gets to see: ids and decisions, no payload (invariant 7)."""
        ordered = {} if self.order_external_id is None else {"orderExternalId": self.order_external_id}
        return ordered | {
            "externalId": self.external_id,
            "submissionRef": self.part,
            "fileNames": self.file_names,
            "cancelOnFailure": self.submission.on_failure == "cancel",
        }


def received_submission(relay: Relay, text: str) -> StoredSubmission:
    """Read a message of the submissions queue and store what it brings. Raises InvalidMessage."""
    message = parse_submission(text)
    if isinstance(message, SubmissionReference):
        return stored_submission(relay, message.external_id, message.submission_ref)
    part = relay.parts.put(message.external_id, _with_external_ids(message))
    return StoredSubmission(message.external_id, part, message)


def stored_submission(relay: Relay, external_id: str, part: str) -> StoredSubmission:
    """The submission that lies in the ledger under that name."""
    try:
        return StoredSubmission(external_id, part, submission_of(relay.parts.get(external_id, part)))
    except PartMissing:
        problem = FieldProblem("submissionRef", "names no submission of this external id")
        raise InvalidMessage("the submission it refers to is not stored", fields=[problem]) from None


def asked_document(relay: Relay, message: DocumentMessage) -> AskedDocument:
    """The document of a message of the documents queue."""
    external_id = message.external_id
    if message.submission_ref is not None:
        document = stored_submission(relay, external_id, message.submission_ref).submission.document
        return _asked_document(relay, external_id, document, message.submission_ref, None)
    if message.document is None:
        raise InvalidMessage("the message holds no document")
    content = {"document": message.document.to_payload()}
    part = content_hash(content)
    return _asked_document(relay, external_id, message.document, part, relay.parts.item(external_id, part, content))


def _asked_document(
    relay: Relay, external_id: str, document: Document, part: str, part_item: dict[str, Any] | None
) -> AskedDocument:
    environment = relay.settings.relay_environment
    return AskedDocument(
        external_id=external_id,
        payload=document.to_payload(),
        content_hash=document.content_hash,
        deduplication_id=document.deduplication_id or deduplication_id(environment, Kind.DOCUMENT, external_id),
        part=part,
        part_item=part_item,
    )


def asked_events(relay: Relay, record: DocumentRecord, message: EventsMessage) -> AskedEvents:
    """The events of a message of the events queue, as entries for the inbox."""
    external_id = message.document_external_id
    if message.submission_ref is not None and message.select != "cancel":
        submission = stored_submission(relay, external_id, message.submission_ref).submission
        events = _selected(submission, message.select or "")
        return AskedEvents(_entries(relay, record, events, message.submission_ref))
    events = identify(external_id, message.events or [_cancellation()])
    content = {"events": [event.to_payload() | {"externalId": name} for name, event in events.items()]}
    part = content_hash(content)
    return AskedEvents(_entries(relay, record, events, part), [relay.parts.item(external_id, part, content)])


def _cancellation() -> Event:
    """CANCEL for a lifecycle that failed. No page shows its body, so it carries what every event must."""
    return Event.model_validate({"name": CANCEL, "isPublic": True})


def _selected(submission: Submission, select: str) -> Mapping[str, Event]:
    """`closing` is CLOSE and what comes after it; `timeline` is all before."""
    events = identify(submission.external_id, list(submission.events))
    close = next((event for event in events.values() if event.name == CLOSE), None)
    if close is None:
        return events if select == TIMELINE else {}
    after = {name for name, event in events.items() if event is close or _after(event, close)}
    return {name: event for name, event in events.items() if (name in after) == (select == CLOSING)}


def _after(event: Event, close: Event) -> bool:
    if close.external_created_at is None or event.external_created_at is None:
        return False
    return event.external_created_at > close.external_created_at


def _entries(relay: Relay, record: DocumentRecord, events: Mapping[str, Event], part: str) -> list[EventEntry]:
    """An event without a time takes the last one's (never the clock's)."""
    times = [event.external_created_at for event in events.values() if event.external_created_at]
    latest = max([*times, *(entry.at for entry in record.events)], default=None)
    return [_entry(relay, record.external_id, name, event, part, latest) for name, event in events.items()]


def _entry(
    relay: Relay, document: str, external_id: str, event: Event, part: str, latest: datetime | None
) -> EventEntry:
    at = event.external_created_at or latest
    if at is None:
        problem = FieldProblem("events.0.externalCreatedAt", "is required: no event before it has a time to take")
        raise InvalidMessage(f"{event.name} has no time", fields=[problem])
    environment = relay.settings.relay_environment
    return EventEntry(
        external_id=external_id,
        name=event.name,
        label=event.label,
        at=at,
        content_hash=event.content_hash,
        deduplication_id=event.deduplication_id
        or deduplication_id(environment, Kind.EVENT, external_id, document=document),
        part=part,
        files=event.file_names,
    )


def _with_external_ids(submission: Submission) -> JsonObject:
    """Derived external ids are stored with the events, so that a payload is found by its id."""
    payload = submission.to_payload()
    names = list(identify(submission.external_id, list(submission.events)))
    payload["events"] = [
        event | {"externalId": name} for event, name in zip(payload.get("events", []), names, strict=True)
    ]
    return payload
