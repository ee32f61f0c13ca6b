"""CSV: a row an event, and consecutive rows of one `externalId` are one submission. docs/bulk.md describes the columns."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from massid_relay.core.bulk.building import submission_of_rows
from massid_relay.core.bulk.columns import EXTERNAL_ID
from massid_relay.core.bulk.entries import (
    LARGEST_MESSAGE,
    WHOLE,
    Entry,
    OpenAt,
    Position,
    Problems,
)
from massid_relay.core.bulk.header import Header, read_header
from massid_relay.core.bulk.lines import LONGEST_PASSED_OVER, lines_of
from massid_relay.core.bulk.ndjson import TOO_LONG
from massid_relay.core.bulk.rows import Row, rows_of
from massid_relay.core.errors import BulkRefused
from massid_relay.core.identity import is_external_id
from massid_relay.core.jsons import JsonObject, dumps

MOST_ROWS = 200
"""Of one submission: twice the events that a document may have. What is beyond is counted, not kept."""
MOST_BYTES = 4 * LARGEST_MESSAGE
"""Likewise. A row repeats what JSON says once, so the rows of a good submission may be longer than its message."""
MOST_ROWS_PASSED_OVER = 10_000
MOST_BYTES_PASSED_OVER = LONGEST_PASSED_OVER
"""Beyond these the file is refused: a turn has to get past each submission, however large."""
_ENDLESS = f"{MOST_ROWS_PASSED_OVER} rows or {MOST_BYTES_PASSED_OVER} bytes"
MOST_BLANK_ROWS = 10_000
"""So many in a row end a submission, for the same reason. Excel writes a file's unused rows too."""
_NOBODYS = "is blank, and no row above says it"


@dataclass(slots=True)
class _Group:
    """The rows of one submission, and the rows before them that nobody can read."""

    rows: list[Row] = field(default_factory=list)
    external_id: str | None = None
    problems: Problems = field(default_factory=Problems)
    count: int = 0
    bytes: int = 0
    blanks: int = 0
    """The last rows, with nothing in them."""
    line: int = 0
    nobodys: bool = False
    """It begins with a row that can be read and says no external id."""
    after: Position = field(default_factory=Position)

    def pass_blank(self, row: Row) -> None:
        self.blanks += 1
        self.after = row.after

    def add(self, row: Row, external_id: str, length: int) -> None:
        if not self.count:
            self.line = row.line
            self.nobodys = not (row.lost or external_id)
            if self.nobodys:
                self.problems.add(EXTERNAL_ID, _NOBODYS, row.line)
        self.blanks = 0
        self.count += 1
        self.bytes += length
        self.after = row.after
        self.external_id = self.external_id or external_id or None
        if row.problem:
            self.problems.add("row", row.problem, row.line)
        if self.small:
            self.rows.append(row)
        else:
            self.rows.clear()

    @property
    def small(self) -> bool:
        return self.count <= MOST_ROWS and self.bytes <= MOST_BYTES

    @property
    def endless(self) -> bool:
        return self.count > MOST_ROWS_PASSED_OVER or self.bytes > MOST_BYTES_PASSED_OVER

    def ends_before(self, row: Row, external_id: str) -> bool:
        """Whether that row, which holds something, is none of this submission's.

        A row that can't be read ends what has an external id. Those that have none end anywhere, so that a file full of them is
        passed over piece by piece: what comes next is told to be nobody's by its own first row.
        """
        if row.lost:
            return self.external_id is not None or self.nobodys or not self.small
        if self.nobodys:
            return bool(external_id) or not self.small
        return bool(self.external_id and external_id and external_id != self.external_id)


def csv_entries(open_at: OpenAt, start: Position) -> Iterator[Entry]:
    """The submissions from there on. Raises BulkRefused if the header can't be read, or a submission has no end."""
    header = read_header(open_at)
    begin = start if start.offset else header.after
    rows = rows_of(lines_of(open_at, begin), begin, header.separator)
    return (_entry(header, group) for group in _groups(header, rows, begin))


def _groups(header: Header, rows: Iterable[Row], start: Position) -> Iterator[_Group]:
    """A row that can't be read may belong to the submission before it or to the one behind it, so neither is fed: it ends the
    one and begins the other."""
    group, at = _Group(), start.offset
    for row in rows:
        external_id = _external_id(header, row)
        length, at = row.after.offset - at, row.after.offset
        if not row.lost and not any(cell.strip() for cell in row.cells):
            group.pass_blank(row)
            if group.blanks < MOST_BLANK_ROWS:
                continue
            yield group
            group = _Group()
            continue
        if group.count and group.ends_before(row, external_id):
            if row.lost and group.external_id is not None:
                group.problems.add("row", f"line {row.line}, which comes next, can't be read and may belong to it")
            yield group
            group = _Group()
        group.add(row, external_id, length)
        if group.endless and not row.lost:
            raise BulkRefused(f"in line {group.line} begins what would be one submission of more than {_ENDLESS}")
    if group.after.line:
        yield group


def _external_id(header: Header, row: Row) -> str:
    return row.cells[header.external_id].strip() if header.external_id < len(row.cells) else ""


def _entry(header: Header, group: _Group) -> Entry:
    if not group.count:
        return Entry(group.after.line, group.after)
    named = group.external_id if group.external_id and is_external_id(group.external_id) else None
    if not group.small:
        group.problems.add(WHOLE, f"has more than {MOST_ROWS} rows or {MOST_BYTES} bytes")
    if group.problems:
        return Entry(group.line, group.after, problems=group.problems.told(), external_id=named)
    payload, lines, wrong = submission_of_rows(header, group.rows)
    text = _text(payload, group, wrong)
    if wrong:
        return Entry(group.line, group.after, problems=wrong.told(), external_id=named, rows=tuple(lines))
    return Entry(group.line, group.after, text, external_id=named, rows=tuple(lines))


def _text(payload: JsonObject, group: _Group, wrong: Problems) -> str:
    try:
        text = dumps(payload)
    except RecursionError:
        wrong.add(WHOLE, "is nested too deeply")
        return ""
    if len(text.encode()) > LARGEST_MESSAGE:
        wrong.add(WHOLE, TOO_LONG)
    return text
