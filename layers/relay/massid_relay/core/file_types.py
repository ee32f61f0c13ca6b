"""Whether a file can be evidence: its size, and a type that its bytes confirm.

Which name means which type is written here and read from no table of the machine's: a file is taken or refused alike everywhere.
docs/evidence.md lists the types.
"""

import codecs
import re
from dataclasses import dataclass

import puremagic

from massid_relay.core.errors import EvidenceRefused, FieldProblem

LARGEST_FILE = 10_000_000
"""10 MB (docs.carrot.eco, integrations/reference/rate-limits), in its smaller reading."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type to announce, and what puremagic calls its signature. Without one it is text."""

    content_type: str
    found: frozenset[str] = frozenset()


def _kind(content_type: str, *found: str) -> _Kind:
    return _Kind(content_type, frozenset(found or {content_type}))


_XML = _Kind("application/xml")
_JPEG = _kind("image/jpeg")
_TIFF = _kind("image/tiff")
_KINDS = {
    "pdf": _kind("application/pdf"),
    "png": _kind("image/png"),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "jfif": _JPEG,
    "tif": _TIFF,
    "tiff": _TIFF,
    "gif": _kind("image/gif"),
    "webp": _kind("image/webp"),
    "bmp": _kind("image/bmp", "image/bmp", "image/x-ms-bmp"),
    "heic": _kind("image/heic", "image/heic", "image/heif"),
    "heif": _kind("image/heif", "image/heic", "image/heif"),
    "doc": _kind("application/msword", "application/x-ole-storage"),
    "xls": _kind("application/vnd.ms-excel", "application/x-ole-storage"),
    "docx": _kind(f"{_OFFICE}.wordprocessingml.document"),
    "xlsx": _kind(f"{_OFFICE}.spreadsheetml.sheet"),
    "odt": _kind(f"{_OPEN}.text", "application/zip"),
    "ods": _kind(f"{_OPEN}.spreadsheet", "application/zip"),
    "zip": _kind("application/zip"),
    "xml": _XML,
    "txt": _Kind("text/plain"),
    "csv": _Kind("text/csv"),
    "json": _Kind("application/json"),
}
_BINARY = (
    b"MZ",
    b"\x7fELF",
    b"%PDF-",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
)
"""Beginnings of programs, PDFs, archives, office files and images: no text begins so. (No text holds a zero byte either.)"""
_HEIF_BRANDS = (b"heic", b"heix", b"mif1")
_BEGINS_AS_XML = re.compile(rb"\s*<(?!html|!doctype\s+html)[?!A-Za-z_:\x80-\xff]", re.IGNORECASE)


def accepted_type(name: str, size: int, first_bytes: bytes) -> str:
    """The MIME type to announce. Raises EvidenceRefused if the file is empty, too large, or not what its name says."""
    if size == 0:
        raise _refused(name, "is empty")
    if size > LARGEST_FILE:
        raise _refused(name, f"is larger than {LARGEST_FILE} bytes")
    _, dot, ending = name.rpartition(".")
    kind = _KINDS.get(ending.lower()) if dot else None
    if kind is None:
        raise _refused(name, "has a name whose ending is no type of evidence")
    if not _confirmed(kind, first_bytes):
        raise _refused(name, "has content of another type than its name says")
    return kind.content_type


def _confirmed(kind: _Kind, first_bytes: bytes) -> bool:
    if kind.found:
        return not kind.found.isdisjoint(_types_of(first_bytes))
    text = first_bytes.removeprefix(codecs.BOM_UTF8)
    if b"\0" in text or text.startswith(_BINARY):
        return False
    return kind is not _XML or _BEGINS_AS_XML.match(text) is not None


def _types_of(first_bytes: bytes) -> set[str]:
    try:
        matches = puremagic.magic_string(first_bytes)
    except (puremagic.PureError, ValueError):
        return _image_in_a_container(first_bytes)
    return {match.mime_type for match in matches} | _image_in_a_container(first_bytes)


def _image_in_a_container(first_bytes: bytes) -> set[str]:
    """HEIF's brands, of which puremagic knows a part (ISO/IEC 23008-12)."""
    return {"image/heif"} if first_bytes[4:8] == b"ftyp" and first_bytes[8:12] in _HEIF_BRANDS else set()


def _refused(name: str, problem: str) -> EvidenceRefused:
    return EvidenceRefused(f"the file {problem}", fields=[FieldProblem(f"fileNames.{name}", problem)])
