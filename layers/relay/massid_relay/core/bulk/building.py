"""From the rows of one submission to the message that it is."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from massid_relay.core.bulk.columns import Column, Kind, named
from massid_relay.core.bulk.entries import Problems
from massid_relay.core.bulk.header import Header
from massid_relay.core.bulk.rows import Row
from massid_relay.core.jsons import JsonObject, loads

VERSION = 1
_TRUE = frozenset({"true", "verdadeiro"})
_FALSE = frozenset({"false", "falso"})
"""Excel writes them in the language that it speaks."""
_ITEM = ""

Cell = tuple[Column, str]


def submission_of_rows(header: Header, rows: Sequence[Row]) -> tuple[JsonObject, list[int], Problems]:
    """The message, the line of each of its events, and what is wrong with cells.

    A row with an event adds one. What is said of the submission may be repeated in its rows, but not contradicted.
    """
    message = _Tree({"version": VERSION})
    said: dict[int, tuple[str, int]] = {}
    events: list[JsonObject] = []
    lines: list[int] = []
    problems = Problems()
    for row in rows:
        event = _Tree({})
        for column, cell in _filled(header, row, problems):
            first = None if column.of_event else said.setdefault(column.place, (cell, row.line))
            if first is None or first == (cell, row.line):
                _put(event if column.of_event else message, column, cell, row, problems)
            elif first[0] != cell:
                problems.add(column.shown, f"is not what line {first[1]} says", row.line)
        if event.filled:
            events.append(event.to_json())
            lines.append(row.line)
    payload = message.to_json()
    if events:
        payload["events"] = events
    _list_files(payload, events)
    return payload, lines, problems


def _filled(header: Header, row: Row, problems: Problems) -> Iterator[Cell]:
    """The cells that hold something."""
    for place, cell in enumerate(row.cells):
        if not cell.strip():
            continue
        column = header.columns[place] if place < len(header.columns) else None
        if column is None:
            problems.add(named(place + 1), "holds something but has no heading", row.line)
        else:
            yield column, cell


def _put(tree: "_Tree", column: Column, cell: str, row: Row, problems: Problems) -> None:
    try:
        tree.put(column, _READERS[column.kind](cell))
    except ValueError as error:
        problems.add(column.shown, str(error), row.line)


class _Tree:
    """A JSON object in the making. Items of lists have keys until the end, and stand in the order of their columns."""

    def __init__(self, start: JsonObject) -> None:
        self._root = _Node(start)
        self.filled = False

    def put(self, column: Column, value: Any) -> None:
        """Set one value. Raises ValueError if the row has set it in another column, of another kind."""
        self.filled = True
        node: Any = self._root
        for step in column.steps[:-1]:
            node = node.setdefault(*self._inner(step, column))
        last = _Key(column.key) if column.steps[-1] == _ITEM else column.steps[-1]
        if last in node and last != "name":
            raise ValueError("is said twice in this row")
        node[last] = value

    @staticmethod
    def _inner(step: str, column: Column) -> tuple[str, JsonObject]:
        if step != _ITEM:
            return step, _Node()
        named = "attributes" in column.steps and not (column.key or "").isdecimal()
        return _Key(column.key), _Node({"name": column.key} if named else {})

    def to_json(self) -> JsonObject:
        """The object, its keyed items as lists."""
        made: JsonObject = _listed(self._root, "")
        return made


class _Key(str):
    """An item's key, which is no field's name."""

    __slots__ = ()


class _Node(dict[str, Any]):
    """An object that columns fill, not one that stands in a cell."""


def _listed(value: Any, name: str) -> Any:
    if not isinstance(value, _Node):
        return value
    items = {key: _listed(item, key) for key, item in value.items()}
    if items and all(isinstance(key, _Key) for key in items) and name != "tags":
        return list(items.values())
    return {str(key): item for key, item in items.items()}


def _list_files(payload: JsonObject, events: Sequence[JsonObject]) -> None:
    """Files of events need not be listed once more."""
    listed = payload.get("evidence", [])
    named = [item["fileName"] for event in events for item in event.get("attachments", []) if "fileName" in item]
    files = list(dict.fromkeys([*listed, *named]))
    if files:
        payload["evidence"] = files


def _number(cell: str) -> Any:
    try:
        value = loads(cell.strip())
    except ValueError:
        value = None
    if value is None or isinstance(value, bool | str | list | dict):
        raise ValueError("must be a plain number with a decimal point, e.g. 1150.5")
    return value


def _boolean(cell: str) -> bool:
    word = cell.strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("must be true or false")
    return word in _TRUE


def _json(cell: str) -> Any:
    try:
        return loads(cell)
    except (ValueError, RecursionError):
        raise ValueError("must be JSON") from None


_READERS: dict[Kind, Callable[[str], Any]] = {
    Kind.TEXT: str,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.JSON: _json,
}
