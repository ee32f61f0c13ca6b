"""One MassID of a scenario: the messages that tell of it, whole or in part."""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from massid_relay.core.clock import iso
from massid_relay.core.jsons import JsonObject

from massid_local.samples import generate
from massid_local.samples.generator import write_sample
from massid_local.samples.older import aged
from massid_local.samples.submission import evidence_of
from massid_local.scenarios import files
from massid_local.scenarios.cast import party
from massid_local.scenarios.told import EventData, FileData, MassidData
from massid_local.scenarios.words import filled_in

SEED = 6
MINUTES = 10
"""Between two events, where nothing else is said."""
LABELS = {"Weighing": "Weighing Ticket"}
"""Of a file, where it isn't the event's name."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a MassID a message tells of: all, what comes up to an event, or some events; and what it changes."""

    until: str | None = None
    only: tuple[str, ...] | None = None
    change: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    older: bool = False


@dataclass(frozen=True, slots=True)
class Massid:
    """What is known of it in the end. `files` gives the bytes of a file by its version."""

    external_id: str
    document: JsonObject
    events: tuple[JsonObject, ...]
    more: JsonObject
    is_sample: bool
    files: Mapping[str, Callable[[int], bytes]]

    def __str__(self) -> str:
        return self.external_id

    def submission(self, part: Part) -> JsonObject:
        """The message of the submissions queue."""
        document, events = self._told(part)
        whole = {"version": 1, "externalId": self.external_id, "document": document, "events": events}
        return _written({**whole, "evidence": evidence_of(events), **self.more, **part.more}, part)

    def document_message(self, part: Part) -> JsonObject:
        """The message of the documents queue."""
        whole = {"version": 1, "externalId": self.external_id, "document": self._told(part)[0], **part.more}
        return _written(whole, part)

    def events_message(self, part: Part) -> JsonObject:
        """The message of the events queue."""
        whole = {"version": 1, "documentExternalId": self.external_id, "events": self._told(part)[1], **part.more}
        return _written(whole, part)

    def suffix(self, external_id: str | None) -> str | None:
        """An event's id without the MassID's; what is no event's (a file's name) as it is."""
        return external_id.removeprefix(f"{self.external_id}.") if external_id else external_id

    def _told(self, part: Part) -> tuple[JsonObject, list[JsonObject]]:
        told: JsonObject = deepcopy({"document": self.document})
        events = {str(self.suffix(event["externalId"])): deepcopy(event) for event in self.events}
        for path, value in part.change.items():
            _change(told | events, path.split("."), value)
        return told["document"], [events[name] for name in self._chosen(list(events), part)]

    def _chosen(self, names: list[str], part: Part) -> list[str]:
        if unknown := {part.until, *(part.only or ())} - {None, *names}:
            raise KeyError(f"{self.external_id} has no event {sorted(map(str, unknown))}")
        if part.only is not None:
            return [name for name in names if name in part.only]
        return names if part.until is None else names[: names.index(part.until) + 1]


def _written(message: JsonObject, part: Part) -> JsonObject:
    return aged(message) if part.older else message


def title_of(event: Mapping[str, Any]) -> str:
    """How timelines name an event: by its name, and its label if it has one."""
    return " ".join(filter(None, (event["name"], event.get("label"))))


def make_massids(scenario: str, told: Mapping[str, MassidData], began: datetime) -> dict[str, Massid]:
    """A scenario's MassIDs by name. The first one's external id is the scenario's name, the others have theirs behind it."""
    names = {name: scenario if number == 0 else f"{scenario}.{name}" for number, name in enumerate(told)}
    return {name: _made(scenario, names, name, one, began) for name, one in told.items()}


def _made(scenario: str, names: Mapping[str, str], name: str, told: MassidData, began: datetime) -> Massid:
    external_id = names[name]
    if told.sample is not None:
        return _of_sample(external_id, told, told.sample, began.date())
    document = {
        "category": "MassID",
        "type": "Organic",
        "measurementUnit": "kg",
        "externalCreatedAt": iso(began),
        "isPublic": True,
        "isPubliclySearchable": True,
        **party(scenario, told.by),
        **told.document,
    }
    events = [
        filled_in(_event(scenario, external_id, event, began + _after(event, place)), names)
        for place, event in enumerate(told.events, 1)
    ]
    named = {file.name for event in told.events for file in event.files} | set(told.more.get("evidence", ()))
    more = filled_in(told.more, names)
    return Massid(external_id, document, tuple(events), more, False, _bytes_of(external_id, named))


def _of_sample(external_id: str, told: MassidData, number: int, today: date) -> Massid:
    """Samples are of the past: what they tell has happened before the stack's first day."""
    load = generate(number + 1, SEED, today)[number].load
    sample = write_sample(replace(load, external_id=external_id))
    submission = sample.submission
    more = {"methodology": submission["methodology"], **told.more}
    renders = {file.name: (lambda _version, file=file: file.render()) for file in sample.files}
    document = submission["document"] | told.document
    return Massid(external_id, document, tuple(submission["events"]), more, True, renders)


def _after(event: EventData, place: int) -> timedelta:
    return timedelta(days=event.day, minutes=MINUTES * place)


def _event(scenario: str, external_id: str, told: EventData, moment: datetime) -> JsonObject:
    title = title_of({"name": told.name, "label": told.label})
    suffix = told.id or re.sub(r"[^a-z0-9]+", "-", title.lower())
    event: JsonObject = {
        "externalId": f"{external_id}.{suffix}",
        "name": told.name,
        "externalCreatedAt": iso(moment),
        **({"label": told.label} if told.label else {}),
        **(party(scenario, told.by) if told.by else {}),
        **(told.model_extra or {}),
    }
    if told.files:
        event["attachments"] = [_attachment(file, told.name) for file in told.files]
    return event


def _attachment(file: FileData, event_name: str) -> JsonObject:
    public = {} if file.is_public is None else {"isPublic": file.is_public}
    return {"fileName": file.name, "label": file.label or LABELS.get(event_name, event_name), **public}


def _bytes_of(external_id: str, names: Iterable[str]) -> dict[str, Callable[[int], bytes]]:
    def of(name: str) -> Callable[[int], bytes]:
        return lambda version: files.content(files.kind_of(name), f"{external_id} {name} {version}")

    return {name: of(name) for name in names}


def _change(target: JsonObject, path: list[str], value: Any) -> None:
    for step in path[:-1]:
        target = target[step]
    if value is None:
        target.pop(path[-1], None)
    else:
        target[path[-1]] = value
