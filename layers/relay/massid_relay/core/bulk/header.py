"""The first line of a bulk CSV file: its columns, and what separates them."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from massid_relay.core.bulk.columns import EXTERNAL_ID, Column, column_of
from massid_relay.core.bulk.entries import OpenAt, Position
from massid_relay.core.bulk.lines import BOM, lines_of
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
    """The header. Raises BulkRefused that names the columns at fault by their number."""
    line = next(lines_of(open_at, Position()), None)
    if line is None:
        raise BulkRefused("the file is empty")
    try:
        text = (line.content or b"").removeprefix(BOM).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise BulkRefused("the header is not UTF-8 text: save the file as CSV UTF-8") from None
    for separator in SEPARATORS:
        headings = next(csv.reader([text], delimiter=separator), [])
        if EXTERNAL_ID in (heading.strip() for heading in headings):
            return Header(_columns(headings), separator, line.after)
    raise BulkRefused(f"the header has no column {EXTERNAL_ID}")


def _columns(headings: Sequence[str]) -> tuple[Column | None, ...]:
    columns, problems = [], []
    seen: dict[tuple[object, ...], int] = {}
    for place, heading in enumerate(headings, 1):
        column = column_of(place, heading) if heading.strip() else None
        columns.append(column)
        if column is None:
            problems += [f"column {place} is none that we know"] if heading.strip() else []
            continue
        same = seen.setdefault((column.of_event, column.steps, column.key, column.kind), place)
        problems += [f"column {place} says the same as column {same}"] if same != place else []
    if problems:
        raise BulkRefused(f"the header can't be read: {'; '.join(problems[:_TOLD])}")
    return tuple(columns)
