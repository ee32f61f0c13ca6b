"""All rules in the auditor's order.

Source: methodology-rules libs/methodologies/bold-{recycling,carbon}/rules/src/rules.config.ts.
"""

from collections.abc import Callable

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding
from massid_relay.preflight.rules import (
    composting_cycle_timeframe,
    driver_identification,
    drop_off_at_recycler,
    geolocation_and_address_precision,
    hauler_identification,
    mass_id_qualifications,
    mass_id_sorting,
    no_conflicting_certificate_or_credit,
    participant_accreditations_and_verifications_requirements,
    prevented_emissions,
    processor_identification,
    project_period_limit,
    recycler_identification,
    recycling_manifest_data,
    regional_waste_classification,
    transport_manifest_data,
    vehicle_identification,
    waste_mass_is_unique,
    waste_origin_identification,
    weighing,
)
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.vocabulary import Methodology

Check = Callable[[Subject, Context], list[Finding]]

_NO_CONFLICTING = {
    Methodology.BOLD_RECYCLING: "no-conflicting-recycled-id-or-credit",
    Methodology.BOLD_CARBON: "no-conflicting-gas-id-or-credit",
}


def rules_of(methodology: Methodology) -> dict[str, Check]:
    """Slug and check of each rule, in the order in which the auditor lists them."""
    rules: dict[str, Check] = {
        "waste-mass-is-unique": waste_mass_is_unique.check,
        _NO_CONFLICTING[methodology]: no_conflicting_certificate_or_credit.check,
        "project-period-limit": project_period_limit.check,
        "participant-accreditations-and-verifications-requirements": (
            participant_accreditations_and_verifications_requirements.check
        ),
        "mass-id-qualifications": mass_id_qualifications.check,
        "regional-waste-classification": regional_waste_classification.check,
        "geolocation-and-address-precision": geolocation_and_address_precision.check,
        "waste-origin-identification": waste_origin_identification.check,
        "hauler-identification": hauler_identification.check,
        "vehicle-identification": vehicle_identification.check,
        "driver-identification": driver_identification.check,
        "transport-manifest-data": transport_manifest_data.check,
        "processor-identification": processor_identification.check,
        "recycler-identification": recycler_identification.check,
        "weighing": weighing.check,
        "drop-off-at-recycler": drop_off_at_recycler.check,
        "mass-id-sorting": mass_id_sorting.check,
        "composting-cycle-timeframe": composting_cycle_timeframe.check,
        "recycling-manifest-data": recycling_manifest_data.check,
    }
    if methodology is Methodology.BOLD_CARBON:
        rules["prevented-emissions"] = prevented_emissions.check
    return rules
