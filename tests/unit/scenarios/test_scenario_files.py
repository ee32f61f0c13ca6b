"""The files of scenarios/ can be read, and what can't be read is told by file and place."""

import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from massid_local.scenarios import Scenario, ScenarioError, load_scenario, load_scenarios
from massid_local.scenarios.data import Topic
from massid_local.scenarios.massid import Massid, Part, make_massids
from massid_relay.core.identity import is_external_id

from scripts.document_scenarios import PAGE, table, with_table

ROOT = Path(__file__).parents[3]
SCENARIOS = load_scenarios(ROOT / "scenarios")
BEGAN = datetime(2026, 11, 20, tzinfo=UTC)
STORY = """
title: One
topic: growing
massids:
  load: {events: [{name: ACTOR, label: Integrator, by: integrator}, {name: Weighing, value: 1, files: [a.png]}, {name: CLOSE}]}
days: {0: [{submit: load}]}
end: {load: {documents: [CLOSED]}}
"""


def massids(scenario: Scenario) -> dict[str, Massid]:
    return make_massids(scenario.name, scenario.massids, BEGAN)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "story.yaml"


@pytest.fixture
def story(written: Path) -> Massid:
    written.write_text(STORY, encoding="utf-8")
    return massids(load_scenario(written))["load"]


def test_every_topic_has_its_scenarios() -> None:
    assert {scenario.topic for scenario in SCENARIOS} == set(get_args(Topic))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_id_is_one_that_the_relay_takes(scenario: Scenario) -> None:
    found = [massid.external_id for massid in massids(scenario).values()]
    found += [event["externalId"] for massid in massids(scenario).values() for event in massid.events]
    assert [one for one in found if not is_external_id(one)] == []
    assert len(set(found)) == len(found)


def test_no_scenario_knows_another_ones_companies() -> None:
    """They share a stack: a newcomer must be one."""
    companies = [
        {
            event["participant"]["taxId"]
            for one in massids(scenario).values()
            for event in one.events
            if "participant" in event
        }
        for scenario in SCENARIOS
        if all(told.sample is None for told in scenario.massids.values())
    ]
    assert [one & other for one, other in itertools.combinations(companies, 2) if one & other] == []


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        pytest.param("submit: load", "sbmit: load", "there is no step 'sbmit'", id="unknown step"),
        pytest.param(
            "{submit: load}", "{await: {colour: green}}", "there are no facts colour", id="unknown awaited fact"
        ),
        pytest.param("{submit: load}", "{await: load}", "nothing to wait for", id="await without facts"),
        pytest.param("documents: [CLOSED]", "colour: green", "there are no facts colour", id="unknown fact"),
        pytest.param("end: {load:", "end: {lode:", "end names no MassID", id="unknown MassID in the end"),
        pytest.param("topic: growing", "topic: other", "topic", id="unknown topic"),
        pytest.param("submit: load", "submit: {of: load, unil: close}", "unil", id="misspelt need"),
        pytest.param("title: One", "[", "while parsing", id="no YAML"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(written: Path, was: str, becomes: str, problem: str) -> None:
    assert STORY.count(was) == 1
    written.write_text(STORY.replace(was, becomes), encoding="utf-8")
    with pytest.raises(ScenarioError, match=problem) as told:
        load_scenario(written)
    assert "story.yaml" in str(told.value)


def test_a_folder_without_scenarios_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no scenarios"):
        load_scenarios(tmp_path)


def test_a_message_tells_what_comes_up_to_an_event_with_its_files(story: Massid) -> None:
    told = story.submission(Part(until="weighing", change={"weighing.value": 2}, more={"onFailure": "cancel"}))
    assert [event["externalId"] for event in told["events"]] == ["story.actor-integrator", "story.weighing"]
    assert (told["events"][1]["value"], told["evidence"], told["onFailure"]) == (2, ["a.png"], "cancel")
    assert story.events[1]["value"] == 1


def test_a_message_tells_some_events_alone(story: Massid) -> None:
    told = story.events_message(Part(only=("close",)))
    assert [event["name"] for event in told["events"]] == ["CLOSE"]
    with pytest.raises(KeyError, match="no event"):
        story.submission(Part(until="sorting"))


def test_the_page_lists_the_scenarios_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page, table(SCENARIOS))
