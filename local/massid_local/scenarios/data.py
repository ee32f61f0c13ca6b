"""What a scenario file says: its MassIDs, what happens on which day, and what must be true in the end."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import ValidationError, field_validator, model_validator

from massid_local.scenarios.facts import check_names
from massid_local.scenarios.stage import NOBODY, Step
from massid_local.scenarios.steps import parse_step
from massid_local.scenarios.told import MassidData, Told

FOLDER: Final = Path("scenarios")
Topic = Literal[
    "first contact",
    "growing",
    "evidence",
    "event types",
    "corrections",
    "verification",
    "failures",
    "privacy",
    "migration",
    "where is it",
    "bulk",
    "granular",
]
Facts = dict[str, Any]
"""What must be seen of one MassID, by the names of facts.py."""


class ScenarioError(ValueError):
    """A file is no scenario; the message names the file and the place."""


class Scenario(Told):
    """A named story. Days are days of the stack's clock since its start."""

    name: str
    title: str
    topic: Topic
    massids: Mapping[str, MassidData]
    days: Mapping[float, tuple[Step, ...]]
    end: Mapping[str, Facts]

    @field_validator("days", mode="before")
    @classmethod
    def _steps(cls, days: Any) -> Any:
        return {day: [parse_step(step) for step in steps] for day, steps in days.items()}

    @model_validator(mode="after")
    def _everything_is_judged(self) -> "Scenario":
        if unknown := set(self.end) - set(self.massids) - {NOBODY}:
            raise ValueError(f"end names no MassID of this scenario: {', '.join(sorted(unknown))}")
        if untold := set(self.massids) - set(self.end):
            raise ValueError(f"end says nothing of {', '.join(sorted(untold))}")
        for told in self.end.values():
            check_names(told)
        return self

    @property
    def last_day(self) -> float:
        """When it is judged."""
        return max(self.days)


def load_scenario(file: Path) -> Scenario:
    """One scenario, named after its file. Raises ScenarioError."""
    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        return Scenario.model_validate(told | {"name": file.stem})
    except (ValidationError, yaml.YAMLError, TypeError) as error:
        raise ScenarioError(f"{file}: {error}") from None


def load_scenarios(folder: Path = FOLDER) -> list[Scenario]:
    """All scenarios of the folder, by name. Raises ScenarioError."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ScenarioError(f"{folder}: there are no scenarios")
    return [load_scenario(file) for file in files]
