"""Marks by which a change of a known participant or address is noticed, without remembering what it was (invariant 7).

A mark is a short keyed hash of one field: the party's own key (or place) goes into it, so equal names of two parties have
different marks. Nobody can read a value out of it; whoever holds the ledger and a list of likely values could still try them, so
a mark counts as personal data and ends with the mapping (`massid forget --parties`). A change goes unnoticed once in four
thousand million.

Each mark has two halves: the value without case, accents, spaces and punctuation, and the value as it was written.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from massid_relay.core.jsons import JsonObject, canonical

Marks = Mapping[str, str]
"""Field to mark."""

DESCRIPTIVE = ("name", "businessName", "type", "email", "mobileNumber")
"""What describes a participant. Country, tax id type and tax id are what it is recognised by."""
MOST_OF_A_NAME = 2
"""Addresses of one name that are remembered: a name that two bear marks neither."""
MOST_AT_A_PLACE = 200
"""Addresses of one place that are remembered: an item of DynamoDB holds 400 KB, and these 70."""
COMPLEMENT = "complement"
"""Another floor or door is another address by right."""
PLACE = ("number", "zipCode", "countryCode")
"""In Brazil a zip code is a street's, except in small towns: these three are nearly always one house, however the street is
abbreviated."""
STREET = "street"
NAME = "name"
_ADDRESS = (STREET, *PLACE, NAME, COMPLEMENT, "neighborhood", "city", "countryState", "latitude", "longitude")
_HALF = 8
"""Hexadecimal digits: 32 bits."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How a known party came this time: in which fields it differs from what was learnt, and whether in spelling alone."""

    kind: str
    party_id: str
    fields: tuple[str, ...]
    spelling: bool
    mark: str
    """The same for the same difference, whenever and wherever it comes."""
    elsewhere: bool = False
    """An address of a known name at another place: its participant has moved, or has two places of one name."""


def participant_marks(key: str, participant: JsonObject) -> Marks:
    """Marks of a participant of that key (core/first_contact.py)."""
    return _described(key, tuple(participant.get(name) for name in DESCRIPTIVE))


@lru_cache(maxsize=1024)
def _described(key: str, values: tuple[Any, ...]) -> Marks:
    """The same few companies come with every event."""
    return _marks(key, dict(zip(DESCRIPTIVE, values, strict=True)), DESCRIPTIVE)


def address_marks(place: str, address: JsonObject) -> Marks:
    """Marks of an address at that place."""
    return _marks(place, address, _ADDRESS)


def places_of(owner_id: str, address: JsonObject) -> tuple[str, str]:
    """The two keys under which an address of the participant of that network id is found again: where it is (number, zip code
    and country, loosely spelt; the street too where the house has no number), and what it is called."""
    numbered = any(c.isdigit() for c in str(address.get("number", "")))
    house = [_loosely(address.get(name)) for name in (PLACE if numbered else (STREET, *PLACE))]
    name = _hash(owner_id, NAME, _loosely(address.get(NAME)))
    return f"place-{_hash(owner_id, *house)[:32]}", f"named-{name[:32]}"


def most_at(place: str) -> int:
    """How many addresses are remembered under a key of `places_of`."""
    return MOST_OF_A_NAME if place.startswith("named-") else MOST_AT_A_PLACE


def changed_participant(key: str, party_id: str, participant: JsonObject, then: Marks) -> Difference | None:
    """Fields that were told then and now and differ in more than spelling. What is told for the first time is no change."""
    now = participant_marks(key, participant)
    fields = tuple(name for name in now if name in then and _loose(now[name]) != _loose(then[name]))
    if not fields:
        return None
    return Difference("participant", party_id, fields, False, _hash(key, *(now[name] for name in fields)))


def look_alike(places: tuple[str, str], address: JsonObject, at: Mapping[str, Sequence[Marks]]) -> Difference | None:
    """The known address that is nearest to this one, and in what it differs; None if there is none. `at`: the marks of the
    addresses known under each key of `places_of`.

    Two addresses of one house that both name a complement, each another one, are two addresses. Elsewhere the name alone
    tells, and only as long as one address bears it: a name that two bear is no mark of a place.
    """
    place, name = places
    house = at.get(place, [])
    if not house and len(at.get(name, [])) == 1:
        return replace(_compared(address_marks(name, address), at[name][0]), elsewhere=True)
    now = address_marks(place, address)
    found = [_compared(now, then) for then in house if not _other_door(now, then)]
    return min(found, key=lambda one: (not one.spelling, len(one.fields), one.party_id), default=None)


def _compared(now: Marks, then: Marks) -> Difference:
    names = [name for name in _ADDRESS if name in now or name in then]
    detail = tuple(name for name in names if _loose(now.get(name, "")) != _loose(then.get(name, "")))
    spelt = tuple(name for name in names if now.get(name) != then.get(name))
    mark = _hash(*(f"{name} {now[name]}" for name in now))
    return Difference("address", then.get("id", ""), detail or spelt, not detail, mark)


def _other_door(now: Marks, then: Marks) -> bool:
    both = COMPLEMENT in now and COMPLEMENT in then
    return both and _loose(now[COMPLEMENT]) != _loose(then[COMPLEMENT])


def _marks(salt: str, party: JsonObject, names: Iterable[str]) -> Marks:
    return {name: _mark(salt, name, party[name]) for name in names if party.get(name) is not None}


def _mark(salt: str, name: str, value: Any) -> str:
    written = " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else canonical(value)
    return _hash(salt, name, _loosely(value))[:_HALF] + _hash(salt, name, "written", written)[:_HALF]


def _loose(mark: str) -> str:
    return mark[:_HALF]


def _loosely(value: Any) -> str:
    """The letters and digits alone, in one case, without accents."""
    if not isinstance(value, str):
        return "" if value is None else canonical(value)
    letters = unicodedata.normalize("NFKD", value.casefold())
    return "".join(c for c in letters.casefold() if c.isalnum())


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
