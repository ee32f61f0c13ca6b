"""Every scenario on every kind of platform: one stack each, which all scenarios share (docs/scenarios.md)."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from massid_cli.main import app
from massid_cli.operations.operator import CommandLine
from massid_local.scenarios import Kind, Outcome, Scenario, kinds, load_scenarios, play
from massid_local.stack import LocalStack

ROOT = Path(__file__).parents[3]
SCENARIOS = load_scenarios(ROOT / "scenarios")
EVERYTHING = {Kind("same", "atomic")}
"""The others play what has anything to do with them; `make scenarios` plays all on all."""
APART = {"evidence", "privacy", "migration", "where is it", "bulk"}
"""Topics in which the kind of platform and that of the batch endpoint have nothing to do with each other."""

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]


def scenarios_on(kind: Kind) -> list[Scenario]:
    return [one for one in SCENARIOS if kind in EVERYTHING or one.topic not in APART]


PLAYED = [
    pytest.param(kind, one.name, marks=pytest.mark.xdist_group(f"scenarios-{kind}"), id=f"{kind}-{one.name}")
    for kind in kinds()
    for one in scenarios_on(kind)
]


@pytest.fixture(scope="module")
def played_on(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Kind], dict[str, Outcome]]:
    """Plays all scenarios of a kind beside each other, when it is first asked for; outcomes by name."""

    @cache
    def play_on(kind: Kind) -> dict[str, Outcome]:
        run_dir = tmp_path_factory.mktemp(f"scenarios-{kind}")
        with LocalStack(ROOT / "template.yaml", kind.parameters(), run_dir=run_dir, sandbox=kind.sandbox()) as stack:
            outcomes = play(stack, CommandLine(app, run_dir), scenarios_on(kind), lambda name, words: None)
        return {outcome.scenario.name: outcome for outcome in outcomes}

    return play_on


@pytest.mark.parametrize(("kind", "name"), PLAYED)
def test_it_comes_to_be_as_the_scenario_says(
    played_on: Callable[[Kind], dict[str, Outcome]], kind: Kind, name: str
) -> None:
    """Invariants 1 to 3, 5, 7 and 10, each where its scenario tells of it."""
    outcome = played_on(kind)[name]
    assert outcome.problems == [], "\n".join([outcome.scenario.title, *outcome.steps])
