"""The second step of an attachment: the bytes go to the presigned URL (docs.carrot.eco, integrations/guides/file-uploads).

Streamed, with the MIME type and length agreed in the first step, without the bearer token, to a host that is not the API's.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import httpx

from massid_relay.carrot.settings import CarrotSettings
from massid_relay.carrot.transport import Deadline, Request, exchange
from massid_relay.core.errors import EvidenceRefused, OutcomeUnknown
from massid_relay.core.evidence import digest_of
from massid_relay.core.ports import UploadTarget
from massid_relay.core.vendor_errors import read_retry_after
from massid_relay.core.vendor_policy import classify_upload

CALL = "PUT presigned URL"
READ_BACK = "GET presigned URL"

OURS = frozenset({"authorization", "connection", "content-length", "content-type", "host", "transfer-encoding"})
"""Headers that no answer may set."""
_SERVER_FAULT, _TOO_MANY = 500, 429


def put_bytes(
    http: httpx.Client,
    settings: CarrotSettings,
    target: UploadTarget,
    content: Iterable[bytes],
    content_type: str,
    content_length: int,
    now: datetime,
) -> None:
    """Upload. Raises EvidenceRefused, TransientFailure (a new URL is needed), NeverSent, OutcomeUnknown or Throttled.

    What `content` itself raises while it is read passes through.
    """
    deadline = Deadline(CALL, settings.upload_timeout, settings.connect_timeout)
    given = {name: value for name, value in target.headers.items() if name.lower() not in OURS}
    request = Request(
        "PUT",
        target.url,
        content=_exactly(content, content_length, deadline),
        headers=given | {"Content-Type": content_type, "Content-Length": str(content_length)},
    )
    answer = exchange(http, CALL, request, deadline)
    if not answer.is_success:
        retry_after = read_retry_after(answer.retry_after, now, settings.longest_retry_after)
        raise classify_upload(answer.status, answer.body, retry_after=retry_after)


def digest_at(http: httpx.Client, settings: CarrotSettings, url: str) -> str | None:
    """SHA-256 of what lies there, read in pieces; None if the storage refuses it. Raises NeverSent or OutcomeUnknown."""
    deadline = Deadline(READ_BACK, settings.upload_timeout, settings.connect_timeout)
    answer = exchange(http, READ_BACK, Request("GET", url), deadline, lambda pieces: digest_of(pieces).encode())
    if not answer.is_success and (answer.status >= _SERVER_FAULT or answer.status == _TOO_MANY):
        raise OutcomeUnknown(f"{READ_BACK}: {answer.status}", status=answer.status)
    return answer.body.decode() if answer.is_success else None


def _exactly(content: Iterable[bytes], length: int, deadline: Deadline) -> Iterator[bytes]:
    """The bytes as they come, stopped at the deadline; another length than agreed is found before the storage finds it."""
    sent = 0
    for chunk in content:
        deadline.check()
        sent += len(chunk)
        if sent > length:
            raise EvidenceRefused("the file is longer than the length agreed for it")
        yield chunk
    if sent < length:
        raise EvidenceRefused("the file is shorter than the length agreed for it")
