"""The short proof; `make faults` is the long one."""

import pytest

from tests.faults.mutations import MUTATIONS
from tests.faults.plan import Plan
from tests.faults.runner import Ended, catch_all, record_all, run_all
from tests.faults.suite import SYSTEMATIC, every_kind, outages, poisoned, random_plans

pytestmark = pytest.mark.timeout(300)
SEED = 20260


def failures(plans: list[Plan]) -> list[str]:
    """What went wrong in which run, and kills that did not happen."""
    ended: list[Ended] = run_all(plans, lambda _: None)
    wrong = [f"{run.plan}: {what}" for run in ended for what in (run.error, *run.findings) if what]
    return wrong + [f"{run.plan}: missed" for run in ended if run.missed]


def test_a_worker_killed_at_any_kind_of_boundary_loses_doubles_and_reorders_nothing() -> None:
    """Invariants 1, 2 and 3, with one kill at a time."""
    plans = every_kind(record_all(SYSTEMATIC))
    assert len(plans) > 50
    assert failures(plans) == []


def test_kills_duplicates_disorder_and_faults_together_lose_double_and_reorder_nothing() -> None:
    """Invariants 1, 2 and 3, by chance from a seed."""
    assert failures(random_plans(15, SEED)) == []


def test_what_every_worker_dies_over_becomes_a_dead_letter_and_nothing_else_does() -> None:
    """The third lease that ran out is WorkerCrashed, and a batch is taken apart before anything in it dies."""
    assert failures(poisoned()) == []


def test_an_outage_of_days_ends_with_everything_delivered_and_nothing_dead() -> None:
    """Invariant 5."""
    assert failures(outages()[:1]) == []


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_the_proof_fails_when_a_promise_is_switched_off(mutation: str) -> None:
    """A proof that can't fail proves nothing."""
    (caught,) = catch_all(SEED, [mutation])
    assert caught.caught
