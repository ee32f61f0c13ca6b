"""The one view of a MassID that every rule reads, whether it was a submission or a document of the platform.

Events stand in array order: a document's as it carries them, a submission's as they will be sent (by `externalCreatedAt`,
ties in the order of the message). Wherever a rule speaks of "the" Pick-up it means the first in that order.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from massid_relay.core.jsons import JsonObject
from massid_relay.preflight.geo import Point
from massid_relay.preflight.jsvalues import MISSING, is_nil, is_number
from massid_relay.preflight.vocabulary import ACTOR, Role


@dataclass(slots=True)
class Attribute:
    """One entry of `metadata.attributes`; `value` is MISSING where the key is."""

    path: str
    name: str
    value: Any = field(repr=False)
    format: Any

    @property
    def has_format(self) -> bool:
        """A format is declared at all."""
        return not is_nil(self.format)


@dataclass(slots=True)
class Attachment:
    """One entry of an event's `attachments`."""

    path: str
    label: str | None
    file_name: str | None


class Identity:
    """Who or where, for comparisons by id.

    The auditor compares ids. A submission may name an id, or carry the content inline; two inline contents become one id if
    their keys are equal. An id on one side and content on the other can't be compared here.
    """

    __slots__ = ("_key", "_make_key", "id")

    def __init__(self, identifier: str | None, make_key: Callable[[], str | None]) -> None:
        self.id = identifier
        self._make_key = make_key
        self._key: str | None = None

    @property
    def key(self) -> str | None:
        """A key of the inline content; None where there is none."""
        if self._key is None:
            self._key = self._make_key()
        return self._key

    def same_as(self, other: "Identity") -> bool | None:
        """Will both have the same id? None: can't be known here."""
        if self.id and other.id:
            return self.id == other.id
        if self.id or other.id or not self.key or not other.key:
            return None
        return self.key == other.key


@dataclass(slots=True)
class Party:
    """The participant of an event."""

    path: str
    identity: Identity
    content: JsonObject = field(repr=False)

    @property
    def tax_id(self) -> str | None:
        """As written; None where only an id is given."""
        tax_id = self.content.get("taxId")
        return tax_id if isinstance(tax_id, str) else None


@dataclass(slots=True)
class Place:
    """The address of an event. `known` is False where only an id is given, so that its fields can't be read."""

    path: str
    identity: Identity
    content: JsonObject = field(repr=False)

    @property
    def known(self) -> bool:
        """Its fields are here."""
        return bool(self.content)

    def text(self, name: str) -> str | None:
        """A text field; None where it isn't one."""
        value = self.content.get(name)
        return value if isinstance(value, str) else None

    @property
    def point(self) -> Point | None:
        """Its coordinates, if both are numbers."""
        latitude: Any = self.content.get("latitude")
        longitude: Any = self.content.get("longitude")
        if is_number(latitude) and is_number(longitude):
            return Point(float(latitude), float(longitude))
        return None


@dataclass(slots=True)
class Event:
    """One event. `path` is where it stands in the file that was read, `moment` its `externalCreatedAt` in UTC."""

    path: str
    id: str | None
    name: str | None
    label: str | None
    moment: datetime | None
    value: Any = field(repr=False)
    party: Party
    place: Place
    attributes: dict[str, Attribute]
    attachments: list[Attachment]
    related: JsonObject | None

    def same_place_as(self, other: "Event") -> bool | None:
        """Will both events have the same `address.id`? None: can't be known here.

        An inline address is another one if its content differs or if it belongs to another participant.
        """
        same = self.place.identity.same_as(other.place.identity)
        if not same or self.place.identity.id:
            return same
        return self.party.identity.same_as(other.party.identity)

    def attribute(self, name: str) -> Attribute | None:
        """The first attribute of that name."""
        return self.attributes.get(name)

    def value_of(self, name: str) -> Any:
        """The value of the first attribute of that name, or MISSING."""
        found = self.attributes.get(name)
        return found.value if found else MISSING

    def path_of(self, name: str) -> str:
        """Where that attribute stands, or would stand."""
        found = self.attributes.get(name)
        return f"{found.path}.value" if found else f"{self.path}.metadata.attributes[{name}]"

    def format_path_of(self, name: str) -> str:
        """Where that attribute's format stands, or would stand."""
        found = self.attributes.get(name)
        return f"{found.path}.format" if found else f"{self.path}.metadata.attributes[{name}]"

    def attachment(self, label: str) -> Attachment | None:
        """The first attachment of that label."""
        return next((one for one in self.attachments if one.label == label), None)


@dataclass(slots=True)
class Subject:
    """A MassID as the rules see it. Paths of document fields begin with `document_path`."""

    submission: bool
    external_id: str | None
    document_path: str
    events_path: str
    category: Any
    type: Any
    subtype: Any
    measurement_unit: Any
    current_value: Any
    current_value_path: str
    created: datetime | None
    events: list[Event]
    raw: JsonObject = field(repr=False)

    def path(self, name: str) -> str:
        """Where a field of the document stands."""
        return f"{self.document_path}{name}"

    def named(self, name: str) -> list[Event]:
        """All events of that name, in array order."""
        return [event for event in self.events if event.name == name]

    def first(self, name: str) -> Event | None:
        """The first event of that name in array order."""
        return next((event for event in self.events if event.name == name), None)

    def actors(self, role: Role) -> list[Event]:
        """All ACTOR events with that label, in array order."""
        return [event for event in self.events if event.name == ACTOR and event.label == role]

    def actor(self, role: Role) -> Event | None:
        """The first ACTOR event with that label in array order."""
        return next((event for event in self.events if event.name == ACTOR and event.label == role), None)
