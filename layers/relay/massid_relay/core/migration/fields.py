"""Fields that were renamed, and what a document says in older words."""

from typing import Any

from massid_relay.core.jsons import JsonObject
from massid_relay.core.migration.findings import Change, Left, Notes
from massid_relay.core.migration.vocabulary import (
    CATEGORY,
    KILOGRAMS,
    OLD_CATEGORY,
    is_old_kilogram,
    is_other_mass,
)


def upgraded_document(document: JsonObject, path: str, notes: Notes) -> JsonObject:
    """A document in today's form."""
    document = _category(document, path, notes)
    _type(document, path, notes)
    unit_path = f"{path}.{'measurementUnit' if 'measurementUnit' in document else 'measureUnit'}"
    document = renamed_field(document, "measureUnit", "measurementUnit", path, notes)
    return _unit(document, unit_path, notes)


def renamed_field(holder: JsonObject, old: str, new: str, path: str, notes: Notes) -> JsonObject:
    """The field under its one name, in its old place. Both at once contradict each other, or might."""
    if old not in holder:
        return holder
    if new in holder:
        notes.left.append(Left(f"{path}.{old}", old, f"send {new} or {old}, not both"))
        return holder
    notes.changes.append(Change(f"{path}.{old}", old, new, spelling=True))
    return {new if name == old else name: value for name, value in holder.items()}


def _category(document: JsonObject, path: str, notes: Notes) -> JsonObject:
    if document.get("category") != OLD_CATEGORY:
        return document
    notes.changes.append(Change(f"{path}.category", OLD_CATEGORY, CATEGORY))
    return document | {"category": CATEGORY}


def _type(document: JsonObject, path: str, notes: Notes) -> None:
    if document.get("type") == OLD_CATEGORY:
        why = "is the old form: Mass says no type of waste, and today's form needs one, e.g. Organic"
        notes.left.append(Left(f"{path}.type", OLD_CATEGORY, why))


def _unit(document: JsonObject, path: str, notes: Notes) -> JsonObject:
    unit: Any = document.get("measurementUnit")
    if not isinstance(unit, str):
        return document
    if is_other_mass(unit):
        why = "is the old form: mass is given in kg, and values in another unit have to be converted"
        notes.left.append(Left(path, "another unit of mass", why))
    if not is_old_kilogram(unit):
        return document
    notes.changes.append(Change(path, unit.strip(), KILOGRAMS))
    return document | {"measurementUnit": KILOGRAMS}
