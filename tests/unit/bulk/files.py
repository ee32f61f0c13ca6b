"""Files in memory, opened as the bucket opens them."""

from collections.abc import Iterator

from massid_relay.core.bulk.entries import Entry, OpenAt, Position
from massid_relay.core.bulk.files import Format
from massid_relay.core.bulk.reading import entries_of

START = Position()


def opener(content: bytes, piece: int = 1000) -> OpenAt:
    """Opens `content` in pieces of that length."""

    def open_at(offset: int) -> Iterator[bytes]:
        return (content[at : at + piece] for at in range(min(offset, len(content)), len(content), piece))

    return open_at


def read(content: str | bytes, form: Format = Format.CSV, start: Position = START, piece: int = 1000) -> list[Entry]:
    """All submissions from there on."""
    data = content.encode() if isinstance(content, str) else content
    return list(entries_of(form, opener(data, piece), start))
