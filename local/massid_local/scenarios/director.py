"""Plays many scenarios on one stack: day by day, all scenarios of a day beside each other.

Moving the clock is felt by everybody, so nobody moves it alone: it is moved to the next day once all have reached the end of
this one and the queues are empty.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from massid_relay.core.errors import RelayError

from massid_local.demo.holdings import Holdings
from massid_local.scenarios.always import wrong
from massid_local.scenarios.data import Facts, Scenario
from massid_local.scenarios.facts import differences, seen
from massid_local.scenarios.massid import make_massids
from massid_local.scenarios.stage import NotSoError, Operator, Shared, Stage
from massid_local.scenarios.words import in_words
from massid_local.stack import LocalStack

AT_ONCE = 16
ASLEEP_SECONDS = 4
"""Nothing was received for so long, which is twice the longest backoff (kinds.py): what still lies on a queue sleeps."""
END_SECONDS = 30
"""How long what is wanted in the end may still come to be."""
UNLESS_TOLD: Facts = {"dead letters": []}
"""What is wanted of every MassID in the end of its scenario, where it says nothing else."""

Tell = Callable[[str, str], None]
"""Hears of each step, by the scenario's name and in words."""


@dataclass(slots=True)
class Outcome:
    """How one scenario went: what happened, in words, and what was wrong. `seconds` are those of its steps."""

    scenario: Scenario
    steps: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        return not self.problems


def play(stack: LocalStack, operator: Operator, scenarios: Sequence[Scenario], tell: Tell) -> list[Outcome]:
    """Play all of them on a stack that is up; one outcome each, in their order."""
    shared = Shared(stack, operator)
    plays = [_Play(shared, scenario, tell) for scenario in scenarios]
    holdings, today = Holdings(stack), 0.0
    for day in sorted({day for scenario in scenarios for day in scenario.days}):
        if day > today:
            stack.clock.advance(timedelta(days=day - today).total_seconds())
            today = day
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda one, day=day: one.play(day), plays))
        _wait_for_quiet(stack, holdings)
        for one in plays:
            one.judge(day)
    return [one.outcome for one in plays]


class _Play:
    """One scenario on its way."""

    def __init__(self, shared: Shared, scenario: Scenario, tell: Tell) -> None:
        self.outcome = Outcome(scenario)
        self._tell = tell
        self._stage = Stage(
            shared, make_massids(scenario.name, scenario.massids, shared.began), _folder(shared, scenario)
        )

    def play(self, day: float) -> None:
        """Let the steps of this day happen, unless something has gone wrong before."""
        began = time.monotonic()
        for step in self.outcome.scenario.days.get(day, ()):
            if self.outcome.problems:
                return
            try:
                self._note(f"day {day:g}: {step.do(self._stage)}")
            except (NotSoError, KeyError, httpx.HTTPError, BotoCoreError, ClientError, RelayError) as error:
                self._fail(f"day {day:g}: {type(error).__name__}: {error}")
        self.outcome.seconds += time.monotonic() - began

    def judge(self, day: float) -> None:
        """Hold what is wanted in the end against what can be seen, once its last day is over."""
        if day != self.outcome.scenario.last_day or self.outcome.problems:
            return
        for name, told in self.outcome.scenario.end.items():
            self._judge(name, self._stage.filled_in(UNLESS_TOLD | told))
        for problem in wrong(self._stage):
            self._fail(problem)

    def _judge(self, name: str, wanted: Facts) -> None:
        try:
            self._stage.eventually(lambda: differences(wanted, seen(self._stage, name, wanted)), END_SECONDS)
        except (NotSoError, KeyError) as error:
            self._fail(f"in the end, {name}: {error}")
        else:
            self._note(f"in the end, {name}: {in_words(wanted)}")

    def _note(self, words: str) -> None:
        self.outcome.steps.append(words)
        self._tell(self.outcome.scenario.name, words)

    def _fail(self, problem: str) -> None:
        self.outcome.problems.append(problem)
        self._tell(self.outcome.scenario.name, f"WRONG: {problem}")


def _folder(shared: Shared, scenario: Scenario) -> Path:
    return shared.stack.run_dir / "scenarios" / scenario.name


def _wait_for_quiet(stack: LocalStack, holdings: Holdings) -> None:
    """Messages under way would feel the clock's jump. Those that sleep for longer than any backoff don't."""
    counted, until = stack.counters, time.monotonic() + ASLEEP_SECONDS
    while not holdings.is_quiet() and time.monotonic() < until:
        time.sleep(0.2)
        if (now := stack.counters) != counted:
            counted, until = now, time.monotonic() + ASLEEP_SECONDS
