"""Whether a file can be evidence: its size, and a type that its bytes confirm."""

import mimetypes

import puremagic

from massid_relay.core.errors import EvidenceRefused, FieldProblem

LARGEST_FILE = 10_000_000
"""10 MB (docs.carrot.eco, integrations/reference/rate-limits), in its smaller reading."""

_TEXT = frozenset({"text/plain", "text/csv", "application/json"})
"""Types without a signature: nothing in their bytes can confirm or deny them."""


def accepted_type(name: str, size: int, first_bytes: bytes) -> str:
    """The MIME type to announce. Raises EvidenceRefused if the file is empty, too large, or not what its name says."""
    if size == 0:
        raise _refused(name, "is empty")
    if size > LARGEST_FILE:
        raise _refused(name, f"is larger than {LARGEST_FILE} bytes")
    named = mimetypes.guess_type(name, strict=False)[0]
    if named is None:
        raise _refused(name, "has a name that tells no file type")
    if named not in _TEXT and named not in _types_of(first_bytes):
        raise _refused(name, "has content of another type than its name says")
    return named


def _types_of(first_bytes: bytes) -> set[str]:
    try:
        matches = puremagic.magic_string(first_bytes)
    except (puremagic.PureError, ValueError):
        return set()
    return {match.mime_type for match in matches}


def _refused(name: str, problem: str) -> EvidenceRefused:
    return EvidenceRefused(f"the file {problem}", fields=[FieldProblem(f"fileNames.{name}", problem)])
