"""Emission factors of BOLD Carbon, kg CO2e prevented per kg of waste.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/prevented-emissions/src/
prevented-emissions.{constants,others-organic.helpers}.ts.
"""

from decimal import ROUND_HALF_DOWN, Decimal

from massid_relay.preflight.vocabulary import Baseline

_SIX_DECIMALS = Decimal("0.000001")


def _by_baseline(with_flaring: str, without_flaring: str, open_air_dump: str) -> dict[Baseline, Decimal]:
    return {
        Baseline.WITH_FLARING: Decimal(with_flaring),
        Baseline.WITHOUT_FLARING: Decimal(without_flaring),
        Baseline.OPEN_AIR_DUMP: Decimal(open_air_dump),
    }


STATIC_FACTORS = {
    "Domestic Sludge": _by_baseline("0.066584", "0.22718", "0.155804"),
    "EFB similar to Garden, Yard and Park Waste": _by_baseline("0.629488", "1.250643", "0.974574"),
    "Food, Food Waste and Beverages": _by_baseline("0.459152", "0.940301", "0.726812"),
    "Garden, Yard and Park Waste": _by_baseline("0.499788", "1.120943", "0.844874"),
    "Industrial Sludge": _by_baseline("0.223611", "0.512684", "0.384207"),
    "Tobacco": _by_baseline("0.459152", "0.940301", "0.726812"),
    "Wood and Wood Products": _by_baseline("0.720371", "1.415883", "1.106767"),
}
"""Subtypes whose factor is fixed. `Others (if organic)` depends on the waste's carbon fraction."""

_SLOPE = _by_baseline("3.795947", "6.901715", "5.521373")
_INTERCEPT = _by_baseline("-0.129701", "-0.1297003", "-0.1297013")

AUTHOR_CARBON_FRACTIONS = {
    "02 01 06": Decimal("0.15"),
    "16 03 06": Decimal("0.05"),
    "17 05 06": Decimal("0.05"),
    "19 02 06": Decimal("0.05"),
    "19 08 14": Decimal("0.09"),
}
"""Waste codes of class 8.7D whose carbon fraction the methodology's authors state. All others need a laboratory's report."""


def factor_of_carbon_fraction(baseline: Baseline, carbon_fraction: Decimal) -> Decimal:
    """slope x fraction + intercept, six decimals (halves down), at least 0."""
    exact = _SLOPE[baseline] * carbon_fraction + _INTERCEPT[baseline]
    return max(Decimal(0), exact.quantize(_SIX_DECIMALS, rounding=ROUND_HALF_DOWN))
