"""Reads what `GET /documents/{id}` answers, tolerantly: the vendor's pages disagree about its shape.

The API reference shows `author` and `address` (docs.carrot.eco, api/documents; the sample known to us ends there), the
platform's own rule code reads `primaryParticipant`, `primaryAddress` and `externalEvents`. Both are accepted. What is
missing or of a strange type reads as None; what is unknown stays in `raw`. Strictness belongs to our own messages.

Nothing that holds personal data appears in a `repr` (invariant 7).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from massid_relay.core.jsons import JsonObject

EVENT_ARRAYS = ("events", "externalEvents")
"""Names under which a document may carry its timeline. Which one `GET` uses is not stated; the first present counts."""

LONGEST_WHOLE_NUMBER = 18
"""Digits after the first. `1e999999999` is a valid JSON number and would fill the memory as an int."""


@dataclass(frozen=True, slots=True)
class RemoteAttribute:
    """One entry of an event's `metadata.attributes`. `value` is any JSON value."""

    name: str | None
    value: Any = field(repr=False)
    raw: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemoteAttachment:
    """An attachment of an event (`attachmentId`, `label`) or of the document (`id`, `fileName`); length in bytes."""

    id: str | None
    label: str | None
    file_name: str | None
    content_length: int | None
    is_public: bool | None
    raw: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemoteEvent:
    """One event of the timeline, ours or the platform's own. `participant` and `address` are the objects as shown."""

    id: str | None
    external_id: str | None
    deduplication_id: str | None
    name: str | None
    label: str | None
    external_created_at: datetime | None
    value: Decimal | None
    is_public: bool | None
    participant_id: str | None
    address_id: str | None
    participant: JsonObject | None = field(repr=False)
    address: JsonObject | None = field(repr=False)
    attributes: tuple[RemoteAttribute, ...]
    attachments: tuple[RemoteAttachment, ...]
    raw: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemoteDocument:
    """A document as the platform shows it, with its events in the order shown.

    `events_shown` is False if the answer has no timeline at all. Then an empty `events` proves nothing: nobody may
    conclude from it that an event was not appended.
    """

    id: str | None
    external_id: str | None
    deduplication_id: str | None
    status: str | None
    current_value: Decimal | None
    category: str | None
    type: str | None
    subtype: str | None
    measurement_unit: str | None
    external_created_at: datetime | None
    primary_participant_id: str | None
    primary_address_id: str | None
    primary_participant: JsonObject | None = field(repr=False)
    primary_address: JsonObject | None = field(repr=False)
    events: tuple[RemoteEvent, ...]
    events_shown: bool
    attachments: tuple[RemoteAttachment, ...]
    raw: JsonObject = field(repr=False)


def read_document(body: JsonObject) -> RemoteDocument:
    """Read the answer of `GET /documents/{id}`. Never raises on a JSON object, whatever it holds."""
    participant = _first_object(body, "primaryParticipant", "participant") or _author_as_participant(body)
    address = _first_object(body, "primaryAddress", "address")
    shown = next((body[name] for name in EVENT_ARRAYS if isinstance(body.get(name), list)), None)
    return RemoteDocument(
        id=text_of(body, "id"),
        external_id=text_of(body, "externalId"),
        deduplication_id=text_of(body, "deduplicationId"),
        status=text_of(body, "status"),
        current_value=decimal_of(body.get("currentValue")),
        category=text_of(body, "category"),
        type=text_of(body, "type"),
        subtype=text_of(body, "subtype"),
        measurement_unit=text_of(body, "measurementUnit", "measureUnit"),
        external_created_at=_moment(body.get("externalCreatedAt")),
        primary_participant_id=_id_of(participant, "participantId")
        or text_of(body, "primaryParticipantId", "participantId"),
        primary_address_id=_id_of(address, "addressId") or text_of(body, "primaryAddressId", "addressId"),
        primary_participant=participant,
        primary_address=address,
        events=tuple(_event(item) for item in objects_of(shown)),
        events_shown=shown is not None,
        attachments=_attachments(body),
        raw=body,
    )


def _event(body: JsonObject) -> RemoteEvent:
    participant = _first_object(body, "participant")
    address = _first_object(body, "address")
    metadata = _first_object(body, "metadata") or {}
    return RemoteEvent(
        id=text_of(body, "id", "eventId"),
        external_id=text_of(body, "externalId"),
        deduplication_id=text_of(body, "deduplicationId"),
        name=text_of(body, "name"),
        label=text_of(body, "label"),
        external_created_at=_moment(body.get("externalCreatedAt")),
        value=decimal_of(body.get("value")),
        is_public=_flag(body.get("isPublic")),
        participant_id=_id_of(participant, "participantId") or text_of(body, "participantId"),
        address_id=_id_of(address, "addressId") or text_of(body, "addressId"),
        participant=participant,
        address=address,
        attributes=tuple(
            RemoteAttribute(name=text_of(item, "name"), value=item.get("value"), raw=item)
            for item in objects_of(metadata.get("attributes"))
        ),
        attachments=_attachments(body),
        raw=body,
    )


def _attachments(body: JsonObject) -> tuple[RemoteAttachment, ...]:
    return tuple(
        RemoteAttachment(
            id=text_of(item, "attachmentId", "id"),
            label=text_of(item, "label"),
            file_name=text_of(item, "fileName"),
            content_length=_whole(item.get("contentLength")),
            is_public=_flag(item.get("isPublic")),
            raw=item,
        )
        for item in objects_of(body.get("attachments"))
    )


def _author_as_participant(body: JsonObject) -> JsonObject | None:
    """`author` is the primary participant in the API reference's sample; with a `clientId` it is the calling client."""
    author = _first_object(body, "author")
    return None if author is None or "clientId" in author else author


def _id_of(thing: JsonObject | None, own_name: str) -> str | None:
    """The id of a participant or address object: `id`, or its full name as the sample's author has it."""
    return None if thing is None else text_of(thing, "id", own_name)


def _first_object(body: JsonObject, *names: str) -> JsonObject | None:
    return next((body[name] for name in names if isinstance(body.get(name), dict)), None)


def objects_of(value: object) -> Iterator[JsonObject]:
    """The objects of a list; whatever else stands in it is left out."""
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())


def text_of(body: JsonObject, *names: str) -> str | None:
    """The first of `names` that holds a text which is not empty."""
    return next((body[name] for name in names if isinstance(body.get(name), str) and body[name]), None)


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def decimal_of(value: object) -> Decimal | None:
    """A number, or a text that is one."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _whole(value: object) -> int | None:
    number = decimal_of(value)
    if number is None or number.adjusted() > LONGEST_WHOLE_NUMBER or number != number.to_integral_value():
        return None
    return int(number)


def _moment(value: object) -> datetime | None:
    """An ISO 8601 date-time, in UTC; without an offset it is taken as UTC, the only zone that the vendor names."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
