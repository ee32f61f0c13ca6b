"""Reads a submission, or a document as the platform returns it, into a `Subject`.

Tolerant on purpose: what has the wrong type reads as absent. The rule `document-shape` says what is wrong with the shape.
A document is read in the shape the auditor stores (methodology-rules libs/shared/types/src/document/inbound-document.types.ts),
under the names that `GET /documents/{id}` may use instead (docs.carrot.eco, api/documents), or inside the auditor's
envelope `{id, createdAt, versionDate, document}`.
"""

from datetime import UTC, datetime
from typing import Any

from massid_relay.core.errors import FieldProblem, InvalidMessage
from massid_relay.core.first_contact import parties_of
from massid_relay.core.jsons import JsonObject
from massid_relay.preflight.as_sent import as_sent
from massid_relay.preflight.jsvalues import MISSING, is_nil, is_number
from massid_relay.preflight.subject import Attachment, Attribute, Event, Identity, Party, Place, Subject
from massid_relay.preflight.times import loader_datetime

_LAST = datetime.max.replace(tzinfo=UTC)


def read_subject(source: JsonObject) -> Subject:
    """The view of a submission, as it will be sent, or of a document. Raises InvalidMessage if it is neither."""
    if is_submission(source):
        return _submission(as_sent(source))
    if isinstance(source.get("document"), dict):
        return _document(source["document"])
    if any(name in source for name in ("category", "externalEvents", "primaryParticipant")):
        return _document(source)
    raise InvalidMessage(
        "this is neither a submission nor a document of the platform",
        fields=[FieldProblem("document", "a submission needs an object here")],
    )


def is_submission(source: JsonObject) -> bool:
    """Whether it is a message of ours; the auditor's envelope has a `document` too."""
    return isinstance(source.get("document"), dict) and "versionDate" not in source


def _submission(source: JsonObject) -> Subject:
    document: JsonObject = source["document"]
    events = [_event(body, f"events.{index}") for index, body in _objects(source.get("events"))]
    events.sort(key=lambda event: event.moment or _LAST)
    valued = next((event for event in reversed(events) if is_number(event.value)), None)
    return Subject(
        submission=True,
        external_id=_text(source, "externalId"),
        document_path="document.",
        events_path="events",
        category=document.get("category", MISSING),
        type=document.get("type", MISSING),
        subtype=document.get("subtype", MISSING),
        measurement_unit=document.get("measurementUnit", MISSING),
        current_value=valued.value if valued else MISSING,
        current_value_path=f"{valued.path}.value" if valued else "events",
        created=loader_datetime(document.get("externalCreatedAt")),
        events=events,
        raw=source,
    )


def events_name(document: JsonObject) -> str:
    """Under which name a document carries its timeline."""
    return "events" if "externalEvents" not in document and "events" in document else "externalEvents"


def _document(document: JsonObject) -> Subject:
    timeline = events_name(document)
    return Subject(
        submission=False,
        external_id=_text(document, "externalId"),
        document_path="",
        events_path=timeline,
        category=document.get("category", MISSING),
        type=document.get("type", MISSING),
        subtype=document.get("subtype", MISSING),
        measurement_unit=document.get("measurementUnit", MISSING),
        current_value=document.get("currentValue", MISSING),
        current_value_path="currentValue",
        created=loader_datetime(document.get("externalCreatedAt")),
        events=_with_file_names(document, timeline),
        raw=document,
    )


def _with_file_names(document: JsonObject, timeline: str) -> list[Event]:
    """A document's event attachments carry ids; the document's own list gives each id its file name."""
    names = {
        item.get("id"): _text(item, "fileName")
        for _, item in _objects(document.get("attachments"))
        if _text(item, "id")
    }
    events = []
    for index, body in _objects(document.get(timeline)):
        event = _event(body, f"{timeline}.{index}")
        for attachment, (_, item) in zip(event.attachments, _objects(body.get("attachments")), strict=True):
            attachment.file_name = attachment.file_name or names.get(_text(item, "attachmentId"))
        events.append(event)
    return events


def _event(body: JsonObject, path: str) -> Event:
    party, place = _object(body, "participant"), _object(body, "address")
    related = body.get("relatedDocument")
    return Event(
        path=path,
        id=_text(body, "id"),
        name=_text(body, "name"),
        label=_text(body, "label"),
        moment=loader_datetime(body.get("externalCreatedAt")),
        value=body.get("value", MISSING),
        party=Party(f"{path}.participant", _identity(body, "participant", party), party),
        place=Place(f"{path}.address", _identity(body, "address", place), place),
        attributes=_attributes(body.get("metadata"), path),
        attachments=[
            Attachment(f"{path}.attachments.{index}", _text(item, "label"), _text(item, "fileName"))
            for index, item in _objects(body.get("attachments"))
        ],
        related=related if isinstance(related, dict) else None,
    )


def _identity(body: JsonObject, kind: str, content: JsonObject) -> Identity:
    identifier = _text(content, "id") or _text(body, f"{kind}Id")
    return Identity(identifier, lambda: _content_key(content, kind) if content and not identifier else None)


def _content_key(content: JsonObject, kind: str) -> str | None:
    """The key by which the relay itself recognises participants and addresses, so that both agree on who is who."""
    parties = parties_of({kind: content})
    return parties.participant if kind == "participant" else parties.address


def _attributes(metadata: Any, path: str) -> dict[str, Attribute]:
    entries = metadata.get("attributes") if isinstance(metadata, dict) else None
    found: dict[str, Attribute] = {}
    for index, item in _objects(entries):
        name = item.get("name")
        if isinstance(name, str) and name not in found:
            where = f"{path}.metadata.attributes.{index}"
            found[name] = Attribute(where, name, item.get("value", MISSING), item.get("format", MISSING))
    return found


def _objects(value: Any) -> list[tuple[int, JsonObject]]:
    return (
        [(index, item) for index, item in enumerate(value) if isinstance(item, dict)] if isinstance(value, list) else []
    )


def _object(body: JsonObject, name: str) -> JsonObject:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _text(body: JsonObject, name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and value and not is_nil(value) else None
