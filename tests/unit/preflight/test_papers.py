"""Accreditations, manifests, prevented emissions."""

from decimal import Decimal
from typing import Any

import pytest
from massid_relay.preflight import Outcome
from massid_relay.preflight.emission_factors import STATIC_FACTORS, factor_of_carbon_fraction
from massid_relay.preflight.vocabulary import Baseline

PASSED, FAILED, REVIEW, UNDECIDED = (
    Outcome.PASSED,
    Outcome.FAILED,
    Outcome.REVIEW_REQUIRED,
    Outcome.NOT_DECIDABLE,
)
ACCREDITED = "participant-accreditations-and-verifications-requirements"
MANIFESTS = [("Transport Manifest", "transport-manifest-data"), ("Recycling Manifest", "recycling-manifest-data")]


@pytest.mark.parametrize(
    ("field", "value", "verdict"),
    [
        ("status", "Rejected", FAILED),
        ("effectiveDate", "2026-11-21T23:59:59Z", PASSED),
        ("effectiveDate", "2026-11-22T00:00:00Z", FAILED),
        ("effectiveDate", None, FAILED),
        ("expirationDate", "2026-11-21T00:00:00Z", PASSED),
        ("expirationDate", "2026-11-20T23:59:59Z", FAILED),
        ("expirationDate", None, PASSED),
        ("hasResult", False, FAILED),
    ],
)
def test_an_accreditation_is_approved_and_valid_by_days(massid: Any, field: str, value: Any, verdict: Outcome) -> None:
    massid.recycler[field] = value
    assert massid.verdict(ACCREDITED) is verdict


def test_an_integrator_needs_no_result(massid: Any) -> None:
    massid.profile["accreditations"][2]["hasResult"] = False
    assert massid.verdict(ACCREDITED) is PASSED


def test_no_integrator_is_needed_at_all(massid: Any) -> None:
    massid.remove("ACTOR", "Integrator")
    assert massid.verdict(ACCREDITED) is PASSED


def test_exactly_one_valid_accreditation(massid: Any) -> None:
    massid.profile["accreditations"].append(dict(massid.recycler))
    assert massid.verdict(ACCREDITED) is FAILED
    massid.profile["accreditations"][-1]["status"] = "Rejected"
    assert massid.verdict(ACCREDITED) is PASSED


def test_any_event_with_such_a_label_counts_and_the_last_label_wins(massid: Any) -> None:
    massid.event("Drop-off")["label"] = "Integrator"
    assert massid.verdict(ACCREDITED) is FAILED, "the recycler is an Integrator now, and not accredited as one"
    massid.event("Recycled")["label"] = "Recycler"
    assert massid.verdict(ACCREDITED) is PASSED


def test_who_is_unlisted_fails_only_under_a_complete_profile(massid: Any) -> None:
    massid.profile["accreditations"].pop(1)
    assert massid.verdict(ACCREDITED) is FAILED
    massid.profile["complete"] = False
    assert massid.verdict(ACCREDITED) is UNDECIDED
    massid.profile = None
    assert massid.verdict(ACCREDITED) is UNDECIDED


@pytest.mark.parametrize(("event", "rule"), MANIFESTS)
def test_a_complete_manifest_waits_for_its_text(massid: Any, event: str, rule: str) -> None:
    assert massid.verdict(rule) is UNDECIDED


@pytest.mark.parametrize(("event", "rule"), MANIFESTS)
def test_an_exempted_manifest_needs_nothing_else(massid: Any, event: str, rule: str) -> None:
    massid.set(event, "Exemption Justification", "collected by the town")
    assert massid.verdict(rule) is FAILED, "a file and a justification"
    del massid.event(event)["attachments"]
    massid.event(event)["metadata"]["attributes"] = [massid.attribute(event, "Exemption Justification")]
    assert massid.verdict(rule) is PASSED
    massid.set(event, "Exemption Justification", " ")
    assert massid.verdict(rule) is FAILED


@pytest.mark.parametrize("label", ["MTR", "transport manifest", "Recycling Manifest"])
def test_the_files_label_is_exact_even_with_an_exemption(massid: Any, label: str) -> None:
    massid.event("Transport Manifest")["attachments"][0]["label"] = label
    massid.set("Transport Manifest", "Exemption Justification", "collected by the town")
    assert massid.verdict("transport-manifest-data") is FAILED


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("Document Type", "CDF", FAILED),
        ("Document Type", "mtr", FAILED),
        ("Document Type", None, FAILED),
        ("Document Number", 4126, UNDECIDED),
        ("Document Number", "", FAILED),
        ("Document Number", None, FAILED),
        ("Issue Date", "", UNDECIDED),
    ],
)
def test_manifest_attributes(massid: Any, name: str, value: Any, verdict: Outcome) -> None:
    massid.set("Transport Manifest", name, value)
    assert massid.verdict("transport-manifest-data") is verdict


def test_the_issue_date_carries_the_format_date(massid: Any) -> None:
    del massid.attribute("Transport Manifest", "Issue Date")["format"]
    assert massid.verdict("transport-manifest-data") is FAILED


def test_outside_brazil_any_document_type_is_accepted(massid: Any) -> None:
    massid.event("ACTOR", "Recycler")["address"]["countryCode"] = "PT"
    massid.set("Transport Manifest", "Document Type", "Guia")
    assert massid.verdict("transport-manifest-data") is UNDECIDED


def test_only_the_recycling_manifest_stands_at_the_recyclers_address(massid: Any) -> None:
    massid.event("Recycling Manifest")["address"]["id"] = "elsewhere"
    massid.event("Transport Manifest")["address"]["id"] = "elsewhere"
    assert massid.verdict("recycling-manifest-data") is FAILED
    assert massid.verdict("transport-manifest-data") is UNDECIDED


def test_every_manifest_must_pass(massid: Any) -> None:
    massid.add("Transport Manifest", "2026-05-01T09:15:00Z", "generator")
    assert massid.verdict("transport-manifest-data") is FAILED


def test_prevented_emissions_are_computed_and_shown(massid: Any) -> None:
    """900 kg x 0.726812 - 900 kg x 0.1 = 564.1308."""
    finding = next(one for one in massid.report("bold-carbon").findings if one.rule == "prevented-emissions")
    assert finding.outcome is PASSED
    assert "564.1308 kg CO2e" in finding.sentence


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("greenhouseGasType", " "),
        ("baselines", {}),
        ("baselines", None),
        ("exceedingEmissionCoefficient", None),
        ("exceedingEmissionCoefficient", -0.1),
        ("referenceYear", 2024),
    ],
)
def test_prevented_emissions_need_the_recyclers_figures(massid: Any, field: str, value: Any) -> None:
    massid.metrics[field] = value
    assert massid.verdict("prevented-emissions", "bold-carbon") is FAILED


def test_prevented_emissions_may_be_zero(massid: Any) -> None:
    massid.metrics["exceedingEmissionCoefficient"] = 5
    assert massid.verdict("prevented-emissions", "bold-carbon") is PASSED


def test_every_subtype_but_others_has_three_factors() -> None:
    assert {len(factors) for factors in STATIC_FACTORS.values()} == {3}
    assert len(STATIC_FACTORS) == 7


@pytest.mark.parametrize(
    ("baseline", "fraction", "factor"),
    [
        (Baseline.WITH_FLARING, "0.15", "0.439691"),
        (Baseline.WITHOUT_FLARING, "0.05", "0.215385"),
        (Baseline.OPEN_AIR_DUMP, "0", "0"),
        (Baseline.WITH_FLARING, "0.5", "1.768272"),
        (Baseline.WITH_FLARING, "0.50000001", "1.768273"),
    ],
)
def test_factors_of_others_are_rounded_half_down_at_six_decimals(
    baseline: Baseline, fraction: str, factor: str
) -> None:
    """3.795947 x 0.5 - 0.129701 = 1.7682725, half a millionth exactly."""
    assert factor_of_carbon_fraction(baseline, Decimal(fraction)) == Decimal(factor)


def _others(massid: Any, code: str) -> None:
    massid.body["subtype"] = "Others (if organic)"
    massid.metrics["baselines"] = {"Others (if organic)": "Open-air dump"}
    massid.set("Pick-up", "Local Waste Classification ID", code)


@pytest.mark.parametrize("code", ["02 01 06", "16 03 06", "17 05 06", "19 02 06", "190814"])
def test_five_codes_have_the_authors_carbon_fraction(massid: Any, code: str) -> None:
    _others(massid, code)
    assert massid.verdict("prevented-emissions", "bold-carbon") is PASSED


def test_a_code_of_another_class_fails_without_a_profile_too(massid: Any) -> None:
    _others(massid, "20 01 08")
    massid.profile = None
    assert massid.verdict("prevented-emissions", "bold-carbon") is FAILED
    massid.set("Pick-up", "Local Waste Classification ID", "02 04 04")
    assert massid.verdict("prevented-emissions", "bold-carbon") is UNDECIDED


@pytest.mark.parametrize(("analysed", "valid"), [("2024-05-01", True), ("2024-04-30", False), ("2026-12-01", True)])
def test_a_laboratory_report_holds_two_years(massid: Any, analysed: str, valid: bool) -> None:
    _others(massid, "02 04 04")
    report = {
        "localWasteClassificationId": "020404",
        "carbonFraction": "0.2",
        "moistureFraction": "0.5",
        "carbonAnalysisDate": analysed,
    }
    massid.profile["accreditations"][-1]["carbonCharacterizations"] = [report]
    assert massid.verdict("prevented-emissions", "bold-carbon") is (PASSED if valid else FAILED)
    assert massid.verdict("prevented-emissions", "bold-carbon", review=True) is (PASSED if valid else REVIEW)


def test_without_a_report_others_fail_or_are_for_review(massid: Any) -> None:
    _others(massid, "02 04 04")
    assert massid.verdict("prevented-emissions", "bold-carbon") is FAILED
    assert massid.verdict("prevented-emissions", "bold-carbon", review=True) is REVIEW
