"""Rules about the document and the journey of the load, each on both sides of its limit."""

from datetime import UTC, datetime
from typing import Any

import pytest
from massid_relay.preflight import Outcome
from massid_relay.preflight.vocabulary import CDM_CODE_OF_SUBTYPE, VEHICLE_TYPES
from massid_relay.preflight.waste_codes import WasteCode, find_waste_code, waste_codes

PASSED, FAILED, UNDECIDED = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_DECIDABLE


def test_a_whole_massid_fails_nothing(massid: Any) -> None:
    for methodology in ("bold-recycling", "bold-carbon"):
        report = massid.report(methodology)
        assert report.passes
        undecided = {rule for rule, outcome in report.verdicts.items() if outcome is UNDECIDED}
        assert undecided == {"waste-mass-is-unique", "transport-manifest-data", "recycling-manifest-data"}


def test_recycling_has_19_rules_and_carbon_20_besides_the_shape(massid: Any) -> None:
    recycling, carbon = massid.report("bold-recycling").verdicts, massid.report("bold-carbon").verdicts
    assert (len(recycling), len(carbon)) == (20, 21)
    assert "no-conflicting-gas-id-or-credit" in carbon
    assert "no-conflicting-recycled-id-or-credit" in recycling


@pytest.mark.parametrize("gone", ["Pick-up", "Drop-off"])
def test_uniqueness_needs_pick_up_and_drop_off(massid: Any, gone: str) -> None:
    massid.remove(gone)
    assert massid.verdict("waste-mass-is-unique") is FAILED


@pytest.mark.parametrize("label", ["Recycler", "Waste Generator"])
def test_uniqueness_needs_recycler_and_generator(massid: Any, label: str) -> None:
    massid.remove("ACTOR", label)
    assert massid.verdict("waste-mass-is-unique") is FAILED


@pytest.mark.parametrize("plate", [None, "", "  ", 1234567])
def test_uniqueness_needs_a_plate_even_for_a_bicycle(massid: Any, plate: Any) -> None:
    massid.set("Pick-up", "Vehicle Type", "Bicycle")
    assert massid.verdict("waste-mass-is-unique") is UNDECIDED
    massid.set("Pick-up", "Vehicle License Plate", plate)
    assert massid.verdict("waste-mass-is-unique") is FAILED
    assert massid.verdict("vehicle-identification") is PASSED


def test_no_conflict_without_linked_documents_else_not_decidable(massid: Any) -> None:
    rule = "no-conflicting-recycled-id-or-credit"
    assert massid.verdict(rule) is PASSED
    massid.event("Recycled")["relatedDocument"] = {"documentId": "x", "category": "MassID"}
    assert massid.verdict(rule) is PASSED
    massid.event("Recycled")["relatedDocument"] = {"documentId": "x", "category": "Methodology"}
    assert massid.verdict(rule) is UNDECIDED


def test_a_document_named_by_its_external_id_is_one_of_yours_and_well_shaped(massid: Any) -> None:
    massid.event("Recycled")["relatedDocument"] = {"documentExternalId": "load-2"}
    assert massid.verdict("no-conflicting-recycled-id-or-credit") is PASSED
    assert massid.verdict("document-shape") is PASSED


@pytest.mark.parametrize(
    ("recycled", "verdict"),
    [
        ("2025-01-01T00:00:00.000Z", PASSED),
        ("2024-12-31T23:59:59.999Z", FAILED),
        ("2024-12-31T21:00:00-03:00", PASSED),
        ("2099-01-01T00:00:00Z", PASSED),
    ],
)
def test_recycled_not_before_last_year(massid: Any, recycled: str, verdict: Outcome) -> None:
    massid.event("Recycled")["externalCreatedAt"] = recycled
    assert massid.verdict("project-period-limit") is verdict


def test_the_period_is_judged_by_the_day_of_the_audit(massid: Any) -> None:
    massid.now = datetime(2028, 1, 1, tzinfo=UTC)
    assert massid.verdict("project-period-limit") is FAILED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("category", "Mass"),
        ("type", "ORGANIC"),
        ("measurementUnit", "KG"),
        ("currentValue", 0),
        ("subtype", "Food Waste"),
    ],
)
def test_qualifications_are_exact(massid: Any, field: str, value: Any) -> None:
    assert massid.verdict("mass-id-qualifications") is PASSED
    massid.body[field] = value
    assert massid.verdict("mass-id-qualifications") is FAILED


@pytest.mark.parametrize("subtype", sorted(CDM_CODE_OF_SUBTYPE))
def test_every_subtype_qualifies(massid: Any, subtype: str) -> None:
    massid.body["subtype"] = subtype
    assert massid.verdict("mass-id-qualifications") is PASSED


def test_the_table_has_214_codes_of_which_154_can_pass() -> None:
    codes = waste_codes().values()
    assert len(codes) == 214
    assert sum(entry.subtype is not None for entry in codes) == 154
    assert all(entry.cdm_code == CDM_CODE_OF_SUBTYPE[entry.subtype] for entry in codes if entry.subtype)


@pytest.mark.parametrize("entry", list(waste_codes().values()), ids=lambda entry: entry.code)
def test_every_code_passes_with_its_own_subtype_only(massid: Any, entry: WasteCode) -> None:
    massid.set("Pick-up", "Local Waste Classification ID", entry.code)
    massid.set("Pick-up", "Local Waste Classification Description", entry.description)
    for subtype in CDM_CODE_OF_SUBTYPE:
        massid.body["subtype"] = subtype
        expected = PASSED if subtype == entry.subtype else FAILED
        assert massid.verdict("regional-waste-classification") is expected


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("200108", PASSED), ("20 0108 ", PASSED), ("20.01.08", FAILED), ("20 01 08*", FAILED), (200108, FAILED)],
)
def test_only_white_space_is_ignored_in_a_code(massid: Any, code: Any, verdict: Outcome) -> None:
    massid.set("Pick-up", "Local Waste Classification ID", code)
    assert massid.verdict("regional-waste-classification") is verdict


def test_a_description_may_differ_a_little(massid: Any) -> None:
    name = "Local Waste Classification Description"
    massid.set("Pick-up", name, "RESIDUOS BIODEGRADAVEIS DE COZINHA E CANTINAS.")
    assert massid.verdict("regional-waste-classification") is PASSED
    massid.set("Pick-up", name, "Resíduos de cozinha")
    assert massid.verdict("regional-waste-classification") is FAILED


def test_the_recyclers_country_counts_and_not_the_pick_ups(massid: Any) -> None:
    massid.event("Pick-up")["address"]["countryCode"] = "PT"
    assert massid.verdict("regional-waste-classification") is PASSED
    massid.event("ACTOR", "Recycler")["address"]["countryCode"] = "PT"
    assert massid.verdict("regional-waste-classification") is FAILED


def test_without_a_subtype_classification_does_not_apply(massid: Any) -> None:
    del massid.body["subtype"]
    assert massid.verdict("regional-waste-classification") is PASSED
    assert massid.verdict("mass-id-qualifications") is FAILED
    assert find_waste_code(None) is None


@pytest.mark.parametrize(
    ("generators", "origin", "verdict"),
    [
        (1, None, PASSED),
        (1, "Known", PASSED),
        (1, "Unidentified", FAILED),
        (0, "Unidentified", PASSED),
        (0, None, FAILED),
        (2, None, FAILED),
    ],
)
def test_origin_is_a_generator_or_unidentified(
    massid: Any, generators: int, origin: str | None, verdict: Outcome
) -> None:
    massid.set("Pick-up", "Waste Origin", origin)
    if generators == 0:
        massid.remove("ACTOR", "Waste Generator")
    if generators == 2:
        massid.add("ACTOR", "2026-05-01T08:30:00Z", "hauler", label="Waste Generator")
    assert massid.verdict("waste-origin-identification") is verdict


@pytest.mark.parametrize("vehicle", sorted(VEHICLE_TYPES))
def test_only_carts_and_sludge_pipes_go_without_a_hauler(massid: Any, vehicle: str) -> None:
    massid.set("Pick-up", "Vehicle Type", vehicle)
    assert massid.verdict("hauler-identification") is PASSED
    massid.remove("ACTOR", "Hauler")
    expected = PASSED if vehicle in ("Cart", "Sludge Pipes") else FAILED
    assert massid.verdict("hauler-identification") is expected


@pytest.mark.parametrize("vehicle", sorted(VEHICLE_TYPES))
def test_which_vehicles_need_a_plate(massid: Any, vehicle: str) -> None:
    massid.set("Pick-up", "Vehicle Type", vehicle)
    massid.set("Pick-up", "Vehicle Description", "with a trailer")
    assert massid.verdict("vehicle-identification") is PASSED
    massid.unset("Pick-up", "Vehicle License Plate")
    expected = PASSED if vehicle in ("Bicycle", "Cart", "Sludge Pipes", "Others") else FAILED
    assert massid.verdict("vehicle-identification") is expected


def test_other_vehicles_need_a_description(massid: Any) -> None:
    massid.set("Pick-up", "Vehicle Type", "Others")
    assert massid.verdict("vehicle-identification") is FAILED
    massid.set("Pick-up", "Vehicle Type", "truck")
    assert massid.verdict("vehicle-identification") is FAILED


@pytest.mark.parametrize(
    ("plate", "verdict"),
    [
        ("ABC1D23", PASSED),
        ("abc-1d23", PASSED),
        ("ABC 1234", PASSED),
        ("AB1234", PASSED),
        ("ab 12-34", PASSED),
        ("ABC.1234", FAILED),
        ("A1234", FAILED),
        ("ABC12D3", FAILED),
        ("ABCD123", FAILED),
        ("ABC12345", FAILED),
    ],
)
def test_plate_patterns(massid: Any, plate: str, verdict: Outcome) -> None:
    massid.set("Pick-up", "Vehicle License Plate", plate)
    massid.set("Weighing", "Vehicle License Plate", plate)
    assert massid.verdict("vehicle-identification") is verdict
    assert massid.verdict("weighing") is verdict


@pytest.mark.parametrize(
    ("driver", "exemption", "verdict"),
    [
        ("7", None, PASSED),
        ("", None, PASSED),
        (0, None, PASSED),
        (None, "self-service", PASSED),
        (None, "  ", FAILED),
        (None, None, FAILED),
        ("7", "self-service", FAILED),
    ],
)
def test_exactly_one_of_driver_and_exemption(massid: Any, driver: Any, exemption: Any, verdict: Outcome) -> None:
    massid.set("Pick-up", "Driver Identifier", driver)
    massid.set("Pick-up", "Driver Identifier Exemption Justification", exemption)
    assert massid.verdict("driver-identification") is verdict
    massid.set("Pick-up", "Vehicle Type", "Sludge Pipes")
    assert massid.verdict("driver-identification") is PASSED


@pytest.mark.parametrize("label", ["Processor", "Recycler"])
def test_exactly_one_processor_and_one_recycler(massid: Any, label: str) -> None:
    rule = f"{label.lower()}-identification"
    assert massid.verdict(rule) is PASSED
    massid.add("ACTOR", "2026-05-01T08:30:00Z", "hauler", label=label)
    assert massid.verdict(rule) is FAILED
    massid.remove("ACTOR", label)
    massid.remove("ACTOR", label)
    assert massid.verdict(rule) is FAILED


def test_labels_and_event_names_are_case_sensitive(massid: Any) -> None:
    massid.event("ACTOR", "Recycler")["label"] = "RECYCLER"
    failed = {finding.rule for finding in massid.report().failed}
    assert {"recycler-identification", "drop-off-at-recycler", "waste-mass-is-unique"} <= failed
    massid.event("Pick-up")["name"] = "PICK_UP"
    assert massid.verdict("hauler-identification") is FAILED


def test_the_last_drop_off_is_at_the_recyclers_address_by_id(massid: Any) -> None:
    rule = "drop-off-at-recycler"
    massid.event("Drop-off")["address"]["id"] = "same text, another id"
    assert massid.verdict(rule) is FAILED
    massid.add("Drop-off", "2026-04-01T00:00:00Z", "recycler", {"Receiving Operator Identifier": "op"})
    assert massid.verdict(rule) is PASSED, "last in array order, not by time"
    massid.events[-1]["metadata"]["attributes"][0]["value"] = " "
    assert massid.verdict(rule) is FAILED


@pytest.mark.parametrize(
    ("recycled", "verdict"),
    [
        ("2026-06-30T09:10:00.000Z", PASSED),
        ("2026-06-30T09:09:59.999Z", FAILED),
        ("2026-10-28T12:09:59.999Z", PASSED),
        ("2026-10-28T12:10:00.000Z", FAILED),
        ("2026-04-01T00:00:00.000Z", FAILED),
    ],
)
def test_composting_takes_60_to_180_days_give_or_take_an_hour(massid: Any, recycled: str, verdict: Outcome) -> None:
    """59 days 23 hours pass; 180 days 1 hour 59 minutes do too, since hours are truncated."""
    massid.event("Recycled")["externalCreatedAt"] = recycled
    assert massid.verdict("composting-cycle-timeframe") is verdict


def test_the_first_drop_off_starts_the_clock(massid: Any) -> None:
    massid.add("Drop-off", "2026-07-31T00:00:00Z", "recycler", {"Receiving Operator Identifier": "op"})
    assert massid.verdict("composting-cycle-timeframe") is PASSED
    massid.events.insert(0, massid.events.pop())
    assert massid.verdict("composting-cycle-timeframe") is FAILED


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ("project-period-limit", "Recycled"),
        ("composting-cycle-timeframe", "Recycled"),
        ("composting-cycle-timeframe", "Drop-off"),
        ("drop-off-at-recycler", "Drop-off"),
        ("geolocation-and-address-precision", "Drop-off"),
        ("geolocation-and-address-precision", "Pick-up"),
        ("waste-origin-identification", "Pick-up"),
        ("hauler-identification", "Pick-up"),
        ("vehicle-identification", "Pick-up"),
        ("driver-identification", "Pick-up"),
        ("regional-waste-classification", "Pick-up"),
        ("weighing", "Weighing"),
        ("mass-id-sorting", "Sorting"),
        ("transport-manifest-data", "Transport Manifest"),
        ("recycling-manifest-data", "Recycling Manifest"),
    ],
)
def test_a_rule_fails_without_its_event(massid: Any, rule: str, name: str) -> None:
    massid.remove(name)
    assert massid.verdict(rule) is FAILED
