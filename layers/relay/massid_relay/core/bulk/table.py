"""CSV: a row an event, and consecutive rows of one `externalId` are one submission. docs/bulk.md describes the columns."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from massid_relay.core.bulk.building import submission_of_rows
from massid_relay.core.bulk.entries import LARGEST_MESSAGE, Entry, LineProblem, OpenAt, Position
from massid_relay.core.bulk.header import Header, read_header
from massid_relay.core.bulk.lines import lines_of
from massid_relay.core.bulk.ndjson import TOO_LONG, WHOLE
from massid_relay.core.bulk.rows import Row, rows_of
from massid_relay.core.identity import is_external_id
from massid_relay.core.jsons import dumps

MOST_ROWS = 200
"""Of one submission: twice the events that a document may have. What is beyond is counted, not kept."""
MOST_BYTES = 4 * LARGEST_MESSAGE
"""Likewise. A row repeats what JSON says once, so the rows of a good submission may be longer than its message."""


@dataclass(slots=True)
class _Group:
    """The rows of one submission, and the rows before them that nobody can read."""

    rows: list[Row] = field(default_factory=list)
    external_id: str | None = None
    problems: list[LineProblem] = field(default_factory=list)
    count: int = 0
    bytes: int = 0
    line: int = 0
    after: Position = field(default_factory=Position)

    def add(self, row: Row, external_id: str, length: int) -> None:
        self.line = self.line or row.line
        self.count += 1
        self.bytes += length
        self.after = row.after
        self.external_id = self.external_id or external_id or None
        if row.problem:
            self.problems.append(LineProblem("row", row.problem, row.line))
        if self.small:
            self.rows.append(row)
        else:
            self.rows.clear()

    @property
    def small(self) -> bool:
        return self.count <= MOST_ROWS and self.bytes <= MOST_BYTES


def csv_entries(open_at: OpenAt, start: Position) -> Iterator[Entry]:
    """The submissions from there on. Raises BulkRefused if the header can't be read."""
    header = read_header(open_at)
    begin = start if start.offset else header.after
    rows = rows_of(lines_of(open_at, begin), begin, header.separator)
    return (_entry(header, group) for group in _groups(header, rows, begin))


def _groups(header: Header, rows: Iterable[Row], start: Position) -> Iterator[_Group]:
    """A row that can't be read may belong to the submission before it or to the one behind it, so neither is fed: it ends the
    one and begins the other. Nothing goes out with an event missing."""
    group, at = _Group(), start.offset
    for row in rows:
        external_id = _external_id(header, row)
        length, at = row.after.offset - at, row.after.offset
        if row.lost:
            begins = group.external_id is not None
            if begins:
                problem = f"line {row.line}, which comes next, can't be read and may belong to it"
                group.problems.append(LineProblem("row", problem))
        else:
            begins = bool(group.external_id and external_id and external_id != group.external_id)
        if begins:
            yield group
            group = _Group()
        if row.lost or any(cell.strip() for cell in row.cells) or group.count:
            group.add(row, external_id, length)
        else:
            group.after = row.after
    if group.after.line:
        yield group


def _external_id(header: Header, row: Row) -> str:
    return row.cells[header.external_id].strip() if header.external_id < len(row.cells) else ""


def _entry(header: Header, group: _Group) -> Entry:
    if not group.count:
        return Entry(group.after.line, group.after)
    named = group.external_id if group.external_id and is_external_id(group.external_id) else None
    problems = list(group.problems)
    if not group.small:
        problems.append(LineProblem(WHOLE, f"has more than {MOST_ROWS} rows or {MOST_BYTES} bytes"))
    if problems:
        return Entry(group.line, group.after, problems=tuple(problems), external_id=named)
    payload, lines, wrong = submission_of_rows(header, group.rows)
    text = dumps(payload)
    if len(text.encode()) > LARGEST_MESSAGE:
        wrong.append(LineProblem(WHOLE, TOO_LONG))
    if wrong:
        return Entry(group.line, group.after, problems=tuple(wrong), external_id=named, rows=tuple(lines))
    return Entry(group.line, group.after, text, external_id=named, rows=tuple(lines))
