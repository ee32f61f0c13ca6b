"""Breakages of who, where, what and when."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Final

from massid_local.samples.breakages import Breakage
from massid_local.samples.conditions import (
    goes_straight,
    names_driver,
    needs_hauler,
    needs_plate,
    shift,
    with_recycled,
)
from massid_local.samples.draft import (
    Draft,
    add_value,
    drop_event,
    drop_value,
    rename_event,
    repeat_event,
    set_field,
    set_in_event,
    set_value,
)
from massid_local.samples.load import Load
from massid_local.samples.world import GARDEN, HAULERS, WOOD

PLATE: Final = "Vehicle License Plate"
CODE: Final = "Local Waste Classification ID"
DESCRIPTION: Final = "Local Waste Classification Description"


def _other_subtype(draft: Draft, _: Random) -> None:
    draft.document["subtype"] = WOOD if draft.document["subtype"] == GARDEN else GARDEN


def _dotted_code(draft: Draft, _: Random) -> None:
    entry = draft.attribute("Pick-up", CODE)
    entry["value"] = entry["value"].replace(" ", ".")


def _recycler_abroad(draft: Draft, _: Random) -> None:
    home = dict(draft.event("ACTOR", "Recycler")["address"])
    for event in draft.events:
        if event["address"] == home:
            event["address"]["countryCode"] = "AR"


def _strange_integrator(draft: Draft, rng: Random) -> None:
    stranger = rng.choice(HAULERS)
    draft.event("ACTOR", "Integrator").update(participant=stranger.as_json(), address=stranger.place.as_json())


def _gps_far(draft: Draft, rng: Random) -> None:
    draft.attribute("Drop-off", "Captured GPS Latitude")["value"] += Decimal(rng.randint(300, 900)) / 10000


def _too_early(load: Load) -> Load:
    return with_recycled(load, load.composting_begins + timedelta(days=59, hours=22, minutes=30))


def _too_late(load: Load) -> Load:
    missing = timedelta(days=180, hours=2) - (load.times.recycled - load.composting_begins)
    return shift(load, -timedelta(days=missing.days + 1))


def _two_years_ago(load: Load) -> Load:
    by = -timedelta(days=732)
    return with_recycled(shift(load, by), load.times.recycled + by)


JOURNEY_BREAKAGES: Final = (
    Breakage(
        "plate-missing",
        "the Pick-up has no licence plate",
        frozenset({"waste-mass-is-unique", "vehicle-identification"}),
        edit=drop_value("Pick-up", PLATE),
        applies=needs_plate,
    ),
    Breakage(
        "plate-malformed",
        "the Pick-up's licence plate has dots in it",
        frozenset({"vehicle-identification"}),
        edit=set_value("Pick-up", PLATE, "ABC.1.D23"),
        applies=needs_plate,
    ),
    Breakage(
        "vehicle-type-upper-case",
        "the vehicle type is spelt TRUCK",
        frozenset({"vehicle-identification"}),
        edit=set_value("Pick-up", "Vehicle Type", "TRUCK"),
        applies=needs_hauler,
    ),
    Breakage(
        "other-vehicle-undescribed",
        "the vehicle type is Others and nothing describes it",
        frozenset({"vehicle-identification"}),
        edit=set_value("Pick-up", "Vehicle Type", "Others"),
        applies=needs_plate,
    ),
    Breakage(
        "driver-missing",
        "neither a driver nor a reason why none is named",
        frozenset({"driver-identification"}),
        edit=drop_value("Pick-up", "Driver Identifier"),
        applies=names_driver,
    ),
    Breakage(
        "driver-twice",
        "a driver and also a reason why none is named",
        frozenset({"driver-identification"}),
        edit=add_value("Pick-up", "Driver Identifier Exemption Justification", "Sem motorista fixo"),
        applies=names_driver,
    ),
    Breakage(
        "hauler-missing",
        "no ACTOR Hauler",
        frozenset({"hauler-identification"}),
        edit=drop_event("ACTOR", "Hauler"),
        applies=needs_hauler,
    ),
    Breakage(
        "generator-missing",
        "no ACTOR Waste Generator",
        frozenset({"waste-mass-is-unique", "waste-origin-identification"}),
        edit=drop_event("ACTOR", "Waste Generator"),
    ),
    Breakage(
        "generator-twice",
        "two ACTOR Waste Generator",
        frozenset({"waste-origin-identification"}),
        edit=repeat_event("ACTOR", "Waste Generator"),
    ),
    Breakage(
        "origin-unidentified",
        "the origin is called unidentified although a generator is named",
        frozenset({"waste-origin-identification"}),
        edit=add_value("Pick-up", "Waste Origin", "Unidentified"),
    ),
    Breakage(
        "processor-missing",
        "no ACTOR Processor",
        frozenset({"processor-identification"}),
        edit=drop_event("ACTOR", "Processor"),
        applies=goes_straight,
    ),
    Breakage(
        "processor-twice",
        "two ACTOR Processor",
        frozenset({"processor-identification"}),
        edit=repeat_event("ACTOR", "Processor"),
    ),
    Breakage(
        "recycler-twice",
        "two ACTOR Recycler",
        frozenset({"recycler-identification"}),
        edit=repeat_event("ACTOR", "Recycler"),
    ),
    Breakage(
        "recycler-label-upper-case",
        "the ACTOR Recycler is labelled RECYCLER",
        frozenset(
            {
                "waste-mass-is-unique",
                "regional-waste-classification",
                "geolocation-and-address-precision",
                "transport-manifest-data",
                "recycler-identification",
                "drop-off-at-recycler",
                "recycling-manifest-data",
            }
        ),
        edit=set_in_event("ACTOR", "label", value="RECYCLER", label="Recycler"),
        mended_by_queue=True,
    ),
    Breakage(
        "integrator-not-accredited",
        "the ACTOR Integrator is a company without accreditation",
        frozenset({"participant-accreditations-and-verifications-requirements"}),
        edit=_strange_integrator,
    ),
    Breakage(
        "category-old",
        "the category is Mass, as before the migration",
        frozenset({"mass-id-qualifications"}),
        edit=set_field("category", value="Mass"),
        refused_by_queue=True,
    ),
    Breakage(
        "type-upper-case",
        "the type is spelt ORGANIC",
        frozenset({"mass-id-qualifications"}),
        edit=set_field("type", value="ORGANIC"),
    ),
    Breakage(
        "unit-upper-case",
        "the unit is spelt KG",
        frozenset({"mass-id-qualifications"}),
        edit=set_field("measurementUnit", value="KG"),
        refused_by_queue=True,
    ),
    Breakage(
        "subtype-unknown",
        "the subtype is not one of the methodology's",
        frozenset({"mass-id-qualifications", "regional-waste-classification"}),
        edit=set_field("subtype", value="Food Waste"),
    ),
    Breakage(
        "subtype-tobacco",
        "a subtype that no waste code belongs to",
        frozenset({"regional-waste-classification"}),
        edit=set_field("subtype", value="Tobacco"),
    ),
    Breakage(
        "subtype-of-another-class",
        "subtype and waste code belong to different classes",
        frozenset({"regional-waste-classification"}),
        edit=_other_subtype,
    ),
    Breakage(
        "code-dotted",
        "the waste code is written with dots",
        frozenset({"regional-waste-classification"}),
        edit=_dotted_code,
    ),
    Breakage(
        "code-never-accepted",
        "a waste code of a class that no MassID subtype accepts",
        frozenset({"regional-waste-classification"}),
        edit=set_value("Pick-up", CODE, "20 01 39"),
    ),
    Breakage(
        "code-description-mismatch",
        "the description isn't the official one",
        frozenset({"regional-waste-classification"}),
        edit=set_value("Pick-up", DESCRIPTION, "Sobras de comida e poda"),
    ),
    Breakage(
        "recycler-abroad",
        "the recycler's address lies in another country",
        frozenset({"regional-waste-classification"}),
        edit=_recycler_abroad,
    ),
    Breakage(
        "recycler-address-differs",
        "the Drop-off is at another street number than the ACTOR Recycler",
        frozenset({"drop-off-at-recycler"}),
        edit=set_in_event("Drop-off", "address", "number", value="4"),
    ),
    Breakage(
        "receiving-operator-missing",
        "the Drop-off doesn't say who received it",
        frozenset({"drop-off-at-recycler"}),
        edit=drop_value("Drop-off", "Receiving Operator Identifier"),
    ),
    Breakage(
        "gps-far",
        "the position at the Drop-off is kilometres away from the yard",
        frozenset({"geolocation-and-address-precision"}),
        edit=_gps_far,
    ),
    Breakage(
        "pick-up-upper-case",
        "the Pick-up is spelt PICK_UP",
        frozenset(
            {
                "waste-mass-is-unique",
                "regional-waste-classification",
                "geolocation-and-address-precision",
                "waste-origin-identification",
                "hauler-identification",
                "vehicle-identification",
                "driver-identification",
            }
        ),
        edit=rename_event("Pick-up", "PICK_UP"),
        mended_by_queue=True,
        applies=goes_straight,
    ),
    Breakage(
        "drop-off-upper-case",
        "the Drop-off is spelt DROP_OFF",
        frozenset(
            {
                "waste-mass-is-unique",
                "geolocation-and-address-precision",
                "drop-off-at-recycler",
                "composting-cycle-timeframe",
            }
        ),
        edit=rename_event("Drop-off", "DROP_OFF"),
        mended_by_queue=True,
        applies=goes_straight,
    ),
    Breakage(
        "recycled-missing",
        "no Recycled event",
        frozenset({"project-period-limit", "composting-cycle-timeframe"}),
        edit=drop_event("Recycled"),
    ),
    Breakage(
        "recycled-too-early",
        "composted for less than 60 days",
        frozenset({"composting-cycle-timeframe"}),
        change=_too_early,
    ),
    Breakage(
        "recycled-too-late",
        "composted for more than 180 days",
        frozenset({"composting-cycle-timeframe"}),
        change=_too_late,
    ),
    Breakage(
        "recycled-before-last-year",
        "recycled before 1 January of last year",
        frozenset({"project-period-limit"}),
        change=_two_years_ago,
    ),
)
