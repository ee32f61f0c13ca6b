"""What things were called, and what they are called today.

Today's names are those that the auditor's code matches, letter by letter (methodology-rules,
libs/shared/methodologies/bold/types/src/enum.types.ts). The older ones: docs.carrot.eco, integrations, "Migrating from a previous
integration", and the older shape that the auditor still looks for (methodology-rules, waste-mass-is-unique: category `Mass`,
event `OPEN`, `move-type`, `actor-type`).
"""

import re
from collections.abc import Iterable
from typing import Any

ACTOR = "ACTOR"
PICK_UP = "Pick-up"
DROP_OFF = "Drop-off"
OPEN = "OPEN"
MOVE = "MOVE"
ACTOR_TYPE = "actor-type"
MOVE_TYPE = "move-type"

EVENT_NAMES = (PICK_UP, "Transport Manifest", "Weighing", "Drop-off", "Sorting", "Recycling Manifest", "Recycled")
ROLES = ("Waste Generator", "Hauler", "Processor", "Recycler", "Integrator")

OTHER_EVENT_NAMES = {name.upper().replace(" ", "_").replace("-", "_"): name for name in EVENT_NAMES} | {
    "Drop-Off": "Drop-off"
}
"""The platform's overview page still writes PICK_UP, and its framework rules Drop-Off."""
OTHER_LABELS = {role.upper().replace(" ", "_"): role for role in ROLES}
"""So do its older pages with the roles."""

_KNOWN_EVENTS = frozenset(
    [ACTOR, OPEN, MOVE, "CLOSE", "CANCEL", "RELATED", "UPDATE", "SPLIT", "OUTPUT", *EVENT_NAMES, *OTHER_EVENT_NAMES]
)
"""Carrot's own types but CUSTOM, which is the name for all others (docs.carrot.eco, api/events)."""

OLD_LABELS = {"Source": "Waste Generator", "SOURCE": "Waste Generator"}

CATEGORY = "MassID"
OLD_CATEGORY = "Mass"
KILOGRAMS = "kg"
_OLD_KILOGRAMS = re.compile(r"kgs?|kilo(s|gram(me)?s?)?|quilo(s|gramas?)?")
_OTHER_MASS_UNITS = re.compile(r"mg|g|gram(me|a)?s?|t|ton(ne|elada)?s?|lbs?|pounds?")

PICK_UP_ATTRIBUTES = (
    "Vehicle Type",
    "Vehicle License Plate",
    "Vehicle Description",
    "Driver Identifier",
    "Driver Identifier Exemption Justification",
    "Local Waste Classification ID",
    "Local Waste Classification Description",
    "Waste Origin",
)
"""What makes an OPEN the Pick-up: the older form's OPEN carried the Pick-up's data."""

ATTRIBUTE_NAMES = (
    *PICK_UP_ATTRIBUTES,
    "Captured GPS Latitude",
    "Captured GPS Longitude",
    "Document Type",
    "Document Number",
    "Issue Date",
    "Exemption Justification",
    "Description",
    "Weighing Capture Method",
    "Scale Type",
    "Scale Validation",
    "Container Type",
    "Container Capacity",
    "Container Quantity",
    "Gross Weight",
    "Tare",
    "Receiving Operator Identifier",
    "Recycler Operator Identifier",
    "Deducted Weight",
    "Sorting Factor",
)
"""All that the auditor's code names on a MassID's events."""

KEBAB_ATTRIBUTES = {name.lower().replace(" ", "-"): name for name in ATTRIBUTE_NAMES if " " in name} | {
    "app-gps-latitude": "Captured GPS Latitude",
    "app-gps-longitude": "Captured GPS Longitude",
}
"""Attribute names are in Title Case today (docs.carrot.eco, integrations/reference/data-formats); the older form wrote
vehicle-license-plate. `app-gps-…`: the published framework's name for what the code calls Captured GPS. A name of one word
(`tare`, `description`) is written like anybody's own: no page shows it as a former one."""

_SEPARATORS = re.compile(r"[\s_-]+")


def is_known_event(name: Any) -> bool:
    """Whether that is one of Carrot's or the methodology's event names, of today or before. Every other name is the
    sender's own (CUSTOM, says docs.carrot.eco): what such an event holds is nobody's older form."""
    return isinstance(name, str) and name in _KNOWN_EVENTS


def is_old_kilogram(unit: str) -> bool:
    """Whether that is the kilogram in another spelling than `kg`."""
    return unit != KILOGRAMS and _OLD_KILOGRAMS.fullmatch(_word(unit)) is not None


def is_other_mass(unit: str) -> bool:
    """Whether that is a unit of mass, but not the kilogram: every value of the document would have to be converted."""
    return _OTHER_MASS_UNITS.fullmatch(_word(unit)) is not None


def event_named(value: Any) -> str | None:
    """Today's event that the value of a `move-type` names, whatever its case and its separators."""
    return _same(value, EVENT_NAMES)


def role_named(value: Any) -> str | None:
    """Today's role that the value of an `actor-type` names. SOURCE was the generator."""
    return "Waste Generator" if _word(value) == "source" else _same(value, ROLES)


def _same(value: Any, names: Iterable[str]) -> str | None:
    word = _word(value)
    return next((name for name in names if word and _word(name) == word), None)


def _word(value: Any) -> str:
    return _SEPARATORS.sub("", value).casefold() if isinstance(value, str) else ""
