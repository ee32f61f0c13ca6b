"""Either-or rules for the JSON Schemas. The models check the same rules themselves, with words of their own."""

from collections.abc import Callable, Iterable
from typing import Any

JsonSchema = dict[str, Any]
Addition = Callable[[JsonSchema], None]


def both(*additions: Addition) -> Addition:
    """One addition after the other."""

    def add(schema: JsonSchema) -> None:
        for addition in additions:
            addition(schema)

    return add


def not_together(*names: str) -> Addition:
    """These fields exclude each other."""
    return lambda schema: schema.setdefault("allOf", []).append({"not": {"required": list(names)}})


def one_of(*names: str) -> Addition:
    """Exactly one of these fields must be there."""
    return lambda schema: schema.setdefault("allOf", []).append({"oneOf": [{"required": [name]} for name in names]})


def some_unless(name: str, other: str) -> Addition:
    """The list `name` may be empty only where `other` is there."""

    def add(schema: JsonSchema) -> None:
        rule = {"anyOf": [{"required": [other]}, {"properties": {name: {"minItems": 1}}}]}
        schema.setdefault("allOf", []).append(rule)

    return add


def without_default(schema: JsonSchema) -> None:
    """The default depends on other fields."""
    schema.pop("default", None)


def also_spelt(other: str, name: str) -> Addition:
    """The field `name` may come under another spelling, but not under both."""

    def add(schema: JsonSchema) -> None:
        schema["properties"][other] = {**schema["properties"][name], "description": f"other spelling of {name}"}
        not_together(name, other)(schema)

    return add


def only_in_capitals(words: Iterable[str]) -> Addition:
    """A text that is one of these words in another case, or with spaces around it, is refused. Look-alikes of other alphabets
    are not in the schema."""
    listed = sorted(words)
    likeness = "|".join("".join(f"[{letter}{letter.lower()}]" for letter in word) for word in listed)

    def add(schema: JsonSchema) -> None:
        schema["anyOf"] = [{"enum": listed}, {"not": {"pattern": rf"^\s*({likeness})\s*$"}}]

    return add
