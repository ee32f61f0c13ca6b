"""Carrot's table of errors as data: from status and code to what a worker does about it (invariant 5).

Codes are from docs.carrot.eco, api/errors; actions from integrations/guides/error-handling; 429 from
integrations/reference/rate-limits. Rows of the class (4xx, 5xx, ...) answer what no page lists.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from massid_relay.core.errors import (
    CredentialsRefused,
    EndpointMissing,
    EvidenceRefused,
    NotReady,
    OutcomeUnknown,
    PermanentFailure,
    RejectedByProvider,
    RelayError,
    Throttled,
    TransientFailure,
)
from massid_relay.core.vendor_errors import VendorProblem, read_problem


class Action(StrEnum):
    """What a worker does about a refusal."""

    STOP = "dead letter, never again as it is"
    FIX_SETTINGS = "dead letter; a URL, the path prefix or the batch mode is set wrongly"
    RENEW_TOKEN = "one fresh token, then the fleet pauses with an alarm"  # noqa: S105 - an action, no secret
    WAIT = "come back after the hint; no attempt"
    SLOW_DOWN = "the whole fleet slows down, come back; no attempt"
    REPEAT = "backoff, same deduplication id, or look it up first"


class Fault(StrEnum):
    """Whose turn it is to mend something."""

    MESSAGE = "message"
    PERMISSION = "permission"
    CONFIGURATION = "configuration"
    LOAD = "load"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table. `code` None holds for the status with any other code; `wait` is in seconds, from and to."""

    status: int
    code: str | None
    action: Action
    fault: Fault
    source: str
    wait: tuple[float, float] | None = None


TABLE: tuple[Row, ...] = (
    Row(400, "invalidJson", Action.STOP, Fault.MESSAGE, "api/errors"),
    Row(400, "validationError", Action.STOP, Fault.MESSAGE, "api/errors"),
    Row(400, None, Action.STOP, Fault.MESSAGE, "api/errors"),
    Row(401, "unauthorized", Action.RENEW_TOKEN, Fault.CONFIGURATION, "api/authentication"),
    Row(401, None, Action.RENEW_TOKEN, Fault.CONFIGURATION, "api/authentication"),
    Row(403, "restrictedResource", Action.STOP, Fault.PERMISSION, "api/errors"),
    Row(403, None, Action.STOP, Fault.PERMISSION, "api/errors"),
    Row(404, "objectNotFound", Action.STOP, Fault.MESSAGE, "api/errors"),
    Row(404, None, Action.FIX_SETTINGS, Fault.CONFIGURATION, "assumed: no body of the API's own, so no such endpoint"),
    Row(405, None, Action.FIX_SETTINGS, Fault.CONFIGURATION, "assumed: RFC 9110, 15.5.6"),
    Row(408, None, Action.REPEAT, Fault.PROVIDER, "assumed: RFC 9110, 15.5.9, a timeout like 504"),
    Row(409, "conflictError", Action.STOP, Fault.MESSAGE, "api/errors"),
    Row(409, "PENDING_PROCESS_CONFLICT_ERROR", Action.WAIT, Fault.PROVIDER, "guides/error-handling", wait=(2.0, 5.0)),
    Row(409, None, Action.STOP, Fault.MESSAGE, "api/errors"),
    Row(422, None, Action.STOP, Fault.MESSAGE, "guides/error-handling"),
    Row(429, None, Action.SLOW_DOWN, Fault.LOAD, "reference/rate-limits"),
    Row(500, "internalServerError", Action.REPEAT, Fault.PROVIDER, "api/errors"),
    Row(502, None, Action.REPEAT, Fault.PROVIDER, "guides/error-handling"),
    Row(503, "serviceUnavailable", Action.REPEAT, Fault.PROVIDER, "api/errors"),
    Row(504, "gatewayTimeout", Action.REPEAT, Fault.PROVIDER, "api/errors"),
)

CLASSES: dict[int, Row] = {
    2: Row(2, None, Action.REPEAT, Fault.PROVIDER, "assumed: accepted, but the answer can't be used"),
    3: Row(3, None, Action.FIX_SETTINGS, Fault.CONFIGURATION, "assumed: redirects are never followed"),
    4: Row(4, None, Action.STOP, Fault.MESSAGE, "guides/submitting-a-mass-id: 4xx are data or integration issues"),
    5: Row(5, None, Action.REPEAT, Fault.PROVIDER, "guides/submitting-a-mass-id: 5xx are transient"),
}
"""By the status' first digit, for what the table does not list."""

OTHERWISE = Row(0, None, Action.REPEAT, Fault.PROVIDER, "assumed: no final HTTP status, so nothing is known")


def row_for(status: int, codes: tuple[str, ...] = ()) -> Row:
    """The row that decides: a listed code of that status, else the status, else its class."""
    rows = {row.code: row for row in TABLE if row.status == status}
    for code in (*codes, None):
        if code in rows:
            return rows[code]
    return CLASSES.get(status // 100, OTHERWISE)


def classify(
    call: str, status: int, body: bytes = b"", *, retry_after: float | None = None, jitter: float = 0.0
) -> RelayError:
    """The error that an answer means. `call` is the endpoint's name, without ids.

    401 is CredentialsRefused: the caller has spent its one fresh token. `jitter` in [0, 1) spreads the waits.
    """
    problem = read_problem(body)
    row = row_for(status, problem.codes)
    reason = " ".join(filter(None, [f"{call}:", str(status), _code(row, problem)]))
    match row.action:
        case Action.STOP:
            return _rejected(RejectedByProvider, reason, status, row, problem)
        case Action.FIX_SETTINGS:
            return _rejected(EndpointMissing, reason, status, row, problem)
        case Action.RENEW_TOKEN:
            return CredentialsRefused(reason)
        case Action.WAIT:
            return NotReady(reason, retry_after=_wait(row, jitter) if retry_after is None else retry_after)
        case Action.SLOW_DOWN:
            return Throttled(reason, retry_after=retry_after)
        case Action.REPEAT:
            return OutcomeUnknown(reason, status=status)


def unless_just_confirmed(
    error: RelayError, *, confirmed_at: datetime | None, now: datetime, visibility_delay: timedelta
) -> RelayError:
    """A 404 about something that we confirmed less than `visibility_delay` ago is NotReady: reads may lag behind writes."""
    if not isinstance(error, RejectedByProvider) or error.status != 404 or confirmed_at is None:
        return error
    left = (confirmed_at + visibility_delay - now).total_seconds()
    return NotReady("not visible yet", retry_after=left) if left > 0 else error


def classify_upload(status: int, body: bytes = b"", *, retry_after: float | None = None) -> RelayError:
    """What the storage's answer to an upload means. No effect is lost: a file may be uploaded again.

    A bare TransientFailure asks for a new URL. The storage is not described by the vendor; S3's codes are read because
    presigned URLs are S3's way (docs.aws.amazon.com, AmazonS3/latest/API/ErrorResponses).
    """
    found = re.search(rb"<Code>([A-Za-z]{1,64})</Code>", body)
    code = found[1].decode() if found else None
    reason = " ".join(filter(None, ["upload:", str(status), code]))
    if status == 429:
        return Throttled(reason, retry_after=retry_after)
    if code in UPLOAD_AGAIN or status in UPLOAD_AGAIN_STATUSES or 300 <= status < 400:
        return TransientFailure(reason)
    if 400 <= status < 500:
        return EvidenceRefused(reason)
    return OutcomeUnknown(reason, status=status)


UPLOAD_AGAIN = frozenset({"AccessDenied", "ExpiredToken", "RequestTimeout", "RequestTimeTooSkewed", "OperationAborted"})
"""S3's words for a URL past its time, a stalled connection, a competing write."""

UPLOAD_AGAIN_STATUSES = frozenset({401, 403, 404, 408, 409, 410, 425})
"""Without a readable code: the URL no longer works, or the storage was interrupted."""


def _rejected(
    kind: type[RejectedByProvider], reason: str, status: int, row: Row, problem: VendorProblem
) -> PermanentFailure:
    return kind(
        reason,
        status=status,
        code=_code(row, problem),
        fields=problem.fields,
        vendor_error_id=problem.error_id,
    )


def _code(row: Row, problem: VendorProblem) -> str | None:
    return row.code or next(iter(problem.codes), None)


def _wait(row: Row, jitter: float) -> float | None:
    if row.wait is None:
        return None
    shortest, longest = row.wait
    return shortest + (longest - shortest) * jitter
