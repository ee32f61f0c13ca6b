"""The convention of the evidence bucket: `evidence/{document external id}/{file name}`."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote_plus

from pydantic_core import PydanticCustomError

from massid_relay.core.identity import EXTERNAL_ID_RULE, is_external_id

PREFIX = "evidence/"
_LONGEST_NAME = 255
_PARTS = 3


@dataclass(frozen=True, slots=True)
class EvidenceKey:
    """What a key says: whose file, and its name."""

    external_id: str
    file_name: str


def evidence_key(external_id: str, file_name: str) -> str:
    """The object's key."""
    return f"{PREFIX}{external_id}/{file_name}"


def same_name(one: str, other: str) -> bool:
    """Whether two file names read alike: macOS takes accents apart (NFD), most others write them as one character (NFC)."""
    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)


def asked_name(asked: Iterable[str], dropped: str) -> str | None:
    """The name under which a dropped file was asked for, if it was."""
    return next((name for name in asked if same_name(name, dropped)), None)


def possible_keys(external_id: str, file_name: str) -> list[str]:
    """The keys under which that file may lie: its name as it was asked for, and its other spellings."""
    names = [file_name, *(unicodedata.normalize(form, file_name) for form in ("NFC", "NFD"))]
    return list(dict.fromkeys(evidence_key(external_id, name) for name in names))


def digest_of(pieces: Iterable[bytes]) -> str:
    """SHA-256 of a file that comes in pieces."""
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def decoded(key: str) -> str:
    """S3 writes keys URL-encoded into its notifications, a space as `+` (docs.aws.amazon.com, AmazonS3,
    notification-content-structure). Decode once, at the edge."""
    return unquote_plus(key)


def parse_key(key: str) -> EvidenceKey | str:
    """What a (decoded) key says, or in words what is wrong with it."""
    parts = key.split("/", 2)
    if len(parts) != _PARTS or not key.startswith(PREFIX):
        return f"must be {PREFIX}{{document external id}}/{{file name}}"
    if not is_external_id(parts[1]):
        return f"its second part, the document's external id, {EXTERNAL_ID_RULE}"
    wrong = wrong_with_name(parts[2])
    return wrong or EvidenceKey(parts[1], parts[2])


def wrong_with_name(name: str) -> str:
    """In words what is wrong with a file name; empty if nothing is. Spaces, accents and emoji are good."""
    if not name:
        return "the file name is empty"
    if "/" in name:
        return "the file name must not hold a slash"
    if name in {".", ".."}:
        return "the file name must not be a step to another folder"
    if any(unicodedata.category(character) == "Cc" for character in name):
        return "the file name must not hold control characters"
    if len(name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME:
        return f"the file name must not be longer than {_LONGEST_NAME} bytes"
    return ""


def check_file_name(name: str, path: str) -> None:
    """For message models: raises a problem at that path."""
    wrong = wrong_with_name(name)
    if wrong:
        raise PydanticCustomError("relay", "{wrong}", {"wrong": wrong, "field": path})
