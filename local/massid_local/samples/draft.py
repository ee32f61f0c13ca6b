"""A copy of a submission that may be edited: how breakages reach an event or an attribute by name."""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from random import Random
from typing import Any

from massid_relay.core.jsons import JsonObject

from massid_local.samples.submission import evidence_of


class Draft:
    """Events are found by name and label; of several the first is meant, of Drop-offs the last, as the auditor reads them."""

    def __init__(self, submission: JsonObject) -> None:
        self._message: JsonObject = deepcopy(submission)

    @property
    def document(self) -> JsonObject:
        fields: JsonObject = self._message["document"]
        return fields

    @property
    def events(self) -> list[JsonObject]:
        events: list[JsonObject] = self._message["events"]
        return events

    def event(self, name: str, label: str | None = None) -> JsonObject:
        """Raises LookupError if there is none."""
        found = [event for event in self.events if event["name"] == name and event.get("label") == label]
        if not found:
            raise LookupError(f"no {name} event")
        return found[-1 if name == "Drop-off" else 0]

    def attributes(self, name: str) -> list[JsonObject]:
        """The attributes of an event; an event without any gets an empty list."""
        attributes: list[JsonObject] = self.event(name).setdefault("metadata", {}).setdefault("attributes", [])
        return attributes

    def attribute(self, event: str, name: str) -> JsonObject:
        """Raises LookupError if the event lacks it."""
        for entry in self.attributes(event):
            if entry["name"] == name:
                return entry
        raise LookupError(f"no attribute {name}")

    def finish(self) -> JsonObject:
        """The message, its list of evidence brought up to date."""
        self._message["evidence"] = evidence_of(self.events)
        return self._message


Edit = Callable[[Draft, Random], None]


def set_value(event: str, attribute: str, value: Any) -> Edit:
    """Give an attribute another value."""

    def edit(draft: Draft, _: Random) -> None:
        draft.attribute(event, attribute)["value"] = value

    return edit


def shift_value(event: str, attribute: str) -> Edit:
    """Put a weight out by 1 to 25 kg: more than every tolerance."""

    def edit(draft: Draft, rng: Random) -> None:
        draft.attribute(event, attribute)["value"] += Decimal(rng.randint(10, 250)) / 10

    return edit


def add_value(event: str, attribute: str, value: Any) -> Edit:
    """Add an attribute."""

    def edit(draft: Draft, _: Random) -> None:
        draft.attributes(event).append({"name": attribute, "value": value, "isPublic": True})

    return edit


def drop_value(event: str, attribute: str) -> Edit:
    """Leave an attribute out."""

    def edit(draft: Draft, _: Random) -> None:
        draft.attributes(event).remove(draft.attribute(event, attribute))

    return edit


def drop_event(name: str, label: str | None = None) -> Edit:
    """Leave an event out."""

    def edit(draft: Draft, _: Random) -> None:
        draft.events.remove(draft.event(name, label))

    return edit


def repeat_event(name: str, label: str | None = None, *, times: int = 1) -> Edit:
    """Send an event again under other external ids, right after itself."""

    def edit(draft: Draft, _: Random) -> None:
        event = draft.event(name, label)
        place = draft.events.index(event) + 1
        for number in range(times, 0, -1):
            draft.events.insert(place, {**deepcopy(event), "externalId": f"{event['externalId']}-{number}"})

    return edit


def rename_event(name: str, other: str) -> Edit:
    """Spell an event's name in another way."""

    def edit(draft: Draft, _: Random) -> None:
        draft.event(name)["name"] = other

    return edit


def set_field(*path: str, value: Any) -> Edit:
    """Set a field of the document."""

    def edit(draft: Draft, _: Random) -> None:
        target = draft.document
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value

    return edit


def set_in_event(name: str, *path: str, value: Any, label: str | None = None) -> Edit:
    """Set a field of an event, at any depth."""

    def edit(draft: Draft, _: Random) -> None:
        target = draft.event(name, label)
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value

    return edit
