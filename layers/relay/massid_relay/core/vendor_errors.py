"""What may be taken over from a provider's error body, and nothing more.

The shape is `{"statusCode", "errors": [{"code", "message", "id", "timestamp"}]}` (docs.carrot.eco, api/errors); throttling
answers `{"message"}` (integrations/reference/rate-limits); gateways in between answer anything. `message` may quote personal
data, so it is never repeated: only names of fields that the API is known to have are picked out of it (invariant 7).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from massid_relay.core import jsons
from massid_relay.core.errors import FieldProblem

KNOWN_FIELDS = frozenset(
    """
    events event document documentId documents category type subtype measurementUnit measureUnit externalCreatedAt isPublic
    isPubliclySearchable externalId deduplicationId tags title shortTitle name label value currentValue metadata attributes
    format sensitive sensible valuePrefix valueSuffix preserveSensitiveData propagateEvent propagatedFrom target
    targetDocumentId relatedDocument bidirectional updates permissions attachments attachmentId fileName contentLength
    contentType participant participantId primaryParticipant countryCode taxId taxIdType businessName email mobileNumber
    address addressId primaryAddress city complement countryState latitude longitude neighborhood number street zipCode
    """.split()  # noqa: SIM905 - reads better than seventy quoted names
)
"""Field names of requests and documents (docs.carrot.eco, api/documents, api/events, submitting-a-mass-id, file-uploads)."""

PROBLEM = "is refused by the provider"
MOST_FIELDS = 20

_PATH = r"[A-Za-z]+(?:\.(?:[A-Za-z]+|\d{1,3})|\[\d{1,3}\])*"
_NAMED = re.compile(
    rf"[\"'`](?P<quoted>{_PATH})[\"'`]"  # "name" must be a string
    rf"|(?:^|[,;:\n]\s*)(?P<first>{_PATH})(?=\s*:|\s+(?:must|should|is|has|cannot)\b)"  # name: must be a string
    rf"|(?<![\w.@-])(?P<plain>{_PATH})(?![\w@-]|\.\w)"  # ... in participant.taxId
)
_CODE = re.compile(r"[A-Za-z]+(?:[_-][A-Za-z]+)*")
_ERROR_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class VendorProblem:
    """What a refusal says about itself. `code` looks like a code, `error_id` like an id; anything else is dropped."""

    codes: tuple[str, ...] = ()
    error_id: str | None = None
    fields: tuple[FieldProblem, ...] = ()


def read_problem(body: bytes) -> VendorProblem:
    """Read any error body: the standard shape, `{"message"}`, HTML, nothing. Never raises."""
    try:
        decoded = jsons.loads(body)
    except ValueError:
        return VendorProblem()
    errors = [item for item in _list(_get(decoded, "errors")) if isinstance(item, dict)]
    codes = [_matching(_CODE, item.get("code")) for item in errors]
    ids = [_matching(_ERROR_ID, item.get("id")) for item in errors]
    paths = [path for item in errors for path in _field_paths(item.get("message"))]
    return VendorProblem(
        codes=tuple(code for code in codes if code),
        error_id=next((error_id for error_id in ids if error_id), None),
        fields=tuple(FieldProblem(path, PROBLEM) for path in list(dict.fromkeys(paths))[:MOST_FIELDS]),
    )


def read_retry_after(header: str | None, now: datetime, longest: float) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3: a number or a date), between 0 and `longest`; None if unreadable.

    The vendor mentions no such header; a gateway may send one.
    """
    if header is None:
        return None
    text = header.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), longest)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), longest)


def _field_paths(message: object) -> list[str]:
    if not isinstance(message, str | list):
        return []
    texts = [message] if isinstance(message, str) else [text for text in message if isinstance(text, str)]
    found = []
    for text in texts:
        for match in _NAMED.finditer(text[:2000]):
            path = (match["quoted"] or match["first"] or match["plain"]).replace("[", ".").replace("]", "")
            if _is_known(path, certain=match["plain"] is None):
                found.append(path)
    return found


def _is_known(path: str, *, certain: bool) -> bool:
    """Every part is a field or a place in a list. A plain English word inside a sentence is no field."""
    parts = path.split(".")
    if not all(part in KNOWN_FIELDS or part.isdigit() for part in parts):
        return False
    return certain or len(parts) > 1 or not path.islower()


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= 64 and pattern.fullmatch(value) else None


def _get(decoded: Any, name: str) -> Any:
    return decoded.get(name) if isinstance(decoded, dict) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
