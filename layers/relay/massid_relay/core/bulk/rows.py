"""The rows of a CSV file, read by the standard library's reader, with the place of each in the file."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from massid_relay.core.bulk.entries import LARGEST_MESSAGE, Position
from massid_relay.core.bulk.lines import Line

LONGEST_ROW = 4 * LARGEST_MESSAGE
"""Bytes, of a row that goes over several lines."""
_NOT_CLOSED = "opens a quotation mark that is not closed as it should be; what comes after it was not read"
_TOO_LARGE = f"holds a cell of more than {csv.field_size_limit()} characters"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. With a `problem` its cells may be wrong; with `lost` nobody knows which they are."""

    line: int
    cells: tuple[str, ...]
    after: Position
    problem: str = ""
    lost: bool = False


class _Lines:
    """Feeds the reader line by line, and knows how far it has come."""

    def __init__(self, lines: Iterable[Line], start: Position) -> None:
        self._lines = iter(lines)
        self._begin = self.at = start
        self.problem = ""

    @property
    def taken(self) -> int:
        """Lines of the present row."""
        return self.at.line - self._begin.line

    def begin_row(self) -> None:
        self._begin, self.problem = self.at, ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Raises csv.Error in a row that has become too long: without an end it would fill the memory."""
        line = next(self._lines)
        self.at = line.after
        if self.taken > 1 and self.at.offset - self._begin.offset > LONGEST_ROW:
            raise csv.Error
        if line.content is None:
            self.problem = f"is longer than {LARGEST_MESSAGE} bytes"
            return "\n"
        try:
            return line.content.decode()
        except UnicodeDecodeError:
            self.problem = "is not UTF-8 text: save the file as CSV UTF-8"
            return line.content.decode(errors="replace")


def rows_of(lines: Iterable[Line], start: Position, separator: str) -> Iterator[Row]:
    """The rows. A quotation mark that isn't closed ends the file: where the next row begins, nobody can tell."""
    source = _Lines(lines, start)
    reader = csv.reader(source, delimiter=separator, strict=True)
    while True:
        source.begin_row()
        first = source.at.line + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if source.taken > 1:
                yield Row(first, (), Position.end(source.at.line), _NOT_CLOSED, lost=True)
                return
            problem = _TOO_LARGE if "field limit" in str(error) else "is no well-formed CSV"
            yield Row(first, (), source.at, problem, lost=True)
            continue
        yield Row(first, tuple(cells), source.at, source.problem, lost=bool(source.problem and not cells))
