"""Runs plans in as many processes as there are cores, and sums up."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.faults.execution import Run, execute
from tests.faults.findings import Finding
from tests.faults.mutations import MUTATIONS
from tests.faults.plan import Plan
from tests.faults.suite import against


@dataclass(frozen=True, slots=True)
class Ended:
    """What is kept of a run. `error`: the run itself broke."""

    plan: Plan
    kills: list[str] = field(default_factory=list)
    missed: bool = False
    findings: list[Finding] = field(default_factory=list)
    error: str | None = None

    @property
    def failed(self) -> bool:
        return bool(self.findings) or self.error is not None


def run_one(plan: Plan, mutation: str | None = None) -> Ended:
    """Execute a plan; whatever happens is an answer."""
    try:
        run: Run = execute(plan, mutation)
    except Exception as error:
        return Ended(plan, error=f"{type(error).__name__}: {error}")
    return Ended(plan, run.outcome.kills, run.outcome.missed, run.findings)


def record(scenario: str) -> list[str]:
    """Where a worker can be stopped in this scenario, in order, as a run without any kill meets it."""
    run = execute(Plan(scenario))
    if run.findings:
        raise AssertionError(f"{scenario} fails without any kill: {run.findings[0]}")
    return list(dict.fromkeys(run.outcome.boundaries))


def record_all(scenarios: Sequence[str], processes: int | None = None) -> dict[str, list[str]]:
    """The boundaries of these scenarios."""
    with _pool(processes) as pool:
        return dict(zip(scenarios, pool.map(record, scenarios), strict=True))


def run_all(plans: Sequence[Plan], tell: Callable[[Ended], None], processes: int | None = None) -> list[Ended]:
    """Run them all; `tell` hears of each as it ends."""
    ended = []
    with _pool(processes) as pool:
        for result in pool.map(run_one, plans, chunksize=4):
            tell(result)
            ended.append(result)
    return ended


@dataclass(frozen=True, slots=True)
class Caught:
    """Whether a mutation made a run fail, by which oracle's finding, and how many runs it took."""

    mutation: str
    caught: bool
    by: str
    runs: int

    def shown(self) -> dict[str, Any]:
        return {"caught": self.caught, "by": self.by, "runs": self.runs}


def catch(mutation: str, seed: int) -> Caught:
    """Run until the mutation does harm."""
    runs = 0
    for plan in against(mutation, seed):
        runs += 1
        ended = run_one(plan, mutation)
        if ended.findings:
            faults = sorted({str(finding.fault) for finding in ended.findings})
            return Caught(mutation, True, ", ".join(faults), runs)
    return Caught(mutation, False, "", runs)


def catch_all(seed: int, mutations: Sequence[str] = tuple(MUTATIONS)) -> list[Caught]:
    """Each mutation in turn."""
    with _pool(len(mutations)) as pool:
        return list(pool.map(catch, mutations, [seed] * len(mutations)))


def _pool(processes: int | None) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    cores = os.cpu_count() or 1
    return ProcessPoolExecutor(min(processes or cores, cores), mp_context=context)
