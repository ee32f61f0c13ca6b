"""The first line of a bulk CSV file: its columns, and what separates them."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from massid_relay.core.bulk.columns import EXTERNAL_ID, Column, column_of, named
from massid_relay.core.bulk.entries import LARGEST_MESSAGE, NO_CHARACTER, OpenAt, Position, unsendable
from massid_relay.core.bulk.lines import BOM, Line, lines_of
from massid_relay.core.errors import BulkRefused

SEPARATORS = (",", ";", "\t")
"""A Brazilian Excel writes semicolons."""
_TOLD = 20


@dataclass(frozen=True, slots=True)
class Header:
    """`columns` has a None for each heading that is blank. `after`: where the first row begins."""

    columns: tuple[Column | None, ...]
    separator: str
    after: Position

    @property
    def external_id(self) -> int:
        """The place of the column that groups rows, from 0."""
        return next(column.place for column in self.columns if column and column.shown == EXTERNAL_ID) - 1


def read_header(open_at: OpenAt) -> Header:
    """The header. Raises BulkRefused that names the columns at fault by their place."""
    line = next(lines_of(open_at, Position()), None)
    if line is None:
        raise BulkRefused("the file is empty")
    text = _text(line)
    for separator in SEPARATORS:
        headings = _headings(text, separator)
        if EXTERNAL_ID in (heading.strip() for heading in headings):
            return Header(_columns(headings), separator, line.after)
    raise BulkRefused(f"the header has no column {EXTERNAL_ID}")


def _text(line: Line) -> str:
    if line.content is None:
        raise BulkRefused(f"the header is longer than {LARGEST_MESSAGE} bytes; lines end in LF or CRLF")
    try:
        text = line.content.removeprefix(BOM).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise BulkRefused("the header is not UTF-8 text: save the file as CSV UTF-8") from None
    if "\r" in text:
        raise BulkRefused("the lines end in CR alone (CSV Macintosh): save the file as CSV UTF-8")
    if unsendable(text):
        raise BulkRefused(f"the header {NO_CHARACTER}")
    return text


def _headings(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=separator), [])
    except csv.Error:
        raise BulkRefused(f"a heading is longer than {csv.field_size_limit()} characters") from None


def _columns(headings: Sequence[str]) -> tuple[Column | None, ...]:
    columns, problems = [], []
    seen: dict[tuple[object, ...], int] = {}
    for place, heading in enumerate(headings, 1):
        column = column_of(place, heading) if heading.strip() else None
        columns.append(column)
        if column is None:
            problems += [f"{named(place)} is none that we know"] if heading.strip() else []
            continue
        same = seen.setdefault((column.of_event, column.steps, column.key, column.kind), place)
        problems += [f"{named(place)} says the same as {named(same)}"] if same != place else []
    if problems:
        raise BulkRefused(f"the header can't be read: {'; '.join(problems[:_TOLD])}")
    return tuple(columns)
