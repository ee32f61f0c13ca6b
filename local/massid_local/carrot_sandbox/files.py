"""Bytes of uploaded files, and the signatures that let somebody put or get them without a token.

Keys follow the auditor's code: `attachments/document/{documentId}/{attachmentId}`
(carrot-foundation/methodology-rules, libs/methodologies/bold/utils/src/attachment.helpers.ts).
"""

import hashlib
import hmac
import secrets

from massid_local.carrot_sandbox.documents import Attachment


def key_of(document_id: str, attachment_id: str) -> str:
    """The object key of an attachment."""
    return f"attachments/document/{document_id}/{attachment_id}"


def sha256_of(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class FileStore:
    """Contents by SHA-256, so that equal files are kept once."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}
        self._signing_key = secrets.token_bytes(32)

    def put(self, content: bytes, *, keep: bool) -> str:
        """Take a content; answers its SHA-256. With `keep` off only that is known afterwards."""
        sha256 = sha256_of(content)
        if keep:
            self._contents[sha256] = content
        return sha256

    def get(self, attachment: Attachment) -> bytes | None:
        """What was uploaded last under that attachment, None if it isn't there."""
        return self._contents.get(attachment.sha256 or "")

    def signature(self, method: str, key: str, until: int, content_type: str = "", content_length: int = 0) -> str:
        """Signs who-may-do-what: for an upload the MIME type and the length are part of it, as in S3's signed headers."""
        text = "\n".join((method, key, str(until), content_type, str(content_length)))
        return hmac.new(self._signing_key, text.encode(), hashlib.sha256).hexdigest()

    def clear(self) -> None:
        """Drop all contents. URLs that were given out stay signed, but lead nowhere."""
        self._contents.clear()
