"""Submissions as a bulk CSV file (docs/bulk.md): a row an event, the columns that they need and no others."""

import csv
import io
from collections.abc import Iterator, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter

from massid_relay.core.bulk.columns import EVENT, Kind, fields
from massid_relay.core.jsons import JsonObject, dumps

_ATTRIBUTE = f"{EVENT}.metadata.attributes[]"
Cells = dict[tuple[str, str], str]
"""Text by path (as `fields()` has it, and the kind where it is said) and key."""


def table_of(submissions: Sequence[JsonObject], separator: str = ",") -> str:
    """The file's text. Reading it gives the same submissions again. ValueError for what no cell can hold: blank texts."""
    names = _attribute_names(submissions)
    rows = [row for one in submissions for row in _rows(one, names)]
    columns = sorted({column for row in rows for column in row}, key=lambda column: _place(column, names))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(_heading(*column) for column in columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue()


def _attribute_names(submissions: Sequence[JsonObject]) -> list[str] | None:
    """Attribute names in an order that suits every event; None if there is none. Then attributes go by number."""
    order: TopologicalSorter[str] = TopologicalSorter()
    for one in submissions:
        for event in one.get("events", []):
            names = [attribute["name"] for attribute in event.get("metadata", {}).get("attributes", [])]
            if len(names) != len(set(names)) or any("]" in name or name.isdecimal() for name in names):
                return None
            for place, name in enumerate(names):
                order.add(name, *names[max(place - 1, 0) : place])
    try:
        return list(order.static_order())
    except CycleError:
        return None


def _rows(submission: JsonObject, names: list[str] | None) -> Iterator[Cells]:
    """The submission's own cells stand in its first row."""
    first = _cells({key: value for key, value in submission.items() if key not in {"version", "events"}}, "", names)
    for event in submission.get("events", []) or [{}]:
        row = first | _cells(event, f"{EVENT}.", names)
        yield row
        first = {("externalId", ""): submission["externalId"]}


def _cells(value: JsonObject, prefix: str, names: list[str] | None) -> Cells:
    cells: Cells = {}
    for name, item in value.items():
        path = f"{prefix}{name}"
        if path in fields():
            cells |= _cell(path, "", item)
        elif isinstance(item, dict) and f"{path}[]" in fields():
            for key, text in item.items():
                cells |= _cell(f"{path}[]", key, text)
        elif isinstance(item, dict):
            cells |= _cells(item, f"{path}.", names)
        else:
            for place, entry in enumerate(item, 1):
                cells |= _item(f"{path}[]", str(place), entry, names)
    return cells


def _item(path: str, place: str, entry: object, names: list[str] | None) -> Cells:
    if not isinstance(entry, dict):
        return _cell(path, place, entry)
    named = path == _ATTRIBUTE and names is not None
    key = entry["name"] if named else place
    cells: Cells = {}
    for name, value in entry.items():
        if not (named and name == "name"):
            cells |= _cell(f"{path}.{name}", key, value)
    return cells


def _cell(path: str, key: str, value: object) -> Cells:
    field = fields()[path]
    kind = _kind_of(value) if field.free else field.kind
    text = value if kind is Kind.TEXT else dumps(value)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{path} is blank")
    return {(path if kind is field.kind else f"{path}:{kind}", key): text}


def _kind_of(value: object) -> Kind:
    if isinstance(value, str) and value.strip():
        return Kind.TEXT
    return Kind.JSON if isinstance(value, bool | str | list | dict) or value is None else Kind.NUMBER


def _place(column: tuple[str, str], names: list[str] | None) -> tuple[int, int, int]:
    """As the models have their fields; the columns of one item beside each other."""
    path, key = column
    plain = path.partition(":")[0]
    if not key:
        return _places()[plain], 0, 0
    item = plain[: plain.index("[]") + 2]
    within = names.index(key) if item == _ATTRIBUTE and names is not None else int(key) if key.isdecimal() else 0
    return _places()[item], within, _places()[plain]


@cache
def _places() -> dict[str, int]:
    """The place of each field, and of the first field of each item."""
    places: dict[str, int] = {}
    for number, path in enumerate(fields()):
        places[path] = number
        places.setdefault(path.partition("[]")[0] + "[]", number)
    return places


def _heading(path: str, key: str) -> str:
    plain, colon, kind = path.partition(":")
    heading = plain.replace("[]", f"[{key}]") if key else plain
    short = heading.removesuffix(".value") if plain == f"{_ATTRIBUTE}.value" else heading
    return f"{short}{colon}{kind}"
