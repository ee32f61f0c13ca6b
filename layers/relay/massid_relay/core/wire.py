"""The bodies that go out: the integrator's payload, completed to the shape that API and auditor accept.

A body is a function of the payload and of the ids frozen with the operation, so every attempt sends the same one.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from massid_relay.core.first_contact import with_ids
from massid_relay.core.jsons import JsonObject
from massid_relay.core.record import FileEntry


def document_body(
    payload: JsonObject, *, external_id: str, deduplication_id: str, ids: Mapping[str, str]
) -> JsonObject:
    """Body of POST /documents."""
    return with_ids(payload, ids) | {"externalId": external_id, "deduplicationId": deduplication_id}


def event_body(
    payload: JsonObject,
    *,
    external_id: str,
    deduplication_id: str,
    ids: Mapping[str, str],
    files: Mapping[str, FileEntry],
    related_id: str | None = None,
    sensitive_flag: str = "sensitive",
) -> JsonObject:
    """One event's body, single or inside a batch.

    The auditor's loader drops a whole document over one attribute without `isPublic`, so an attribute that says nothing
    takes its event's. `sensitive_flag` is the flag's name on the wire: the pages say `sensible`, the auditor's code
    `sensitive` (methodology-rules, libs/shared/types/src/document/document-event.types.ts). `related_id` is the network id of
    the related document, where the payload names it by its external id.
    """
    body = with_ids(payload, ids) | {"externalId": external_id, "deduplicationId": deduplication_id}
    public = bool(payload.get("isPublic"))
    attributes = (payload.get("metadata") or {}).get("attributes")
    if attributes:
        body["metadata"] = {"attributes": [_attribute(item, public, sensitive_flag) for item in attributes]}
    if related_id is not None:
        related = {name: value for name, value in payload["relatedDocument"].items() if name != "documentExternalId"}
        body["relatedDocument"] = related | {"documentId": related_id}
    if payload.get("attachments"):
        body["attachments"] = [_attachment(item, public, files) for item in payload["attachments"]]
    return body


def _attribute(attribute: JsonObject, public: bool, sensitive_flag: str) -> JsonObject:
    result: JsonObject = {"isPublic": public, **attribute}
    if "sensitive" in result:
        result[sensitive_flag] = result.pop("sensitive")
    return result


def _attachment(reference: JsonObject, public: bool, files: Mapping[str, FileEntry]) -> JsonObject:
    """The stored shape, all four keys (methodology-rules, document-attachment.types.ts)."""
    file = files[reference["fileName"]]
    size: Any = file.size if file.size is not None else Decimal(0)
    return {
        "attachmentId": file.attachment_id,
        "contentLength": size,
        "isPublic": reference.get("isPublic", public),
        "label": reference["label"],
    }
