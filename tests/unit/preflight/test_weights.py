"""Weighing and sorting: every number on both sides of its limit."""

from decimal import Decimal
from typing import Any

import pytest
from massid_relay.preflight import Outcome
from massid_relay.preflight.vocabulary import ATTRIBUTE_FORMATS, CAPTURE_METHODS, SCALE_TYPES, WEIGHBRIDGES

PASSED, FAILED, UNDECIDED = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_DECIDABLE


@pytest.mark.parametrize(
    ("net", "verdict"),
    [
        (1000, PASSED),
        (Decimal("1000.09"), PASSED),
        (Decimal("999.91"), PASSED),
        (Decimal("999.9"), FAILED),
        (Decimal("1000.11"), FAILED),
        (999, FAILED),
    ],
)
def test_net_weight_agrees_within_a_tenth_of_a_kilogram(massid: Any, net: Any, verdict: Outcome) -> None:
    massid.event("Weighing")["value"] = net
    assert massid.verdict("weighing") is verdict


def test_net_weight_is_compared_in_the_auditors_arithmetic(massid: Any) -> None:
    """1100 - 100 - 999.9 is a hair above 0.1 or not as IEEE doubles say, not as decimals do."""
    massid.event("Weighing")["value"] = Decimal("0.2")
    massid.set("Weighing", "Gross Weight", Decimal("0.4"))
    massid.set("Weighing", "Tare", Decimal("0.1"))
    massid.set("Weighing", "Container Quantity", 1)
    assert (abs(0.4 - 0.1 * 1 - 0.2) > 0.1) is True
    assert massid.verdict("weighing") is FAILED


@pytest.mark.parametrize("value", [0, -1, "1000", True])
@pytest.mark.parametrize("name", ["Gross Weight", "Tare", "Container Capacity"])
def test_weights_are_json_numbers_above_zero(massid: Any, name: str, value: Any) -> None:
    massid.set("Weighing", name, value)
    assert massid.verdict("weighing") is FAILED


@pytest.mark.parametrize("name", ["Gross Weight", "Tare", "Container Capacity"])
def test_weights_carry_one_of_four_formats(massid: Any, name: str) -> None:
    for form in ATTRIBUTE_FORMATS:
        massid.attribute("Weighing", name)["format"] = form
        assert massid.verdict("weighing") is PASSED
    del massid.attribute("Weighing", name)["format"]
    assert massid.verdict("weighing") is FAILED


@pytest.mark.parametrize(
    ("quantity", "verdict"),
    [(1, PASSED), (Decimal("1.0"), PASSED), (0, FAILED), (Decimal("1.5"), FAILED), ("1", FAILED)],
)
def test_container_quantity_is_a_whole_number(massid: Any, quantity: Any, verdict: Outcome) -> None:
    massid.set("Weighing", "Container Quantity", quantity)
    massid.set("Weighing", "Tare", 100)
    assert massid.verdict("weighing") is verdict


def test_a_truck_has_no_quantity_and_so_no_net_weight_check(massid: Any) -> None:
    massid.set("Weighing", "Container Type", "Truck")
    assert massid.verdict("weighing") is FAILED
    massid.unset("Weighing", "Container Quantity")
    massid.set("Weighing", "Gross Weight", 5000)
    assert massid.verdict("weighing") is PASSED


def test_any_container_type_but_an_empty_one_is_accepted(massid: Any) -> None:
    massid.set("Weighing", "Container Type", "Crate of my own")
    assert massid.verdict("weighing") is PASSED
    massid.set("Weighing", "Container Type", "")
    assert massid.verdict("weighing") is FAILED


@pytest.mark.parametrize("method", sorted(CAPTURE_METHODS))
def test_every_capture_method_is_accepted(massid: Any, method: str) -> None:
    massid.set("Weighing", "Weighing Capture Method", method)
    assert massid.verdict("weighing") is PASSED
    massid.set("Weighing", "Weighing Capture Method", method.upper() + " ")
    assert massid.verdict("weighing") is FAILED


@pytest.mark.parametrize("scale", sorted(SCALE_TYPES))
def test_the_scale_type_is_the_accredited_one(massid: Any, scale: str) -> None:
    massid.set("Weighing", "Scale Type", scale)
    massid.recycler["scaleType"] = scale
    assert massid.verdict("weighing") is PASSED
    massid.recycler["scaleType"] = "Bin Scale" if scale != "Bin Scale" else "Floor Scale"
    assert massid.verdict("weighing") is FAILED


def test_both_names_of_a_weighbridge_are_interchangeable(massid: Any) -> None:
    massid.set("Weighing", "Scale Type", "Weighbridge")
    massid.recycler["scaleType"] = "Weighbridge (Truck Scale)"
    assert massid.verdict("weighing") is PASSED


def test_a_scale_type_outside_the_list_fails_even_if_accredited(massid: Any) -> None:
    massid.set("Weighing", "Scale Type", "Two-bin Lateral Scale")
    massid.recycler["scaleType"] = "Two-bin Lateral Scale"
    assert massid.verdict("weighing") is FAILED


def test_without_a_profile_the_scale_type_is_not_decidable(massid: Any) -> None:
    massid.profile = None
    assert massid.verdict("weighing") is UNDECIDED
    massid.unset("Weighing", "Description")
    assert massid.verdict("weighing") is FAILED


@pytest.mark.parametrize("name", ["Tare", "Gross Weight", "Container Quantity", "Container Capacity"])
def test_what_an_exception_may_waive_is_not_decidable_without_the_accreditation(massid: Any, name: str) -> None:
    massid.unset("Weighing", name)
    assert massid.verdict("weighing") is FAILED
    massid.profile = None
    assert massid.verdict("weighing") is UNDECIDED


@pytest.mark.parametrize(
    ("waived", "left_out"),
    [
        ("Tare", "Tare"),
        ("Tare", "Gross Weight"),
        ("Container Quantity", "Container Quantity"),
        ("Container Capacity", "Container Capacity"),
    ],
)
def test_an_approved_exception_waives_its_attribute_until_it_expires(massid: Any, waived: str, left_out: str) -> None:
    massid.unset("Weighing", left_out)
    exception = {"event": "Weighing", "attributeName": waived, "validUntil": "2026-11-21T12:00:00Z"}
    massid.recycler["approvedExceptions"] = [exception]
    assert massid.verdict("weighing") is PASSED
    exception["validUntil"] = "2026-11-21T11:59:59Z"
    assert massid.verdict("weighing") is FAILED


def _two_step(massid: Any) -> Any:
    massid.set("Weighing", "Container Type", "Truck")
    massid.unset("Weighing", "Container Quantity")
    massid.set("Weighing", "Scale Type", "Weighbridge")
    massid.recycler["scaleType"] = "Weighbridge"
    first = massid.event("Weighing")
    second = {
        **first,
        "id": "second",
        "metadata": {"attributes": [dict(one) for one in first["metadata"]["attributes"]]},
    }
    massid.events.insert(massid.events.index(first) + 1, second)
    return second


def test_two_weighings_that_agree_pass_and_three_fail(massid: Any) -> None:
    second = _two_step(massid)
    assert massid.verdict("weighing") is PASSED
    massid.events.append({**second, "id": "third"})
    assert massid.verdict("weighing") is FAILED


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Weighing Capture Method", "Manual"),
        ("Scale Type", "Weighbridge (Truck Scale)"),
        ("Container Capacity", 121),
        ("Container Type", "Bin"),
        ("Gross Weight", 1101),
        ("Vehicle License Plate", "abc1d23"),
    ],
)
def test_two_weighings_must_agree_strictly(massid: Any, name: str, value: Any) -> None:
    second = _two_step(massid)
    next(one for one in second["metadata"]["attributes"] if one["name"] == name)["value"] = value
    assert massid.verdict("weighing") is FAILED


def test_only_the_first_weighing_is_judged(massid: Any) -> None:
    second = _two_step(massid)
    second["metadata"]["attributes"] = [one for one in second["metadata"]["attributes"] if one["name"] != "Tare"]
    del second["value"]
    assert massid.verdict("weighing") is PASSED


@pytest.mark.parametrize("scale", sorted(SCALE_TYPES - WEIGHBRIDGES))
def test_two_weighings_need_a_weighbridge(massid: Any, scale: str) -> None:
    second = _two_step(massid)
    massid.set("Weighing", "Scale Type", scale)
    next(one for one in second["metadata"]["attributes"] if one["name"] == "Scale Type")["value"] = scale
    massid.recycler["scaleType"] = scale
    assert massid.verdict("weighing") is FAILED


def test_two_weighings_have_the_same_participant(massid: Any) -> None:
    second = _two_step(massid)
    second["participant"] = massid.event("ACTOR", "Hauler")["participant"]
    assert massid.verdict("weighing") is FAILED


def test_a_demanded_scale_ticket_must_be_attached_and_is_then_read_by_the_auditor(massid: Any) -> None:
    massid.recycler["requiredAdditionalVerifications"] = [
        {"verificationType": "Scale Ticket", "layoutIds": ["layout-1"]}
    ]
    assert massid.verdict("weighing") is FAILED
    massid.event("Weighing")["attachments"] = [
        {"attachmentId": "t", "contentLength": 1, "isPublic": True, "label": "Weighing Ticket"}
    ]
    assert massid.verdict("weighing") is UNDECIDED


@pytest.mark.parametrize(
    ("deducted", "remained", "verdict"),
    [
        (Decimal("100.05"), Decimal("899.95"), PASSED),
        (Decimal("99.95"), 900, PASSED),
        (Decimal("100.11"), Decimal("899.89"), FAILED),
        (100, Decimal("900.09"), PASSED),
        (100, Decimal("900.11"), FAILED),
        (0, 1000, FAILED),
    ],
)
def test_sorting_balances_within_a_tenth_of_a_kilogram(
    massid: Any, deducted: Any, remained: Any, verdict: Outcome
) -> None:
    massid.set("Sorting", "Deducted Weight", deducted)
    massid.event("Sorting")["value"] = remained
    massid.body["currentValue"] = remained
    assert massid.verdict("mass-id-sorting") is verdict


def test_sorting_compares_gross_and_value_strictly(massid: Any) -> None:
    massid.body["currentValue"] = Decimal("900.01")
    assert massid.verdict("mass-id-sorting") is FAILED
    massid.body["currentValue"] = Decimal("900.0")
    assert massid.verdict("mass-id-sorting") is PASSED
    massid.event("Drop-off")["value"] = Decimal("1000.01")
    assert massid.verdict("mass-id-sorting") is FAILED


def test_sorting_takes_the_latest_earlier_value_by_time(massid: Any) -> None:
    del massid.event("Drop-off")["value"]
    assert massid.verdict("mass-id-sorting") is PASSED
    massid.add("Anything", "2026-05-01T10:59:59.999Z", "recycler", value=7)
    assert massid.verdict("mass-id-sorting") is FAILED
    massid.events[-1]["externalCreatedAt"] = "2026-05-01T11:00:00.000Z"
    assert massid.verdict("mass-id-sorting") is PASSED


def test_sorting_with_two_different_values_at_one_time_before_it_is_not_decidable(massid: Any) -> None:
    massid.add("Anything", "2026-05-01T10:10:00.000Z", "recycler", value=7)
    assert massid.verdict("mass-id-sorting") is UNDECIDED


@pytest.mark.parametrize("name", ["Gross Weight", "Deducted Weight"])
def test_sorting_weights_are_kilograms(massid: Any, name: str) -> None:
    massid.attribute("Sorting", name)["format"] = "LITER"
    assert massid.verdict("mass-id-sorting") is FAILED


def test_sorting_needs_a_description_and_itself(massid: Any) -> None:
    massid.set("Sorting", "Description", "  ")
    assert massid.verdict("mass-id-sorting") is FAILED
    massid.remove("Sorting")
    assert massid.verdict("mass-id-sorting") is FAILED


def test_the_sorting_factor_is_that_of_the_year_before_in_utc(massid: Any) -> None:
    massid.body["externalCreatedAt"] = "2026-12-31T23:30:00-03:00"
    assert massid.verdict("mass-id-sorting") is FAILED
    massid.metrics["referenceYear"] = "2026"
    assert massid.verdict("mass-id-sorting") is PASSED
    massid.metrics["sortingFactor"] = 0
    assert massid.verdict("mass-id-sorting") is FAILED


def test_without_a_profile_sorting_is_only_failed_by_what_the_massid_says(massid: Any) -> None:
    massid.profile = None
    assert massid.verdict("mass-id-sorting") is UNDECIDED
    massid.body["currentValue"] = 901
    assert massid.verdict("mass-id-sorting") is FAILED
