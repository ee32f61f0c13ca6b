"""Fields that a message holds twice. JSON allows it, and a reader keeps one of the two without a word."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import simplejson

from massid_relay.core.errors import FieldProblem
from massid_relay.core.messages.base import UNNAMED, WHOLE, Message

_TWICE = "is there twice, and nothing says which one counts"
_TOO_DEEP = FieldProblem(WHOLE, "is nested too deeply")
_OTHER_SPELLINGS = ("sensible", "measureUnit")


class _Object(list[tuple[str, Any]]):
    """An object's fields as they are written."""


def doubled(text: str | bytes) -> list[FieldProblem]:
    """Every field that is there twice, by its path. Names that no message has are not quoted (invariant 7)."""
    try:
        content = simplejson.loads(text, object_pairs_hook=_Object)
        return [FieldProblem(path, _TWICE) for path in dict.fromkeys(_paths(content, "", _known_names()))]
    except RecursionError:
        return [_TOO_DEEP]


def _paths(value: Any, path: str, known: frozenset[str]) -> Iterator[str]:
    if isinstance(value, _Object):
        times = Counter(name for name, _ in value)
        yield from (f"{path}{_told(name, known)}" for name, count in times.items() if count > 1)
        for name, item in value:
            yield from _paths(item, f"{path}{_told(name, known)}.", known)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _paths(item, f"{path}{number}.", known)


def _told(name: str, known: frozenset[str]) -> str:
    return name if name in known else UNNAMED


@cache
def _known_names() -> frozenset[str]:
    fields = (field for model in _models(Message) for field in model.model_fields.values())
    return frozenset([*(field.alias for field in fields if field.alias), *_OTHER_SPELLINGS])


def _models(base: type[Message]) -> Iterator[type[Message]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)
