"""The proof of `make faults-orders` in small: it holds, it repeats, and it can fail."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orders.faults import Ended, by_chance, every_boundary, figures, run_all, write

SEED = 20260302


@pytest.fixture(autouse=True)
def logs_again() -> Iterator[None]:
    yield
    logging.disable(logging.NOTSET)


def test_money_holds_wherever_a_worker_dies_and_whatever_fails() -> None:
    """Invariant 4."""
    plans = [*every_boundary()[::6], *by_chance(2, SEED)]
    ended = run_all(plans)
    assert [run for run in ended if not run.holds] == []
    assert sum(run.crashes for run in ended) >= len(plans) // 2


def test_without_the_lookup_the_same_runs_spend_twice() -> None:
    """So the proof can fail."""
    assert any(run.exceeds for run in run_all(by_chance(4, SEED), lookup=False))


def test_the_figures_stand_beside_those_of_make_faults(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text('{"runs": 7}')
    nothing: list[Ended] = []
    write(figures(1, nothing, nothing, 0), file)
    found = json.loads(file.read_text())
    assert found["runs"] == 7
    assert found["orders"]["overspent"] == 0
