"""Geolocation: roles by position, three distances, text, GPS; and the distance itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.preflight import Outcome
from massid_relay.preflight.geo import Point, distance_metres

PASSED, FAILED, REVIEW, UNDECIDED = (
    Outcome.PASSED,
    Outcome.FAILED,
    Outcome.REVIEW_REQUIRED,
    Outcome.NOT_DECIDABLE,
)
RULE = "geolocation-and-address-precision"
DEGREE_METRES = 111319.49079327358  # of latitude, on a sphere of 6,378,137 m


def north(massid: Any, name: str, metres: float) -> None:
    massid.event(name)["address"]["latitude"] += metres / DEGREE_METRES


def test_known_distances() -> None:
    """geolib's own example: 52.518611, 13.408056 to 51.519475, 7.46694444 is 421,786 m by its spherical formula."""
    assert distance_metres(Point(52.518611, 13.408056), Point(51.519475, 7.46694444)) == 421786
    assert distance_metres(Point(0, 0), Point(0, 180)) == 20037508
    assert distance_metres(Point(1, 1), Point(1, 1)) == 0


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def test_distance_is_symmetric_and_never_fails(a: float, b: float, c: float, d: float) -> None:
    there = distance_metres(Point(a, b), Point(c, d))
    assert abs(there - distance_metres(Point(c, d), Point(a, b))) <= 1
    assert 0 <= there <= 20037509


@pytest.mark.parametrize("name", ["Pick-up", "Drop-off"])
@pytest.mark.parametrize(
    ("metres", "verdict"), [(1999.9, PASSED), (2000.4, PASSED), (2000.6, PASSED), (30000.4, PASSED), (30000.6, FAILED)]
)
def test_up_to_30_km_the_same_address_text_saves_it(massid: Any, name: str, metres: float, verdict: Outcome) -> None:
    north(massid, name, metres)
    assert massid.verdict(RULE) is verdict


@pytest.mark.parametrize(("metres", "verdict"), [(2000.4, PASSED), (2000.6, FAILED)])
def test_beyond_2_km_the_text_counts(massid: Any, metres: float, verdict: Outcome) -> None:
    north(massid, "Drop-off", metres)
    massid.event("Drop-off")["address"]["street"] = "Rua Completamente Diferente"
    assert massid.verdict(RULE) is verdict


def test_with_the_flag_a_matching_text_is_for_review(massid: Any) -> None:
    north(massid, "Drop-off", 5000)
    assert massid.verdict(RULE, review=True) is REVIEW
    assert massid.verdict(RULE) is PASSED


@pytest.mark.parametrize(
    ("field", "value", "verdict"),
    [
        ("street", "Av. Exemplo", PASSED),
        ("number", "01000", PASSED),
        ("number", "1001", FAILED),
        ("countryState", "São Paulo", FAILED),
        ("countryCode", "br", FAILED),
    ],
)
def test_state_and_numbers_are_exact_and_streets_similar(massid: Any, field: str, value: str, verdict: Outcome) -> None:
    north(massid, "Drop-off", 5000)
    massid.event("Drop-off")["address"][field] = value
    assert massid.verdict(RULE) is verdict


def test_without_coordinates_text_and_gps_must_both_hold(massid: Any) -> None:
    place = massid.event("Drop-off")["address"]
    place["latitude"] = None
    assert massid.verdict(RULE) is PASSED
    place["number"] = "1001"
    assert massid.verdict(RULE) is PASSED, "here the auditor compares the text only, not its numbers"
    massid.set("Drop-off", "Captured GPS Latitude", -20)
    massid.set("Drop-off", "Captured GPS Longitude", -46.9)
    assert massid.verdict(RULE) is FAILED
    massid.unset("Drop-off", "Captured GPS Latitude")
    place["street"] = "Rua Completamente Diferente"
    assert massid.verdict(RULE) is FAILED


@pytest.mark.parametrize(("metres", "verdict"), [(2000.4, PASSED), (2000.6, FAILED)])
def test_gps_lies_within_2_km_of_the_accredited_place(massid: Any, metres: float, verdict: Outcome) -> None:
    massid.set("Drop-off", "Captured GPS Latitude", -23.2 + metres / DEGREE_METRES)
    massid.set("Drop-off", "Captured GPS Longitude", -46.9)
    assert massid.verdict(RULE) is verdict


@pytest.mark.parametrize(("latitude", "longitude"), [("-20", -46.9), (-20, "-46.9"), (-91, -46.9), (-20, None)])
def test_gps_that_is_no_pair_of_numbers_in_range_is_ignored(massid: Any, latitude: Any, longitude: Any) -> None:
    massid.set("Drop-off", "Captured GPS Latitude", latitude)
    massid.set("Drop-off", "Captured GPS Longitude", longitude)
    assert massid.verdict(RULE) is PASSED


def test_gps_is_not_read_between_2_and_30_km(massid: Any) -> None:
    north(massid, "Drop-off", 5000)
    massid.set("Drop-off", "Captured GPS Latitude", 0)
    massid.set("Drop-off", "Captured GPS Longitude", 0)
    assert massid.verdict(RULE) is PASSED


def test_both_gps_exceptions_excuse_the_recycler(massid: Any) -> None:
    massid.set("Drop-off", "Captured GPS Latitude", 0)
    massid.set("Drop-off", "Captured GPS Longitude", 0)
    exceptions = [
        {"event": "Drop-off", "attributeName": f"Captured GPS {which}"} for which in ("Latitude", "Longitude")
    ]
    massid.recycler["approvedExceptions"] = exceptions
    assert massid.verdict(RULE) is PASSED
    exceptions[1]["validUntil"] = "2026-11-20"
    assert massid.verdict(RULE) is FAILED


def test_the_generator_is_skipped_without_an_accreditation_and_others_fail(massid: Any) -> None:
    north(massid, "Pick-up", 90_000)
    assert massid.verdict(RULE) is FAILED
    massid.profile["accreditations"].pop()
    assert massid.verdict(RULE) is PASSED
    massid.profile["accreditations"].pop(0)
    assert massid.verdict(RULE) is FAILED


def test_the_last_drop_off_belongs_to_the_recycler(massid: Any) -> None:
    massid.event("Drop-off")["participant"] = massid.event("ACTOR", "Hauler")["participant"]
    assert massid.verdict(RULE) is FAILED
    massid.profile = None
    assert massid.verdict(RULE) is FAILED


def test_a_stop_in_between_belongs_to_the_processor(massid: Any) -> None:
    massid.add("Pick-up", "2026-05-01T09:30:00Z", "processor")
    assert massid.verdict(RULE) is PASSED
    massid.add("Pick-up", "2026-05-01T09:30:00Z", "hauler")
    assert massid.verdict(RULE) is FAILED


def test_of_several_stops_only_the_last_is_judged(massid: Any) -> None:
    massid.add("Pick-up", "2026-05-01T09:30:00Z", "processor")["address"]["latitude"] = 0
    assert massid.verdict(RULE) is FAILED
    massid.add("Pick-up", "2026-05-01T09:30:01Z", "processor")
    assert massid.verdict(RULE) is PASSED


def test_an_accredited_place_without_coordinates_fails(massid: Any) -> None:
    del massid.recycler["facilityAddress"]["latitude"]
    assert massid.verdict(RULE) is FAILED


def test_what_an_incomplete_profile_does_not_list_is_not_decidable(massid: Any) -> None:
    massid.profile["complete"] = False
    massid.profile["accreditations"] = []
    assert massid.verdict(RULE) is UNDECIDED
