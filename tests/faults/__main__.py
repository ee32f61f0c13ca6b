"""`make faults`: the proof that nothing is lost, doubled or out of order, wherever a worker dies."""

import argparse
import random
import sys

from tests.faults.execution import execute
from tests.faults.report import Report
from tests.faults.runner import Ended, catch_all, record_all, run_all
from tests.faults.stack_tier import run_stack_tier
from tests.faults.suite import SYSTEMATIC, again, every_boundary, outages, poisoned, random_plans

LEAST_BY_CHANCE = 100


def main() -> int:
    """0 if every promise held and every mutation was caught."""
    options = _options()
    if options.repeat:
        return repeat(options.repeat)
    print(f"seed {options.seed}", flush=True)
    report = Report(options.seed)
    recorded = record_all(SYSTEMATIC)
    systematic = [*every_boundary(recorded), *poisoned(), *outages()]
    chance = random_plans(max(options.runs - len(systematic), LEAST_BY_CHANCE), options.seed)
    print(f"workers: every boundary once ({len(systematic)} runs), then at random ({len(chance)} runs)")
    plans = [*systematic, *chance]
    report.tier("workers", run_all(plans, Progress(len(plans))))
    if not options.no_stack:
        print(f"stack: whole lifecycles on the local stack (at least {options.stack_runs} runs)")
        tell = Progress(options.stack_runs)
        report.tier("stack", run_stack_tier(recorded["lifecycle"], options.stack_runs, tell))
    print("mutations: each must make a run fail")
    report.mutations = catch_all(options.seed)
    print(report.text())
    report.write()
    return 0 if report.holds else 1


class Progress:
    """Tells of a tier's runs as they end: every failure with what repeats it, and how far it is."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._ended = 0

    def __call__(self, ended: Ended) -> None:
        for what in (ended.error, "missed" if ended.missed else None, *ended.findings):
            if what:
                print(f"  FAILED {ended.plan}: {what}", flush=True)
        self._ended += 1
        if self._ended % 100 == 0:
            print(f"  {self._ended} of {self._expected}", flush=True)


def repeat(name: str) -> int:
    """One run of the worker tier again, happening by happening."""
    run = execute(again(name))
    for happening in run.trace.happenings:
        print(happening)
    for finding in run.findings:
        print(f"FAILED {finding}")
    print(f"{run.plan} killed at: {', '.join(run.outcome.kills) or 'nothing'}")
    return 1 if run.findings else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=700, help="how many runs in the worker tier")
    parser.add_argument("--stack-runs", type=int, default=64, help="how many runs in the stack tier, at least")
    parser.add_argument("--no-stack", action="store_true", help="leave the stack tier out")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--repeat", metavar="RUN", help="only this run again, by the name it failed under")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
