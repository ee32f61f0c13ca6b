"""Names and enums of BOLD Recycling and BOLD Carbon. Matching is exact and case-sensitive everywhere.

Source: methodology-rules libs/shared/methodologies/bold/types/src/enum.types.ts,
libs/shared/types/src/document/document-enum.types.ts, libs/methodologies/bold-{recycling,carbon}/rules/src/rules.config.ts.
"""

from enum import StrEnum


class Methodology(StrEnum):
    """The two methodologies, by the auditor's slug."""

    BOLD_RECYCLING = "bold-recycling"
    BOLD_CARBON = "bold-carbon"


class Role(StrEnum):
    """Labels of ACTOR events, and subtypes of accreditations."""

    INTEGRATOR = "Integrator"
    WASTE_GENERATOR = "Waste Generator"
    HAULER = "Hauler"
    PROCESSOR = "Processor"
    RECYCLER = "Recycler"


ACTOR = "ACTOR"
PICK_UP = "Pick-up"
TRANSPORT_MANIFEST = "Transport Manifest"
WEIGHING = "Weighing"
DROP_OFF = "Drop-off"
SORTING = "Sorting"
RECYCLING_MANIFEST = "Recycling Manifest"
RECYCLED = "Recycled"

MASS_ID_CATEGORY = "MassID"
ORGANIC_TYPE = "Organic"
KILOGRAMS = "kg"

OTHERS_IF_ORGANIC = "Others (if organic)"
CDM_CODE_OF_SUBTYPE: dict[str, str | None] = {
    "Domestic Sludge": "8.7C",
    "EFB similar to Garden, Yard and Park Waste": "8.7A",
    "Food, Food Waste and Beverages": "8.3",
    "Garden, Yard and Park Waste": "8.5",
    "Industrial Sludge": "8.7B",
    OTHERS_IF_ORGANIC: "8.7D",
    "Tobacco": None,
    "Wood and Wood Products": "8.1",
}
"""Every accepted subtype with the CDM class its waste code must have. None: mapped to no class, so no code can agree."""

TRUCK = "Truck"
VEHICLE_TYPES = frozenset(
    ["Bicycle", "Boat", "Car", "Cargo Ship", "Cart", "Mini Van", "Motorcycle", "Others", "Sludge Pipes", TRUCK]
)
VEHICLES_WITHOUT_PLATE = frozenset(["Bicycle", "Cart", "Sludge Pipes"])
VEHICLES_WITHOUT_HAULER = frozenset(["Cart", "Sludge Pipes"])
OTHER_VEHICLE = "Others"
SLUDGE_PIPES = "Sludge Pipes"

WEIGHBRIDGES = frozenset(["Weighbridge (Truck Scale)", "Weighbridge"])
SCALE_TYPES = WEIGHBRIDGES | frozenset(
    [
        "Bin Scale",
        "Conveyor Belt Scale",
        "Floor Scale",
        "Forklift Scale",
        "Hanging / Crane Scale",
        "Onboard Truck Scale",
        "Pallet Scale",
        "Portable Axle Weigher",
        "Precision / Bench Scale",
    ]
)
CAPTURE_METHODS = frozenset(["Digital", "Manual", "Photo (Scale + Cargo)", "Transport Manifest"])
UNIDENTIFIED_ORIGIN = "Unidentified"

KILOGRAM_FORMAT = "KILOGRAM"
DATE_FORMAT = "DATE"
ATTRIBUTE_FORMATS = frozenset(["CUBIC_METER", DATE_FORMAT, KILOGRAM_FORMAT, "LITER"])

DOCUMENT_STATUSES = frozenset(["CANCELLED", "CLOSED", "OPEN"])
DATA_SETS = frozenset(["PROD", "PROD_SIMULATION", "TEST"])

WEIGHING_TICKET = "Weighing Ticket"
MANDATORY_ATTRIBUTE_EXEMPTION = "Exemption for Mandatory Attribute"
APPROVED = "Approved"


class Baseline(StrEnum):
    """What would have become of the waste without the recycler."""

    WITH_FLARING = "Landfills with flaring of methane gas (and/or capture of biogas)"
    WITHOUT_FLARING = "Landfills without flaring of methane gas"
    OPEN_AIR_DUMP = "Open-air dump"


def listed(names: frozenset[str]) -> str:
    """The names in one sentence."""
    return ", ".join(sorted(names))
