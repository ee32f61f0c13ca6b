"""An event's attributes: where an older form kept what is a field today, and their names."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from massid_relay.core.jsons import JsonObject
from massid_relay.core.migration.fields import renamed_field
from massid_relay.core.migration.findings import Change, Left, Notes
from massid_relay.core.migration.vocabulary import KEBAB_ATTRIBUTES


@dataclass(frozen=True, slots=True)
class Mark:
    """An `actor-type` or a `move-type`: a field of the event, or the attribute of that number. `meant`: what it says in today's
    words, if it says any of them."""

    key: str
    path: str
    meant: str | None
    number: int | None


def attributes_of(event: JsonObject) -> list[Any]:
    """The event's attributes; none where there is nothing that can be read as such."""
    metadata = event.get("metadata")
    attributes = metadata.get("attributes") if isinstance(metadata, dict) else None
    return attributes if isinstance(attributes, list) else []


def name_of(attribute: Any) -> str | None:
    """An attribute's name, if it has one."""
    name = attribute.get("name") if isinstance(attribute, dict) else None
    return name if isinstance(name, str) else None


def marks(event: JsonObject, key: str, path: str, read: Callable[[Any], str | None]) -> list[Mark]:
    """Every place in which the event says `key`."""
    found = [Mark(key, f"{path}.{key}", read(event[key]), None)] if key in event else []
    for number, attribute in enumerate(attributes_of(event)):
        if name_of(attribute) == key:
            place = f"{path}.metadata.attributes.{number}"
            found.append(Mark(key, f"{place}.name", read(attribute.get("value")), number))
    return found


def agreed(found: Sequence[Mark]) -> str | None:
    """What they all mean; None if they contradict each other or one can't be read."""
    meanings = {mark.meant for mark in found}
    return meanings.pop() if len(meanings) == 1 else None


def without(event: JsonObject, gone: Sequence[Mark], path: str, notes: Notes) -> JsonObject:
    """The event without these marks. A list and an object that they leave empty go too: today's form never had them."""
    fields = {mark.key for mark in gone if mark.number is None}
    numbers = {mark.number for mark in gone if mark.number is not None}
    event = {name: value for name, value in event.items() if name not in fields} if fields else event
    if not numbers:
        return event
    notes.removed += [f"{path}.metadata.attributes.{number}" for number in sorted(numbers)]
    kept = [attribute for number, attribute in enumerate(attributes_of(event)) if number not in numbers]
    metadata = event["metadata"] | {"attributes": kept}
    if not kept:
        del metadata["attributes"]
    event = event | {"metadata": metadata}
    if not metadata:
        del event["metadata"]
    return event


def spelt_attributes(event: JsonObject, path: str, notes: Notes) -> JsonObject:
    """The event with its attributes' flag under its one name."""

    def spelt(attribute: JsonObject, place: str) -> JsonObject:
        return renamed_field(attribute, "sensible", "sensitive", place, notes)

    return _each(event, path, spelt)


def upgraded_attributes(event: JsonObject, path: str, notes: Notes) -> JsonObject:
    """The event with its attributes under their names of today."""
    names = [name for attribute in attributes_of(event) if (name := name_of(attribute)) is not None]
    taken = Counter(KEBAB_ATTRIBUTES.get(name, name) for name in names)
    return _each(event, path, lambda attribute, place: _renamed(attribute, f"{place}.name", taken, notes))


def _each(event: JsonObject, path: str, change: Callable[[JsonObject, str], JsonObject]) -> JsonObject:
    attributes = attributes_of(event)
    if not attributes:
        return event
    changed = [
        change(attribute, f"{path}.metadata.attributes.{number}") if isinstance(attribute, dict) else attribute
        for number, attribute in enumerate(attributes)
    ]
    return event | {"metadata": event["metadata"] | {"attributes": changed}}


def _renamed(attribute: JsonObject, path: str, taken: Counter[str], notes: Notes) -> JsonObject:
    name = name_of(attribute) or ""
    today = KEBAB_ATTRIBUTES.get(name)
    if today is None:
        return attribute
    if taken[today] > 1:
        notes.left.append(
            Left(path, name, f"is the old form: {name} is now {today}, and another attribute is that too")
        )
        return attribute
    notes.changes.append(Change(path, name, today))
    return attribute | {"name": today}
