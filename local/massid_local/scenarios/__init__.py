"""Named stories as data (the folder `scenarios/`), played on a local stack with the real state machine: docs/scenarios.md."""

from massid_local.scenarios.data import FOLDER, Scenario, ScenarioError, load_scenario, load_scenarios
from massid_local.scenarios.director import Outcome, play
from massid_local.scenarios.kinds import Batch, Kind, Platform, kinds
from massid_local.scenarios.stage import Answer, Operator

__all__ = [
    "FOLDER",
    "Answer",
    "Batch",
    "Kind",
    "Operator",
    "Outcome",
    "Platform",
    "Scenario",
    "ScenarioError",
    "kinds",
    "load_scenario",
    "load_scenarios",
    "play",
]
