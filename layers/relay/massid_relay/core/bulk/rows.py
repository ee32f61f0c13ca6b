"""The rows of a CSV file, read by the standard library's reader, with the place of each in the file."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from massid_relay.core.bulk.entries import LARGEST_MESSAGE, Position
from massid_relay.core.bulk.lines import Line

_NEVER_CLOSED = "opens a quotation mark that is never closed; what comes after it was not read"


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
        self.at = start
        self.taken = 0
        """Lines of the present row."""
        self.problem = ""

    def begin_row(self) -> None:
        self.taken, self.problem = 0, ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.at = line.after
        self.taken += 1
        if line.content is None:
            self.problem = f"is longer than {LARGEST_MESSAGE} bytes"
            return "\n"
        try:
            return line.content.decode()
        except UnicodeDecodeError:
            self.problem = "is not UTF-8 text: save the file as CSV UTF-8"
            return line.content.decode(errors="replace")


def rows_of(lines: Iterable[Line], start: Position, separator: str) -> Iterator[Row]:
    """The rows. A quotation mark that is never closed ends the file: where the next row begins, nobody can tell."""
    source = _Lines(lines, start)
    reader = csv.reader(source, delimiter=separator, strict=True)
    while True:
        source.begin_row()
        first = source.at.line + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            open_quote = source.taken > 1
            after = Position.end(source.at.line) if open_quote else source.at
            yield Row(first, (), after, _NEVER_CLOSED if open_quote else "is no well-formed CSV", lost=True)
            if open_quote:
                return
            continue
        yield Row(first, tuple(cells), source.at, source.problem, lost=bool(source.problem and not cells))
