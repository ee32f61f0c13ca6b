"""The figures as they are kept: `ratio` is always ours / baseline, whatever is better."""

import json
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.__main__ import FIGURES, figure, main
from benchmarks.price import Used
from benchmarks.rows import Figure, Row
from benchmarks.utilisation import Outcome, Plan, plans


def test_the_ratio_is_ours_over_the_baselines() -> None:
    assert Row("calls", "calls", 8, 19).as_json()["ratio"] == round(8 / 19, 4)


def test_a_baseline_of_nothing_has_no_ratio() -> None:
    assert Row("SQS", "$ per million", 8.3, 0).as_json()["ratio"] is None


def test_a_row_without_an_aim_is_not_judged() -> None:
    assert "met" not in Row("wall", "ms", 1, 2).as_json()
    assert Row("wall", "ms", 1, 2, "at most 3", met=True).as_json()["met"] is True


@pytest.mark.parametrize("key", FIGURES)
def test_every_figure_is_found_by_its_key(key: str) -> None:
    assert figure(key).key == key


def test_an_unknown_figure_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["speed"])
    assert "no such figure: speed" in capsys.readouterr().err


def test_one_figure_leaves_the_others_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "BUILD", tmp_path)
    monkeypatch.setattr(report, "RESULTS", tmp_path / "bench.json")
    calls = Figure("calls", "", "", lambda full: [])
    start = Figure("start", "", "", lambda full: [])

    report.keep(calls, [Row("known", "calls", 8, 19)])
    report.keep(start, [Row("sweep", "ms", 235, 241)])

    kept = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert [row["ours"] for row in kept["calls"]] == [8]
    assert [row["ours"] for row in kept["start"]] == [235]


def test_a_share_is_what_was_accepted_of_the_limit() -> None:
    outcome = Outcome(accepted=588, refused=12, seconds=60, writes_per_call=0.17, reads_per_call=1)
    assert outcome.share == pytest.approx(0.98)
    assert outcome.refused_share == pytest.approx(0.02)


def test_the_default_compares_eight_workers_at_300_ms_for_a_minute_and_the_whole_matrix_is_there_on_request() -> None:
    assert Plan(8, 300, "token-bucket", 60) in plans(full=False)
    whole = {(plan.workers, plan.latency_ms) for plan in plans(full=True)}
    assert whole >= {(workers, latency) for workers in (1, 4, 8, 16) for latency in (50, 300, 1000)}


def test_a_million_massids_cost_a_million_times_the_list_price() -> None:
    """$0.025 per 1,000 state transitions, so 19 of them a million times are $475."""
    used = Used(transitions=19, invocations=0, billed_seconds=0, write_units=0, read_units=0)
    assert used.priced()["Step Functions"] == pytest.approx(475)
