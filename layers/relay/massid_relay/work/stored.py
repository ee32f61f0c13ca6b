"""Payloads as messages bring them, whole or by reference, and as the ledger keeps them."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import FieldProblem, Forgotten, InvalidMessage
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
from massid_relay.ledger.runs import Run, RunState
from massid_relay.work.incoming import incoming
from massid_relay.work.open_text import tell_of_open_text

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
    after_run: int | None = None
    """The run that it is to follow, where it was sent for that alone."""

    @property
    def generation(self) -> int:
        """Which document of the external id it is about."""
        return self.submission.generation

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
            "generation": self.generation,
            "submissionRef": self.part,
            "fileNames": self.file_names,
            "cancelOnFailure": self.submission.on_failure == "cancel",
        }


def received_submission(
    relay: Relay, text: str, require_good: Callable[[Submission, Run | None], None]
) -> tuple[StoredSubmission | None, Run | None]:
    """Read a message of the submissions queue and store what it brings; also the newest run of its external id. None: it is
    about a run that needs no other after it. Raises InvalidMessage.

    `require_good` raises for what is to be refused: then nothing was stored that nobody would ever delete (invariant 7).
    """
    message = incoming(relay, parse_submission, text)
    newest = relay.runs.newest(message.external_id)
    if isinstance(message, SubmissionReference):
        if message.after_run is not None and not _follows(message, newest):
            return None, newest
        stored = stored_submission(relay, message.external_id, message.submission_ref)
        require_good(stored.submission, newest)
        return replace(stored, after_run=message.after_run), newest
    require_good(message, newest)
    content = content_of(message)
    tell_of_open_text(message.external_id, content)
    part = relay.parts.put(message.external_id, content)
    return StoredSubmission(message.external_id, part, message), newest


def _follows(message: SubmissionReference, newest: Run | None) -> bool:
    """Whether the run that it names needs another one after it, or that other one is there and may still have to be started."""
    if newest is None or newest.state is RunState.ENDED:
        return False
    after = newest.number - (message.after_run or 0)
    return after == 0 or (after == 1 and newest.state is RunState.OPEN and newest.part == message.submission_ref)


def stored_submission(relay: Relay, external_id: str, part: str) -> StoredSubmission:
    """The submission that lies in the ledger under that name. Raises Forgotten if it may have lain there once."""
    try:
        return StoredSubmission(external_id, part, submission_of(relay.parts.get(external_id, part)))
    except Forgotten:
        if relay.runs.newest(external_id) is not None:
            raise
        problem = FieldProblem("submissionRef", "names no submission of this external id")
        raise InvalidMessage("the submission it refers to is not stored", fields=[problem]) from None


def asked_document(relay: Relay, message: DocumentMessage) -> AskedDocument:
    """The document of a message of the documents queue."""
    external_id = message.external_id
    if message.submission_ref is not None:
        document = stored_submission(relay, external_id, message.submission_ref).submission.document
        return _asked_document(relay, message, document, message.submission_ref, None)
    if message.document is None:
        raise InvalidMessage("the message holds no document")
    content = {"document": message.document.to_payload()}
    tell_of_open_text(external_id, content)
    part = content_hash(content)
    return _asked_document(relay, message, message.document, part, relay.parts.item(external_id, part, content))


def _asked_document(
    relay: Relay, message: DocumentMessage, document: Document, part: str, part_item: dict[str, Any] | None
) -> AskedDocument:
    payload = document.to_payload()
    return AskedDocument(
        external_id=message.external_id,
        payload=payload,
        content_hash=content_hash(payload),
        deduplication_id=document_deduplication_id(relay, message.external_id, document, message.generation),
        part=part,
        part_item=part_item,
    )


def document_deduplication_id(relay: Relay, external_id: str, document: Document, generation: int) -> str:
    """As it was given, or derived."""
    environment = relay.settings.relay_environment
    return document.deduplication_id or deduplication_id(environment, Kind.DOCUMENT, external_id, generation)


def asked_events(relay: Relay, record: DocumentRecord, message: EventsMessage) -> AskedEvents:
    """The events of a message of the events queue, as entries for the inbox."""
    external_id = message.document_external_id
    if message.submission_ref is not None and message.select != "cancel":
        submission = stored_submission(relay, external_id, message.submission_ref).submission
        events = _selected(submission, message.select or "")
        return AskedEvents(_entries(relay, record, events, message.submission_ref))
    events = identify(external_id, message.events or [_cancellation()])
    content: JsonObject = {"events": [event.to_payload() | {"externalId": name} for name, event in events.items()]}
    if message.reason is not None:
        content["reason"] = message.reason
    tell_of_open_text(external_id, content)
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
    return [_entry(relay, record, name, event, part, latest) for name, event in events.items()]


def _entry(
    relay: Relay, record: DocumentRecord, external_id: str, event: Event, part: str, latest: datetime | None
) -> EventEntry:
    at = event.external_created_at or latest or _time_of_document(relay, record)
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
        or deduplication_id(environment, Kind.EVENT, external_id, record.generation, document=record.external_id),
        part=part,
        files=event.file_names,
        related=event.related_document.document_external_id if event.related_document else None,
    )


def _time_of_document(relay: Relay, record: DocumentRecord) -> datetime | None:
    """For a CANCEL that is the only event of its document. None while no document is known. Of an adopted one, or one whose
    payload is forgotten, the time at which it came into the ledger."""
    if record.part is not None:
        with suppress(Forgotten):
            document = relay.parts.get(record.external_id, record.part)["document"]
            return datetime.fromisoformat(document["externalCreatedAt"])
    return record.create.first_attempt if record.create is not None else None


def content_of(submission: Submission) -> JsonObject:
    """A submission as it is stored: derived external ids stand with the events, so that a payload is found by its id."""
    payload = submission.to_payload()
    names = list(identify(submission.external_id, list(submission.events)))
    payload["events"] = [
        event | {"externalId": name} for event, name in zip(payload.get("events", []), names, strict=True)
    ]
    return payload
