"""Files of messages, in and out, in the same form: one JSON value, an array of them, or one a line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
from typing import Any

from massid_local.samples.files import pretty
from massid_relay.core.jsons import JsonObject, dumps, loads

LINES_SUFFIXES = (".ndjson", ".jsonl")


class Unreadable(Exception):
    """The file is not one of messages. The sentence holds nothing of its content."""


class Form(Enum):
    """How a file holds its messages."""

    ONE = auto()
    ARRAY = auto()
    LINES = auto()


@dataclass(frozen=True, slots=True)
class Record:
    """One record: where it stands, as it was written, and the JSON in it, if it is an object."""

    place: str
    content: Any
    is_json: bool = True

    @property
    def message(self) -> JsonObject | None:
        """The message, if there is one at all."""
        return self.content if self.is_json and isinstance(self.content, dict) else None

    def holding(self, message: JsonObject) -> "Record":
        """The same place with another message."""
        return replace(self, content=message)


def read_records(path: Path) -> tuple[list[Record], Form]:
    """Every record of the file. A line that is no JSON is a record too: it comes out as it was. Raises Unreadable."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Unreadable("can't be read as a text file") from None
    if path.suffix in LINES_SUFFIXES:
        return list(_lines(text)), Form.LINES
    try:
        value = loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("is not JSON; a file with one message a line ends in .ndjson or .jsonl") from None
    if isinstance(value, list):
        return [Record(f"record {number}", item) for number, item in enumerate(value, 1)], Form.ARRAY
    return [Record("", value)], Form.ONE


def written(records: Sequence[Record], form: Form) -> str:
    """The records as a file of that form."""
    if form is Form.LINES:
        return "".join(f"{dumps(one.content) if one.is_json else one.content}\n" for one in records)
    contents = [one.content for one in records]
    return pretty(contents if form is Form.ARRAY else contents[0])


def _lines(text: str) -> Iterator[Record]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _line(f"line {number}", line)


def _line(place: str, line: str) -> Record:
    try:
        return Record(place, loads(line))
    except (ValueError, RecursionError):
        return Record(place, line, is_json=False)
