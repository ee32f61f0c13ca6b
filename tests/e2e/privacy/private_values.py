"""Which values of a submission are personal data, and finding them again wherever something was told."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from massid_relay.core.orders.policy import Spelling
from massid_relay.core.orders.tax_ids import plain, spelt

PARTICIPANT = ("name", "businessName", "taxId", "email", "mobileNumber")
ADDRESS = ("street", "complement", "zipCode", "latitude", "longitude")
RECIPIENT = ("name", "email", "taxId", "retirementName", "retirementEmail", "retirementTaxId")
ATTRIBUTES = ("Vehicle License Plate", "Driver Identifier")
SHORTEST = 6
"""Shorter values (a town's initials, a house number) are found by chance in any id."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A private value where it must not be."""

    place: str
    value: str
    around: str


def private_values(*messages: Any) -> set[str]:
    """All values of these messages that must not be told. Names of towns and countries are nobody's."""
    return {value for message in messages for value in _inside(message) if len(value) >= SHORTEST}


def leaks(values: Iterable[str], told: Mapping[str, str]) -> list[Leak]:
    """Where any of these values stands, in any of the ways in which it may be written. `told`: texts by place."""
    found = []
    wanted = [(value, spelling) for value in sorted(values) for spelling in spellings(value)]
    for place, text in told.items():
        folded = text.casefold()
        for value, spelling in wanted:
            at = folded.find(spelling)
            if at >= 0:
                found.append(Leak(place, value, text[max(0, at - 60) : at + 60]))
    return found


def spellings(value: str) -> set[str]:
    """As it is, as JSON writes it (also inside a text), as a URL writes it; a tax id with and without its signs; in one case."""
    plain_ones = {value}
    digits = plain(value)
    if digits is not None:
        plain_ones |= {digits, spelt(digits, Spelling.PUNCTUATED)}
    written = {
        form for one in plain_ones for form in (one, _escaped(one), quote(one), quote_plus(one), quote(one, "@"))
    }
    return {form.casefold() for one in written for form in (one, _escaped(one))}


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def _inside(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _inside(item)
    elif isinstance(value, dict):
        yield from _of(value.get("participant"), PARTICIPANT)
        yield from _of(value.get("address"), ADDRESS)
        yield from _of(value.get("certificateRecipientInfo"), RECIPIENT)
        if value.get("name") in ATTRIBUTES or value.get("sensitive") is True:
            yield from _of(value, ("value",))
        for item in value.values():
            yield from _inside(item)


def _of(value: Any, names: Iterable[str]) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (str(value[name]) for name in names if value.get(name) is not None)
