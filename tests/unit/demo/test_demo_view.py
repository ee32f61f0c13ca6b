"""What the terminal shows at the end: nothing that matters is cut off, and a pipe gets plain text."""

from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Literal

import pytest
from massid_cli.demo_progress import LiveProgress, PlainProgress, shown_progress
from massid_cli.demo_view import MOST_PROBLEMS, MOST_ROWS, show_result
from massid_local.demo import MassidOutcome, Progress, Result, Summary
from massid_local.demo.outcome import Status
from massid_local.demo.submitted import Submitted
from rich.console import Console

DOCUMENT_ID = "e901e35c-d47d-480d-81f9-c1f66c0f3459"


def outcome(number: int, status: Status = Status.VERIFIED, *problems: str) -> MassidOutcome:
    external_id = f"recycling-20261121-1-{number:04d}"
    return MassidOutcome(external_id, status, DOCUMENT_ID, 13, 3, 15.5, problems, passes_preflight=True)


def result(*outcomes: MassidOutcome) -> Result:
    verified = sum(one.status is Status.VERIFIED for one in outcomes)
    summary = Summary(len(outcomes), len(outcomes), verified, 0, 0, 13, Decimal("8.32"), Decimal("28.4"))
    return Result(outcomes, summary, 1.8, 0, 10, {"slow": 2, "500-json-before": 1})


def shown(what: Result, width: int, *, terminal: bool) -> str:
    target = StringIO()
    colours: Literal["standard"] | None = "standard" if terminal else None
    console = Console(file=target, width=width, force_terminal=terminal, color_system=colours, highlight=False)
    show_result(console, what, Path("build/demo"))
    return target.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_external_id_counts_and_status_are_whole_at_any_width(width: int) -> None:
    text = shown(result(outcome(1), outcome(2, Status.DEAD_LETTER)), width, terminal=False)
    assert "recycling-20261121-1-0001" in text
    assert "dead letter" in text
    assert text.count("15.5") == 2
    assert all(len(line) <= width for line in text.splitlines())
    assert (DOCUMENT_ID in text) == (width == 120)


def test_a_pipe_gets_no_control_characters() -> None:
    text = shown(result(outcome(1)), 120, terminal=False)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "\x1b" in shown(result(outcome(1)), 120, terminal=True)


def test_problems_are_listed_but_not_without_end() -> None:
    text = shown(result(outcome(1, Status.NOT_VERIFIED, *["a [place]: differs"] * 20)), 120, terminal=False)
    assert text.count("a [place]: differs") == MOST_PROBLEMS
    assert f"and {20 - MOST_PROBLEMS} more" in text


def test_of_very_many_only_those_that_need_a_look_have_a_row() -> None:
    many = [outcome(number) for number in range(MOST_ROWS)]
    text = shown(result(*many, outcome(9999, Status.OPEN)), 120, terminal=False)
    assert "recycling-20261121-1-9999" in text
    assert "recycling-20261121-1-0001" not in text
    assert f"{MOST_ROWS} more are verified." in text


def test_a_pipe_gets_lines_and_a_terminal_bars(sent: Submitted) -> None:
    target = StringIO()
    with shown_progress(Console(file=target, width=120)) as progress:
        assert isinstance(progress, PlainProgress)
        progress.feeding([sent])
        progress.update(Progress(submitted=1, events=7))
    assert all(character.isprintable() or character == "\n" for character in target.getvalue())
    with shown_progress(Console(file=StringIO(), force_terminal=True, width=80)) as progress:
        assert isinstance(progress, LiveProgress)


def test_the_bars_fit_80_columns(sent: Submitted) -> None:
    target = StringIO()
    with shown_progress(Console(file=target, force_terminal=True, width=80, color_system=None)) as progress:
        progress.feeding([sent] * 25)
        progress.update(
            Progress(submitted=25, documents=25, files=75, events=325, closed=3, calls=290, refused=12, crashes=4)
        )
    assert "4 crashes (see logs)" in target.getvalue()
    assert "325/325" in target.getvalue()
    assert "290 calls, 12 refused" in target.getvalue()


def test_a_dumb_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with shown_progress(Console(file=StringIO(), force_terminal=True)) as progress:
        assert isinstance(progress, PlainProgress)
