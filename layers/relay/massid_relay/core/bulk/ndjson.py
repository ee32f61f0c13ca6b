"""NDJSON: a submission a line, exactly as it would be sent to the submissions queue."""

from collections.abc import Iterator

from massid_relay.core.bulk.entries import (
    LARGEST_MESSAGE,
    NO_CHARACTER,
    WHOLE,
    Entry,
    LineProblem,
    OpenAt,
    Position,
    unsendable,
)
from massid_relay.core.bulk.lines import BOM, Line, lines_of

TOO_LONG = f"is longer than {LARGEST_MESSAGE} bytes, the most that a message may have"


def ndjson_entries(open_at: OpenAt, start: Position) -> Iterator[Entry]:
    """The submissions from there on."""
    return map(_entry, lines_of(open_at, start))


def _entry(line: Line) -> Entry:
    if line.content is None:
        return Entry(line.number, line.after, problems=(LineProblem(WHOLE, TOO_LONG),))
    content = line.content.removeprefix(BOM) if line.number == 1 else line.content
    try:
        text = content.decode().strip()
    except UnicodeDecodeError:
        return Entry(line.number, line.after, problems=(LineProblem(WHOLE, "is not UTF-8 text"),))
    if unsendable(text):
        return Entry(line.number, line.after, problems=(LineProblem(WHOLE, NO_CHARACTER),))
    return Entry(line.number, line.after, text or None)
