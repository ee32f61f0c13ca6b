"""Attachments: presigned URLs on the API's side, files on the storage's side (docs.carrot.eco, guides/file-uploads)."""

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any
from urllib.parse import quote

from massid_relay.core.jsons import JsonObject

from massid_local.carrot_sandbox.appending import Caller, writable
from massid_local.carrot_sandbox.documents import Attachment, Document
from massid_local.carrot_sandbox.files import key_of
from massid_local.carrot_sandbox.problems import conflict, invalid, not_found
from massid_local.carrot_sandbox.requests import UploadRequest
from massid_local.carrot_sandbox.sandbox import Sandbox
from massid_local.carrot_sandbox.writing import parsed

STORAGE_PATH = "/storage/"


class StorageRefused(Exception):
    """An answer in the storage's own error form: a status and a code of Amazon S3's."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request to the storage: which key, signed until when, and what it brings."""

    key: str
    query: Mapping[str, str]
    authorization: str | None = None
    content_type: str = ""
    content_length: str | None = None


def request_upload(
    sandbox: Sandbox, caller: Caller, document_id: str, file_name: str, body: Any, base: str
) -> JsonObject:
    """PUT /documents/{documentId}/attachments/{fileName}: the presigned URL. `base` is where the storage answers."""
    settings = sandbox.settings
    request = parsed(UploadRequest, body, settings)
    document = writable(sandbox, caller, document_id)
    if document.status != "OPEN":
        raise conflict(f"the document is {document.status} and accepts no file")
    if request.content_length > settings.file_bytes:
        raise invalid(f"contentLength: more than {settings.file_bytes} bytes")
    attachment = _agreed(sandbox, document, file_name, request)
    key = key_of(document_id, attachment.id)
    until = _until(sandbox)
    signature = sandbox.files.signature("PUT", key, until, request.content_type, request.content_length)
    return {
        "attachmentId": attachment.id,
        settings.upload_url_field: _url(base, key, until, signature),
    }


def request_download(sandbox: Sandbox, caller: Caller, document_id: str, file_name: str, base: str) -> JsonObject:
    """GET /documents/{documentId}/attachments/{fileName}: a temporary URL. 404 until the file is there."""
    document = sandbox.visible_document(caller.credential, document_id)
    attachment = document.attachments.get(file_name)
    if attachment is None or attachment.stored_at is None:
        raise not_found("attachment")
    key = key_of(document_id, attachment.id)
    until = _until(sandbox)
    url = _url(base, key, until, sandbox.files.signature("GET", key, until))
    return {"attachmentId": attachment.id, sandbox.settings.download_url_field: url}


def store(sandbox: Sandbox, request: SignedRequest, content: bytes) -> str:
    """Take an upload; answers its SHA-256. Raises StorageRefused."""
    if request.content_length is None:
        raise StorageRefused(411, "MissingContentLength")
    length = int(request.content_length)
    _check_signature(sandbox, request, "PUT", request.content_type, length)
    if len(content) != length:
        raise StorageRefused(400, "IncompleteBody")
    _, attachment = located(sandbox, request.key)
    if sandbox.settings.reupload == "refuse" and attachment.stored_at is not None:
        raise StorageRefused(412, "PreconditionFailed")
    attachment.sha256 = sandbox.files.put(content, keep=sandbox.settings.keep_files)
    attachment.stored_at = sandbox.now()
    attachment.content_type, attachment.content_length = request.content_type, length
    attachment.uploads[attachment.sha256] = attachment.uploads.get(attachment.sha256, 0) + 1
    return attachment.sha256


def fetch(sandbox: Sandbox, request: SignedRequest) -> tuple[bytes, str]:
    """A stored file and its MIME type. Raises StorageRefused."""
    _check_signature(sandbox, request, "GET", "", 0)
    _, attachment = located(sandbox, request.key)
    content = sandbox.files.get(attachment)
    if content is None:
        raise StorageRefused(404, "NoSuchKey")
    return content, attachment.content_type


def located(sandbox: Sandbox, key: str) -> tuple[Document, Attachment]:
    """The document and the attachment that a key means."""
    *_, document_id, attachment_id = ("", *key.split("/"))
    document = sandbox.documents.get(document_id)
    attachment = document.attachment(attachment_id) if document else None
    if document is None or attachment is None:
        raise StorageRefused(404, "NoSuchKey")
    return document, attachment


def _agreed(sandbox: Sandbox, document: Document, file_name: str, request: UploadRequest) -> Attachment:
    """The attachment of that name: a name has one id for ever. What is stored stays until something else arrives."""
    known = document.attachments.get(file_name)
    if known is None:
        known = Attachment(sandbox.identifiers.uuid(), file_name, request.content_type, request.content_length)
        document.attachments[file_name] = known
    elif known.stored_at is None:
        known.content_type, known.content_length = request.content_type, request.content_length
    elif sandbox.settings.reupload == "refuse":
        raise conflict("a file of that name is attached already")
    return known


def _until(sandbox: Sandbox) -> int:
    return int(sandbox.now().timestamp() + sandbox.settings.upload_url_seconds)


def _url(base: str, key: str, until: int, signature: str) -> str:
    return f"{base.rstrip('/')}{STORAGE_PATH}{quote(key)}?X-Expires={until}&X-Signature={signature}"


def _check_signature(sandbox: Sandbox, request: SignedRequest, method: str, content_type: str, length: int) -> None:
    if request.authorization is not None:
        raise StorageRefused(400, "InvalidArgument")  # S3: only one way of authentication at a time
    until, given = request.query.get("X-Expires", ""), request.query.get("X-Signature", "")
    if not (until.isdecimal() and given):
        raise StorageRefused(403, "AccessDenied")
    if not compare_digest(sandbox.files.signature(method, request.key, int(until), content_type, length), given):
        raise StorageRefused(403, "SignatureDoesNotMatch")
    if sandbox.now().timestamp() >= int(until):
        raise StorageRefused(403, "AccessDenied")
