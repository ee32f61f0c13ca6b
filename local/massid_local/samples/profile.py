"""The accreditation profile of the sample world, for preflight's rules that a MassID alone can't decide (docs/preflight.md)."""

from collections.abc import Sequence
from datetime import date

from massid_relay.core.jsons import JsonObject

from massid_local.samples.parties import Party, Place, Recycler
from massid_local.samples.plan import SUBTYPES
from massid_local.samples.world import FLOOR_SCALE_YARD, INTEGRATOR, PROCESSOR, WEIGHBRIDGE_YARD

BASELINE = "Landfills without flaring of methane gas"


YARDS = (WEIGHBRIDGE_YARD, FLOOR_SCALE_YARD)


def accreditation_profile(today: date, yards: Sequence[Recycler] = YARDS) -> JsonObject:
    """The yards, also as processors, the processor and the integrator: approved for years before and after `today`."""
    return {
        "version": 1,
        "complete": True,
        "accreditations": [
            *(_recycler(yard, today) for yard in yards),
            *(_accreditation("Processor", party, today) for party in (PROCESSOR, *yards)),
            _accreditation("Integrator", INTEGRATOR, today),
        ],
    }


def _accreditation(role: str, party: Party, today: date) -> JsonObject:
    return {
        "role": role,
        "participant": {"taxId": party.tax_id},
        "status": "Approved",
        "effectiveDate": f"{today.year - 6}-01-01T00:00:00.000Z",
        "expirationDate": f"{today.year + 4}-12-31T23:59:59.000Z",
        "facilityAddress": _facility(party.place),
    }


def _facility(place: Place) -> JsonObject:
    address = place.as_json()
    return {name: address[name] for name in _FACILITY_FIELDS}


_FACILITY_FIELDS = ("street", "number", "city", "countryState", "countryCode", "latitude", "longitude")


def _recycler(yard: Recycler, today: date) -> JsonObject:
    return {
        **_accreditation("Recycler", yard, today),
        "scaleType": yard.scale_type,
        "emissionsMetrics": [
            {
                "referenceYear": year,
                "sortingFactor": yard.sorting_factor,
                "greenhouseGasType": "Methane (CH4)",
                "baselines": dict.fromkeys(SUBTYPES, BASELINE),
                "exceedingEmissionCoefficient": yard.sorting_factor,
            }
            for year in range(today.year - 5, today.year + 1)
        ],
    }
