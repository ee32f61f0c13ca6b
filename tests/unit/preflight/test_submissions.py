"""Submissions: the samples, whole and broken, and what ids and inline contents allow to decide."""

from copy import deepcopy
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from massid_local.samples import SampleMassID, generate
from massid_local.samples.breakages import NotApplicable, broken
from massid_local.samples.catalogue import BREAKAGES
from massid_local.samples.profile import accreditation_profile
from massid_relay.core.jsons import JsonObject, dumps, loads
from massid_relay.preflight import AccreditationProfile, Outcome, PreflightReport, parse_profile, run_preflight

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NEEDS_MORE = {"waste-mass-is-unique", "transport-manifest-data", "recycling-manifest-data"}


@cache
def profile() -> AccreditationProfile:
    return parse_profile(loads(dumps(accreditation_profile(TODAY))))


@cache
def samples(methodology: Any = "bold-recycling", count: int = 12) -> list[SampleMassID]:
    return generate(count, 5, TODAY, methodology=methodology, variety="full")


def message(sample: SampleMassID) -> JsonObject:
    return deepcopy(loads(dumps(sample.submission)))


def judge(source: JsonObject, methodology: str = "bold-recycling") -> PreflightReport:
    return run_preflight(source, methodology=methodology, now=NOW, profile=profile())


@pytest.mark.parametrize("methodology", ["bold-recycling", "bold-carbon"])
def test_whole_samples_pass_every_decidable_rule(methodology: str) -> None:
    for sample in samples(methodology, 40):
        report = judge(message(sample), methodology)
        assert not report.of(Outcome.FAILED, Outcome.REVIEW_REQUIRED)
        assert {finding.rule for finding in report.of(Outcome.NOT_DECIDABLE)} <= NEEDS_MORE


@pytest.mark.parametrize("name", sorted(BREAKAGES))
def test_a_broken_sample_fails_exactly_the_rules_its_breakage_touches(name: str) -> None:
    breakage = BREAKAGES[name]
    tried = 0
    for sample in samples():
        try:
            report = judge(message(broken(sample, breakage, 1)))
        except NotApplicable:
            continue
        tried += 1
        expected = set() if breakage.only_papers_tell else set(breakage.rules)
        assert {finding.rule for finding in report.to_mend} == expected
    assert tried


def test_events_count_in_the_order_in_which_they_are_sent() -> None:
    source = message(samples()[0])
    before = judge(source).verdicts
    source["events"].reverse()
    assert judge(source).verdicts == before


def test_paths_point_into_the_message_as_it_was_given() -> None:
    source = message(samples()[0])
    source["events"].reverse()
    index = next(at for at, event in enumerate(source["events"]) if event["name"] == "Recycled")
    source["events"][index]["externalCreatedAt"] = "2020-01-01T00:00:00.000Z"
    found = [finding.path for finding in judge(source).failed if finding.rule == "project-period-limit"]
    assert found == [f"events.{index}.externalCreatedAt"]


def _drop_off_and_recycler(source: JsonObject) -> tuple[JsonObject, JsonObject]:
    drop_off = [event for event in source["events"] if event["name"] == "Drop-off"][-1]
    return drop_off, next(event for event in source["events"] if event.get("label") == "Recycler")


def test_the_same_inline_address_of_the_same_participant_is_the_same_place() -> None:
    source = message(samples()[0])
    drop_off, recycler = _drop_off_and_recycler(source)
    recycler["address"] = {**drop_off["address"], "street": f"  {drop_off['address']['street']} "}
    assert judge(source).verdicts["drop-off-at-recycler"] is Outcome.PASSED
    recycler["address"]["number"] = "99999"
    assert judge(source).verdicts["drop-off-at-recycler"] is Outcome.FAILED


def test_an_id_on_one_side_and_content_on_the_other_is_not_decidable() -> None:
    source = message(samples()[0])
    drop_off, recycler = _drop_off_and_recycler(source)
    del drop_off["address"]
    drop_off["addressId"] = "a-1"
    assert judge(source).verdicts["drop-off-at-recycler"] is Outcome.NOT_DECIDABLE
    del recycler["address"]
    recycler["addressId"] = "a-1"
    assert judge(source).verdicts["drop-off-at-recycler"] is Outcome.PASSED
    recycler["addressId"] = "a-2"
    assert judge(source).verdicts["drop-off-at-recycler"] is Outcome.FAILED


def test_no_personal_data_stands_in_a_report() -> None:
    """Invariant 7."""
    for sample in samples():
        for name in ("plate-with-dots", "vehicle-type-unknown"):
            source = message(sample)
            if name in BREAKAGES:
                source = message(broken(sample, BREAKAGES[name], 1))
            text = dumps(judge(source).to_json())
            for event in source["events"]:
                inline = event.get("participant", {})
                assert not any(inline.get(key) and inline[key] in text for key in ("taxId", "name"))
                for attribute in event.get("metadata", {}).get("attributes", []):
                    if attribute["name"] == "Vehicle License Plate" and attribute.get("value"):
                        assert attribute["value"] not in text


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_value_anywhere_gets_an_answer(data: st.DataObject) -> None:
    """Preflight never raises on a message that has a document, whatever stands in its fields."""
    source = message(samples()[data.draw(st.integers(0, 11))])
    target: Any = source
    while True:
        keys = list(target) if isinstance(target, dict) else list(range(len(target)))
        key = data.draw(st.sampled_from(keys))
        inner = target[key]
        deeper = isinstance(inner, dict | list) and inner and (target is source or data.draw(st.booleans()))
        if not deeper:
            break
        target = inner
    if not (target is source and key == "document"):
        target[key] = data.draw(json_values)
    for methodology in ("bold-recycling", "bold-carbon"):
        assert judge(source, methodology).findings


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_number_in_quotes_never_turns_a_failing_rule_into_a_passing_one(data: st.DataObject) -> None:
    source = message(samples()[0])
    event = data.draw(st.sampled_from([one for one in source["events"] if "metadata" in one]))
    attribute = data.draw(st.sampled_from(event["metadata"]["attributes"]))
    attribute["value"] = str(attribute.get("value"))
    report = judge(source)
    assert report.verdicts["document-shape"] is Outcome.PASSED
    if event["name"] == "Weighing" and attribute["name"] in ("Tare", "Gross Weight", "Container Capacity"):
        assert report.verdicts["weighing"] is Outcome.FAILED
