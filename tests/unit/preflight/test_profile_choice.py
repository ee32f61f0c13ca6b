"""Which accreditation of a profile a MassID is judged by."""

from typing import Any

import pytest
from massid_relay.preflight import Outcome

RULES = ["weighing", "mass-id-sorting", "prevented-emissions"]


@pytest.mark.parametrize("rule", RULES)
def test_the_recyclers_own_accreditation_is_taken_among_several_plants(massid: Any, rule: str) -> None:
    other = {**massid.recycler, "participant": {"id": "p-other"}, "scaleType": "Bin Scale", "emissionsMetrics": []}
    massid.profile["accreditations"].append(other)
    assert massid.verdict(rule, "bold-carbon") is Outcome.PASSED


@pytest.mark.parametrize("rule", RULES)
def test_with_several_plants_and_a_stranger_nothing_is_decided(massid: Any, rule: str) -> None:
    massid.recycler["participant"] = {"id": "p-one"}
    massid.profile["accreditations"].append({**massid.recycler, "participant": {"id": "p-other"}})
    assert massid.verdict(rule, "bold-carbon") is Outcome.NOT_DECIDABLE


@pytest.mark.parametrize("rule", RULES)
def test_the_only_recycler_accreditation_is_taken_whoever_holds_it_as_the_auditor_does(massid: Any, rule: str) -> None:
    massid.recycler["participant"] = {"id": "p-one"}
    assert massid.verdict(rule, "bold-carbon") is Outcome.PASSED


@pytest.mark.parametrize("rule", RULES)
def test_without_any_recycler_in_a_complete_profile_the_rule_fails(massid: Any, rule: str) -> None:
    massid.profile["accreditations"].pop(0)
    assert massid.verdict(rule, "bold-carbon") is Outcome.FAILED
    massid.profile["complete"] = False
    assert massid.verdict(rule, "bold-carbon") is Outcome.NOT_DECIDABLE
