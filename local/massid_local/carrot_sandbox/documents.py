"""What the sandbox keeps of a document. Its state is derived from its events, as the platform's pages describe it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from massid_local.carrot_sandbox.fields import JsonNumber
from massid_local.carrot_sandbox.parties import Entity

Status = Literal["OPEN", "CLOSED", "CANCELLED"]


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote something: an integrator's credential, or the platform itself."""

    client_id: str
    participant_id: str
    data_set: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a timeline. `fields` is what was sent, without participant and address."""

    id: str
    fields: dict[str, Any]
    moment: datetime
    appended_at: datetime
    participant: Entity
    address: Entity
    author: Author
    is_system: bool = False

    @property
    def name(self) -> str:
        name: str = self.fields["name"]
        return name

    @property
    def external_id(self) -> str | None:
        return self.fields.get("externalId")

    @property
    def value(self) -> JsonNumber | None:
        return self.fields.get("value")


@dataclass(slots=True)
class Attachment:
    """A file of a document: asked for, and uploaded once `stored_at` is set. `uploads` counts what arrived, by SHA-256."""

    id: str
    file_name: str
    content_type: str
    content_length: int
    stored_at: datetime | None = None
    sha256: str | None = None
    uploads: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Document:
    """One document. `fields` is what was sent, without participant and address."""

    id: str
    fields: dict[str, Any]
    owner: Author
    participant: Entity
    address: Entity
    created_at: datetime
    events: list[Event] = field(default_factory=list)
    attachments: dict[str, Attachment] = field(default_factory=dict)

    @property
    def external_id(self) -> str | None:
        return self.fields.get("externalId")

    @property
    def status(self) -> Status:
        return status_of(self.events)

    def attachment(self, attachment_id: str) -> Attachment | None:
        """The attachment of that id."""
        return next((found for found in self.attachments.values() if found.id == attachment_id), None)


def status_of(events: Iterable[Event]) -> Status:
    """OPEN until CLOSE or CANCEL comes; CANCEL has the last word."""
    names = {event.name for event in events}
    if "CANCEL" in names:
        return "CANCELLED"
    return "CLOSED" if "CLOSE" in names else "OPEN"


def current_value_of(events: Sequence[Event], semantics: Literal["set", "add"]) -> JsonNumber:
    """What the events' values amount to: the latest by time (of equal times the later arrival), or their sum."""
    values = [event.value for event in in_order(events) if event.value is not None]
    if semantics == "add":
        return sum(values, Decimal(0))
    return values[-1] if values else 0


def visibility_of(document: Document, events: Iterable[Event]) -> dict[str, bool]:
    """`isPublic` and `isPubliclySearchable` after the UPDATE events (docs.carrot.eco, guides/privacy-and-masking)."""
    flags = {name: bool(document.fields[name]) for name in ("isPublic", "isPubliclySearchable")}
    for event in events:
        if event.name == "UPDATE":
            sent = event.fields.get("updates") or {}
            flags.update({name: value for name, value in sent.items() if name in flags and isinstance(value, bool)})
    return flags


def in_order(events: Iterable[Event]) -> list[Event]:
    """By `externalCreatedAt`; equal times stay in order of arrival."""
    return sorted(events, key=lambda event: event.moment)
