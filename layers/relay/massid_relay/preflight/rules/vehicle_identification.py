"""vehicle-identification: the vehicle's type, and its plate where the type has one.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/vehicle-identification/src/
vehicle-identification.processor.ts, libs/shared/types/src/utilities.types.ts (plates).
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.jsvalues import is_filled
from massid_relay.preflight.plates import PLATE_ADVICE, is_valid_plate
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.vocabulary import OTHER_VEHICLE, PICK_UP, VEHICLE_TYPES, VEHICLES_WITHOUT_PLATE, listed

RULE = Rule("vehicle-identification")

_TYPE = "Vehicle Type"
_DESCRIPTION = "Vehicle Description"
_PLATE = "Vehicle License Plate"


def check(subject: Subject, context: Context) -> list[Finding]:
    """`Others` needs a description, bicycles, carts and sludge pipes nothing, all others a valid plate."""
    pick_up = subject.first(PICK_UP)
    if pick_up is None:
        return [RULE.failed(subject.events_path, "There is no Pick-up event.")]
    vehicle = pick_up.value_of(_TYPE)
    if not isinstance(vehicle, str) or vehicle not in VEHICLE_TYPES:
        return [RULE.failed(pick_up.path_of(_TYPE), f"The `Vehicle Type` must be one of: {listed(VEHICLE_TYPES)}.")]
    if vehicle == OTHER_VEHICLE and not is_filled(pick_up.value_of(_DESCRIPTION)):
        return [RULE.failed(pick_up.path_of(_DESCRIPTION), "A vehicle of type `Others` needs a `Vehicle Description`.")]
    plate_needed = vehicle != OTHER_VEHICLE and vehicle not in VEHICLES_WITHOUT_PLATE
    if plate_needed and not is_valid_plate(pick_up.value_of(_PLATE)):
        return [
            RULE.failed(pick_up.path_of(_PLATE), f"This vehicle needs a valid `Vehicle License Plate`. {PLATE_ADVICE}")
        ]
    return [RULE.passed("The vehicle is identified.")]
