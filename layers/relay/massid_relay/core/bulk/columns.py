"""The columns of a bulk CSV file: dotted paths into a submission, as its own models have them.

| column | example |
| --- | --- |
| a field | `document.participant.taxId`, `event.externalCreatedAt` |
| an item of a list, by number | `event.attachments[1].fileName` |
| an attribute or tag, by its name | `event.metadata.attributes[Gross Weight]`, `document.tags[region]` |
| a value that is no text | `event.metadata.attributes[Gross Weight]:number` |

So a field that the models gain is a column at once. Which fields there are is read from the models' annotations.
"""

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from string import ascii_uppercase
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.alias_generators import to_camel

from massid_relay.core.messages.base import Message
from massid_relay.core.messages.envelopes import Submission

EVENT = "event"
EXTERNAL_ID = "externalId"
_ATTRIBUTES = "attributes"
_COLUMN = re.compile(r"(?P<path>[^:\[]+(?:\[(?P<key>[^\]]+)\])?(?P<rest>(?:\.[^:\[\]]+)?))(?::(?P<kind>[a-z]+))?")


class Kind(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Field:
    """A path that columns may have, with `[]` where an item's key stands. `free`: a column may say another kind."""

    path: str
    kind: Kind
    free: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `key` is what stands in brackets; `steps` leads to the value, `""` standing for the item of that key.

    `shown` names the column in problems: by its path, and where that has brackets by its place too. What stands in brackets is
    the sender's own text and is left out (invariant 7).
    """

    place: int
    of_event: bool
    steps: tuple[str, ...]
    kind: Kind
    key: str | None
    shown: str


@cache
def fields() -> Mapping[str, Field]:
    """Every path that a column may have."""
    found = {field.path: field for field in _fields_of(Submission, "")}
    return {path: field for path, field in found.items() if path not in {"version", EVENT}}


def column_of(place: int, heading: str) -> Column | None:
    """What a heading says; None if it is no column of ours. `place` counts from 1."""
    found = _COLUMN.fullmatch(heading.strip())
    if found is None:
        return None
    key = found["key"]
    path = found["path"] if key is None else found["path"].replace(f"[{key}]", "[]", 1)
    if path.endswith(f"{_ATTRIBUTES}[]"):
        path += ".value"
    field = fields().get(path)
    kind = _kind(field, found["kind"])
    if field is None or kind is None:
        return None
    of_event = path.startswith(f"{EVENT}.")
    steps = path.removeprefix(f"{EVENT}.") if of_event else path
    shown = path if key is None else f"{path} in {named(place)}"
    return Column(place, of_event, tuple(steps.replace("[]", ".").split(".")), kind, key, shown)


def named(place: int) -> str:
    """A column by its letters, as a spreadsheet shows it, and its number; `place` counts from 1."""
    letters, rest = "", place
    while rest:
        rest, letter = divmod(rest - 1, len(ascii_uppercase))
        letters = ascii_uppercase[letter] + letters
    return f"column {letters} ({place})"


def _kind(field: Field | None, said: str | None) -> Kind | None:
    if field is None or (said is not None and said not in set(Kind)):
        return None
    if said is None or said == field.kind:
        return field.kind
    return Kind(said) if field.free else None


def _fields_of(model: type[Message], prefix: str) -> Iterator[Field]:
    for name, info in model.model_fields.items():
        alias = info.alias or to_camel(name)
        path = f"{prefix}{EVENT if not prefix and alias == 'events' else alias}"
        yield from _fields_at(info.annotation, path)


def _fields_at(annotation: Any, path: str) -> Iterator[Field]:
    plain = _plain(annotation)
    origin, arguments = get_origin(plain), get_args(plain)
    if isinstance(plain, type) and issubclass(plain, Message):
        yield from _fields_of(plain, f"{path}.")
    elif origin is list:
        item = _plain(arguments[0])
        nested = isinstance(item, type) and issubclass(item, Message)
        keyed = path if path == EVENT else f"{path}[]"
        yield from _fields_of(item, f"{keyed}.") if nested else [Field(keyed, Kind.TEXT)]
    elif origin is dict:
        yield Field(f"{path}[]", Kind.TEXT)
    else:
        yield Field(path, *_scalar(plain, path))


def _scalar(plain: Any, path: str) -> tuple[Kind, bool]:
    if plain is Any:
        return (Kind.TEXT if f"{_ATTRIBUTES}[]." in path else Kind.JSON), True
    if plain is bool:
        return Kind.BOOLEAN, False
    if plain in {Decimal, int}:
        return Kind.NUMBER, False
    known = plain in {str, datetime} or get_origin(plain) is Literal
    return (Kind.TEXT if known else Kind.JSON), not known


def _plain(annotation: Any) -> Any:
    """Without `| None` and without annotations."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _plain(arguments[0])
    if origin in {Union, types.UnionType}:
        return _plain(next(argument for argument in arguments if argument is not type(None)))
    return annotation
