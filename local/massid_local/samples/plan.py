"""What kind of load a sample is: the standard kind in the demo, everything that can pass in the full variety."""

from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from massid_local.samples.parties import Generator, Hauler, Party, Recycler, Vehicle
from massid_local.samples.waste import Waste, codes_of, usable_wastes
from massid_local.samples.world import (
    DOMESTIC_SLUDGE,
    FLOOR_SCALE_YARD,
    FOOD,
    GARDEN,
    GENERATORS,
    HAULERS,
    INDUSTRIAL_SLUDGE,
    MORE_GENERATORS,
    OTHERS,
    PROCESSOR,
    SPECIAL_FLEET,
    WEIGHBRIDGE_YARD,
    WOOD,
)

Methodology = Literal["bold-recycling", "bold-carbon"]
Variety = Literal["demo", "full"]

SUBTYPES: Final = (FOOD, GARDEN, WOOD, INDUSTRIAL_SLUDGE, DOMESTIC_SLUDGE, OTHERS)
"""Those that can pass: `Tobacco` and `EFB similar to Garden, Yard and Park Waste` have no accepted code."""

AUTHOR_CARBON_FRACTIONS: Final = ("02 01 06", "16 03 06", "17 05 06", "19 02 06", "19 08 14")
"""Codes of `Others (if organic)` that pass prevented-emissions without a laboratory report (bold-methodology §5.20)."""

SMALL_CONTAINERS: Final = ("Bag", "Bin", "Drum", "Pail", "Street Bin", "Waste Box")
BULK_VEHICLES: Final = frozenset({"Truck", "Others", "Boat", "Cargo Ship", "Sludge Pipes"})
WITHOUT_MANIFEST: Final = frozenset({"Bicycle", "Cart", "Sludge Pipes"})
HAULER_OPTIONAL: Final = frozenset({"Cart", "Sludge Pipes"})
"""Vehicle types whose load may lack a Hauler (hauler-identification)."""

CAPTURE_METHODS: Final = ("Digital", "Manual", "Photo (Scale + Cargo)", "Transport Manifest")


@dataclass(frozen=True, slots=True)
class Plan:
    """The choices behind one sample. Without a `hauler` the generator brings the load itself."""

    generator: Generator
    hauler: Hauler | None
    vehicle: Vehicle
    processor: Party
    recycler: Recycler
    waste: Waste
    container: str = "Truck"
    capture_method: str = "Digital"
    two_step: bool = False
    via_processor: bool = False
    names_driver: bool = True
    transport_exempt: bool = False
    recycling_exempt: bool = False


def plan_demo(rng: Random) -> Plan:
    """A truck from one of five generators straight to the yard, weighed once, both manifests attached."""
    generator = rng.choice(GENERATORS)
    hauler = rng.choice(HAULERS)
    code = rng.choice([code for codes in generator.wastes.values() for code in codes])
    return Plan(
        generator=generator,
        hauler=hauler,
        vehicle=rng.choice(hauler.fleet),
        processor=PROCESSOR,
        recycler=WEIGHBRIDGE_YARD,
        waste=usable_wastes()[code],
    )


def plan_full(rng: Random, index: int, methodology: Methodology) -> Plan:
    """Ten vehicle types in turn; sixty samples in a row hold every subtype and every container."""
    lap = index // 10
    hauler = rng.choice(HAULERS)
    vehicle = (rng.choice(hauler.fleet), *SPECIAL_FLEET)[index % 10]
    subtype = _subtype(vehicle, index)
    bulk = vehicle.type in BULK_VEHICLES and (vehicle.type != "Truck" or lap % 3 != 2)
    recycler = WEIGHBRIDGE_YARD if bulk else FLOOR_SCALE_YARD
    transport_exempt = vehicle.type in WITHOUT_MANIFEST or rng.random() < 0.15
    via_processor = rng.random() < 0.25
    return Plan(
        generator=rng.choice([each for each in GENERATORS + MORE_GENERATORS if subtype in each.wastes]),
        hauler=None if vehicle.type in HAULER_OPTIONAL and rng.random() < 0.5 else hauler,
        vehicle=vehicle,
        processor=PROCESSOR if via_processor or rng.random() < 0.6 else recycler,
        recycler=recycler,
        waste=usable_wastes()[rng.choice(_codes(subtype, methodology))],
        container="Truck" if bulk else SMALL_CONTAINERS[(index + lap) % len(SMALL_CONTAINERS)],
        capture_method=rng.choice(CAPTURE_METHODS[: 3 if transport_exempt else 4]),
        two_step=bulk and lap % 3 == 1,
        via_processor=via_processor,
        names_driver=rng.random() < 0.8,
        transport_exempt=transport_exempt,
        recycling_exempt=rng.random() < 0.15,
    )


def _subtype(vehicle: Vehicle, index: int) -> str:
    if vehicle.type == "Sludge Pipes":
        return (INDUSTRIAL_SLUDGE, DOMESTIC_SLUDGE)[index // 10 % 2]
    return SUBTYPES[(index + index // 10) % len(SUBTYPES)]


def _codes(subtype: str, methodology: Methodology) -> tuple[str, ...]:
    if subtype == OTHERS and methodology == "bold-carbon":
        return AUTHOR_CARBON_FRACTIONS
    return codes_of(subtype)
