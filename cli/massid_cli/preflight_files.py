"""The MassIDs in the files and folders that `massid preflight` is given."""

from collections.abc import Iterator
from pathlib import Path

from massid_relay.core.errors import InvalidMessage
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages.parsing import read_object

_BULK_SUFFIXES = (".ndjson", ".jsonl")


def sources(paths: list[Path]) -> Iterator[tuple[str, JsonObject | str]]:
    """Each MassID with the place it was found at; a sentence instead of it where it can't be read."""
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.suffix in (".json", *_BULK_SUFFIXES))
            if not inside:
                yield str(path), "the folder holds no .json, .ndjson or .jsonl file"
            for file in inside:
                yield from _file(file)
        else:
            yield from _file(path)


def _file(path: Path) -> Iterator[tuple[str, JsonObject | str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        yield str(path), "does not exist"
        return
    except (OSError, UnicodeDecodeError):
        yield str(path), "can't be read as a text file"
        return
    if path.suffix in _BULK_SUFFIXES:
        for number, line in enumerate(text.split("\n"), 1):  # a text of JSON may hold other line separators
            if line.strip():
                yield f"{path}:{number}", _massid(line)
    else:
        yield str(path), _massid(text)


def _massid(text: str) -> JsonObject | str:
    try:
        return read_object(text)
    except InvalidMessage as error:
        return error.reason.removeprefix("message ")
