"""Lines of a file that comes in pieces: numbered, with the offset behind each, and none longer than a message may be."""

from collections.abc import Iterator
from dataclasses import dataclass

from massid_relay.core.bulk.entries import LARGEST_MESSAGE, OpenAt, Position
from massid_relay.core.errors import BulkRefused

LONGEST_PASSED_OVER = 64 * 1024 * 1024
"""Bytes without a line break. A file with a longer line is none of lines, and a turn has to get past each."""

BOM = b"\xef\xbb\xbf"
_FOREIGN = {
    b"\xff\xfe": "is UTF-16: save it as UTF-8",
    b"\xfe\xff": "is UTF-16: save it as UTF-8",
    b"\x1f\x8b": "is compressed: bulk files are plain text",
    b"PK\x03\x04": "is a workbook or an archive: save it as CSV UTF-8",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its line break. `content` is None if it is longer than a message may be."""

    number: int
    after: Position
    content: bytes | None


def lines_of(open_at: OpenAt, start: Position, longest: int = LARGEST_MESSAGE) -> Iterator[Line]:
    """The lines from there on. A longer line is passed over, not kept. Raises BulkRefused for what is no file of lines."""
    pieces = open_at(start.offset)
    kept, length, at = bytearray(), 0, start
    for piece in _checked(pieces) if start.offset == 0 else pieces:
        for part in _split(piece):
            length += len(part)
            if length <= longest:
                kept += part
            elif length > LONGEST_PASSED_OVER:
                raise BulkRefused(f"line {at.line + 1} is longer than {LONGEST_PASSED_OVER} bytes")
            if part.endswith(b"\n"):
                at = Position(at.offset + length, at.line + 1)
                yield Line(at.line, at, bytes(kept) if length <= longest else None)
                kept, length = bytearray(), 0
    if length:
        at = Position(at.offset + length, at.line + 1)
        yield Line(at.line, at, bytes(kept) if length <= longest else None)


def _split(piece: bytes) -> list[bytes]:
    """At line feeds alone: a carriage return may stand inside a quoted cell."""
    parts = piece.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + parts[-1:]


def _checked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    first = next(pieces, b"")
    for mark, problem in _FOREIGN.items():
        if first.startswith(mark):
            raise BulkRefused(f"the file {problem}")
    if b"\x00" in first:
        raise BulkRefused("the file is no text")
    if first:
        yield first
        yield from pieces
