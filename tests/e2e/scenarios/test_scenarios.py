"""Every scenario on the local stack; what has to do with the platform, on platforms that differ (docs/scenarios.md)."""

from pathlib import Path

import pytest
from massid_cli.main import app
from massid_cli.operations.operator import CommandLine
from massid_local.scenarios import Kind, Scenario, load_scenarios, play
from massid_local.stack import LocalStack

ROOT = Path(__file__).parents[3]
SCENARIOS = load_scenarios(ROOT / "scenarios")
EVERYTHING = Kind("same", "atomic")
OTHERS = (Kind("new", "atomic"), Kind("new", "not-atomic"), Kind("same", "missing"))
"""Each way of each thing once; `make scenarios` plays all on all six kinds."""
APART = {"evidence", "privacy", "migration", "where is it", "bulk"}
"""Topics in which the kind of platform and that of the batch endpoint have nothing to do with each other."""

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]


def scenarios_on(kind: Kind) -> list[Scenario]:
    return [one for one in SCENARIOS if kind == EVERYTHING or one.topic not in APART]


@pytest.mark.parametrize("kind", [EVERYTHING, *OTHERS], ids=str)
def test_each_comes_to_be_as_its_scenario_says(tmp_path: Path, subtests: pytest.Subtests, kind: Kind) -> None:
    """Invariants 1 to 3, 5, 7 and 10, each where its scenario tells of it."""
    with LocalStack(ROOT / "template.yaml", kind.parameters(), run_dir=tmp_path, sandbox=kind.sandbox()) as stack:
        outcomes = play(stack, CommandLine(app, tmp_path), scenarios_on(kind), lambda name, words: None)
    assert {one.scenario.name for one in outcomes} == {one.name for one in scenarios_on(kind)}
    for outcome in outcomes:
        with subtests.test(outcome.scenario.name):
            assert outcome.problems == [], "\n".join([outcome.scenario.title, *outcome.steps])
