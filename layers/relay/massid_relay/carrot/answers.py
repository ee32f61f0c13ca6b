"""Reads the API's answers to writes, tolerantly. An answer that can't be used leaves the outcome unknown.

Shapes: `{"id"}` (docs.carrot.eco, api/documents), `{"documentId", "eventId"}` and `{"documentId", "events": [{"eventId",
"targetDocumentId"}]}` (api/events). Those of the attachment calls are not known: their names are settings.
"""

from urllib.parse import urlsplit

from massid_relay.carrot.settings import CarrotSettings, first_text
from massid_relay.core.errors import LeftToAPerson, OutcomeUnknown
from massid_relay.core.jsons import JsonObject
from massid_relay.core.ports import AppendedEvent, CreatedDocument, UploadTarget


def created_document(call: str, answer: JsonObject) -> CreatedDocument:
    """The answer of POST /documents."""
    return CreatedDocument(_needed(call, answer, "id", "documentId"), answer)


def appended_event(call: str, answer: JsonObject, document_id: str) -> AppendedEvent:
    """The answer of POST /documents/{documentId}/events."""
    _same_document(call, answer, document_id)
    return AppendedEvent(_needed(call, answer, "eventId", "id"), answer)


def appended_events(call: str, answer: JsonObject, document_id: str, count: int) -> list[AppendedEvent]:
    """The answer of POST /documents/events: one entry per event, taken to be in the order sent."""
    _same_document(call, answer, document_id)
    entries = answer.get("events")
    if not isinstance(entries, list) or len(entries) != count or not all(isinstance(item, dict) for item in entries):
        raise OutcomeUnknown(f"{call}: the answer does not list the {count} events")
    return [AppendedEvent(_needed(call, item, "eventId", "id"), item) for item in entries]


def upload_target(call: str, answer: JsonObject, file_name: str, settings: CarrotSettings) -> UploadTarget:
    """The answer of PUT /documents/{documentId}/attachments/{fileName}."""
    shown = (answer.get(name) for name in settings.upload_header_fields)
    headers: JsonObject = next((item for item in shown if isinstance(item, dict)), {})
    return UploadTarget(
        url=presigned_url(call, answer, settings),
        attachment_id=first_text(answer, settings.attachment_id_fields) or file_name,
        headers={name: value for name, value in headers.items() if isinstance(value, str)},
    )


def presigned_url(call: str, answer: JsonObject, settings: CarrotSettings) -> str:
    """The URL in an attachment call's answer."""
    url = usable_url(answer, settings)
    if url is None:
        raise OutcomeUnknown(f"{call}: no usable URL in the answer")
    return url


def usable_url(answer: JsonObject, settings: CarrotSettings) -> str | None:
    """It is absolute, and encrypted whenever the API's own is."""
    url = first_text(answer, settings.url_fields)
    try:
        parts = urlsplit(url or "")
    except ValueError:
        parts = urlsplit("")
    allowed = {"https"} if settings.base_url.scheme == "https" else {"https", "http"}
    return url if parts.scheme in allowed and parts.netloc else None


def _needed(call: str, answer: JsonObject, *names: str) -> str:
    text = first_text(answer, names)
    if text is None:
        raise OutcomeUnknown(f"{call}: no {names[0]} in the answer")
    return text


def _same_document(call: str, answer: JsonObject, document_id: str) -> None:
    """The batch's way of naming its document is an assumption: if the events went elsewhere, a person must look."""
    confirmed = answer.get("documentId")
    if isinstance(confirmed, str) and confirmed and confirmed.lower() != document_id.lower():
        raise LeftToAPerson(f"{call}: the provider confirms another document than the one meant")
