"""What reading a bulk file gives, one submission after another, and where to go on after each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

from massid_relay.core.errors import FieldProblem
from massid_relay.core.jsons import JsonObject

LARGEST_MESSAGE = 262_144
"""Bytes of one submission: what every SQS queue takes (docs.aws.amazon.com, AWSSimpleQueueService, "message quotas": older
queues take no more)."""

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

    def to_json(self) -> JsonObject:
        """As the report shows it."""
        named = {} if self.external_id is None else {"externalId": self.external_id}
        return {"line": self.line} | named | {"fields": [problem.to_json() for problem in self.problems]}
