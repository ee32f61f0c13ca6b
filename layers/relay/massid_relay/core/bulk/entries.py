"""What reading a bulk file gives, one submission after another, and where to go on after each."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from massid_relay.core.errors import FieldProblem, PermanentFailure
from massid_relay.core.jsons import JsonObject

LARGEST_MESSAGE = 262_144
"""Bytes of one submission: what every SQS queue takes (docs.aws.amazon.com, AWSSimpleQueueService, "message quotas": older
queues take no more)."""

MOST_PROBLEMS = 50
"""Told of one submission. What is beyond is counted, not kept."""

WHOLE = "message"
"""The path of a problem with the submission as a whole."""

NO_CHARACTER = "holds a character that no message may hold, e.g. U+FFFF"
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""SQS takes no message with one of these (docs.aws.amazon.com, AWSSimpleQueueService, API_SendMessage)."""

OpenAt = Callable[[int], Iterator[bytes]]
"""The file's bytes from that offset on, in pieces; nothing beyond its end."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a file was read: the offset in bytes, and the number of lines before it."""

    offset: int = 0
    line: int = 0

    @classmethod
    def end(cls, line: int) -> Self:
        """Beyond the end of any file."""
        return cls(1 << 60, line)


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong with one field, and in which line of a CSV file."""

    path: str
    problem: str
    line: int | None = None

    def to_json(self) -> JsonObject:
        """As the report shows it."""
        return {"path": self.path, "problem": self.problem} | ({} if self.line is None else {"line": self.line})


class Problems:
    """What is wrong with one submission: the first fifty, and how many more there are."""

    def __init__(self, problems: Iterable[LineProblem] = ()) -> None:
        self._kept: list[LineProblem] = []
        self._more = 0
        for problem in problems:
            self._keep(problem)

    def __bool__(self) -> bool:
        return bool(self._kept)

    def add(self, path: str, problem: str, line: int | None = None) -> None:
        """One more."""
        self._keep(LineProblem(path, problem, line))

    def told(self) -> tuple[LineProblem, ...]:
        """As a refused line tells them."""
        more = [LineProblem(WHOLE, f"and {self._more} problems more")] if self._more else []
        return (*self._kept, *more)

    def _keep(self, problem: LineProblem) -> None:
        if len(self._kept) < MOST_PROBLEMS:
            self._kept.append(problem)
        else:
            self._more += 1


def unsendable(text: str) -> bool:
    """Whether no queue takes it."""
    return _NO_CHARACTER.search(text) is not None


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission: the message's text, or what is wrong with it. Neither: blank lines. `after`: where the next one begins.

    `rows`: for CSV the line of each event, so that a problem with `events.3` is found in its row.
    """

    line: int
    after: Position
    text: str | None = None
    problems: tuple[LineProblem, ...] = ()
    external_id: str | None = None
    rows: tuple[int, ...] = ()

    def placed(self, problem: FieldProblem) -> LineProblem:
        """The problem with its line, where that is another than the submission's first."""
        first, _, rest = problem.path.partition(".")
        number = rest.partition(".")[0]
        if first == "events" and number.isdecimal() and int(number) < len(self.rows):
            return LineProblem(problem.path, problem.problem, self.rows[int(number)])
        return LineProblem(problem.path, problem.problem)


@dataclass(frozen=True, slots=True)
class Refused:
    """One submission that was not fed, for the report. It quotes no value but the external id (invariant 7)."""

    line: int
    problems: tuple[LineProblem, ...]
    external_id: str | None = None

    @classmethod
    def because(cls, entry: Entry, error: PermanentFailure, external_id: str | None) -> Self:
        """The message was refused as a whole or by its fields."""
        problems = Problems(map(entry.placed, error.fields)) or Problems([LineProblem(WHOLE, error.reason)])
        return cls(entry.line, problems.told(), external_id)

    @classmethod
    def repeated(cls, entry: Entry, external_id: str, first: int) -> Self:
        """An earlier line has brought that id."""
        return cls(entry.line, (LineProblem("externalId", f"has come before, in line {first}"),), external_id)

    def to_json(self) -> JsonObject:
        """As the report shows it."""
        named = {} if self.external_id is None else {"externalId": self.external_id}
        return {"line": self.line} | named | {"fields": [problem.to_json() for problem in self.problems]}
