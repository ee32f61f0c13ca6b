"""Files of messages, in and out: one JSON value, an array of them, or one a line. What isn't changed keeps its bytes."""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import simplejson
from massid_local.samples.files import pretty
from massid_relay.core.jsons import JsonObject, dumps, loads

LINES_SUFFIXES = (".ndjson", ".jsonl")
_MARK = "\ufeff"
"""What some editors write before UTF-8."""
_SPACE = " \t\r\n"
_END = re.compile(r"(\r?\n[ \t]*)\}\Z")
"""The line break and the indentation of a message's last brace."""


class Unreadable(Exception):
    """The file is not one of messages. The sentence holds nothing of its content."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: where it stands, as it was written, and the JSON in it, if it is an object."""

    place: str
    text: str = field(repr=False)
    content: Any = field(repr=False)
    is_json: bool = True

    @property
    def message(self) -> JsonObject | None:
        """The message, if there is one at all."""
        return self.content if self.is_json and isinstance(self.content, dict) else None

    def holding(self, message: JsonObject) -> "Record":
        """The same place with another message. The same message keeps its text."""
        if message is self.content:
            return self
        return replace(self, content=message, text=_as_before(message, self.text))


@dataclass(frozen=True, slots=True)
class File:
    """All records of a file, and what stands before, between and behind them: one more of those than records."""

    records: Sequence[Record]
    around: Sequence[str]

    def written(self, records: Sequence[Record]) -> bytes:
        """The file with these records in place of its own."""
        parts = [self.around[0]]
        for record, behind in zip(records, self.around[1:], strict=True):
            parts += [record.text, behind]
        return "".join(parts).encode()


def read_file(path: Path) -> File:
    """Every record of the file. A line that is no JSON is a record too: it comes out as it was. Raises Unreadable."""
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        raise Unreadable("does not exist") from None
    except (OSError, UnicodeDecodeError):
        raise Unreadable("can't be read as a text file") from None
    if path.suffix in LINES_SUFFIXES:
        return _split(text, list(_lines(text)))
    try:
        value = loads(text.removeprefix(_MARK))
    except (ValueError, RecursionError):
        raise Unreadable("is not JSON; a file with one message a line ends in .ndjson or .jsonl") from None
    if not isinstance(value, list):
        begin = _after_space(text, len(_MARK) if text.startswith(_MARK) else 0)
        return _split(text, [(begin, Record("", text[begin:].rstrip(_SPACE), value))])
    places = zip(_items(text), value, strict=True)
    records = [
        (begin, Record(f"record {number}", text[begin:end], item))
        for number, ((begin, end), item) in enumerate(places, 1)
    ]
    return _split(text, records)


def write_file(path: Path, content: bytes) -> None:
    """The whole file or nothing of it: beside it first, then in its place. Raises OSError."""
    if path.exists() and not path.is_file():  # a pipe, or a terminal
        path.write_bytes(content)
        return
    path = path.resolve()
    beside = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        beside.write_bytes(content)
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _as_before(message: JsonObject, before: str) -> str:
    """On one line or on several, indented as the message was."""
    if "\n" not in before:
        return dumps(message)
    end = _END.search(before)
    return pretty(message).rstrip("\n").replace("\n", end[1] if end else "\n")


def _split(text: str, records: Sequence[tuple[int, Record]]) -> File:
    around, end = [], 0
    for begin, record in records:
        around.append(text[end:begin])
        end = begin + len(record.text)
    return File([record for _, record in records], [*around, text[end:]])


def _lines(text: str) -> Iterator[tuple[int, Record]]:
    begin = 0
    for number, line in enumerate(text.split("\n"), 1):
        content = line.removeprefix(_MARK).strip() if number == 1 else line.strip()
        if content:
            yield begin + line.index(content), _line(f"line {number}", content)
        begin += len(line) + 1


def _line(place: str, line: str) -> Record:
    try:
        return Record(place, line, loads(line))
    except (ValueError, RecursionError):
        return Record(place, line, line, is_json=False)


def _items(text: str) -> Iterator[tuple[int, int]]:
    """Where each item of the JSON array begins and ends."""
    decoder = simplejson.JSONDecoder()
    at = _after_space(text, text.index("[") + 1)
    while text[at] != "]":
        _, end = decoder.raw_decode(text, at)
        yield at, end
        at = _after_space(text, end)
        if text[at] == ",":
            at = _after_space(text, at + 1)


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at
