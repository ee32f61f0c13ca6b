"""The end of a demo: the table of MassIDs and the summary."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from massid_local.demo import MassidOutcome, Result
from massid_local.demo.outcome import Status
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

MOST_ROWS = 100
"""Beyond, verified ones are only counted."""
MOST_PROBLEMS = 8
"""Of one MassID."""

_STYLES = {Status.VERIFIED: "green", Status.NOT_VERIFIED: "bold red", Status.DEAD_LETTER: "bold red"}


def show_result(console: Console, result: Result, folder: Path) -> None:
    """Print it all."""
    console.print()
    rows = _rows(result.outcomes)
    if rows:
        console.print(_table(rows))
    if len(rows) < len(result.outcomes):
        console.print(f"{len(result.outcomes) - len(rows)} more are verified.")
    for outcome in result.outcomes:
        _show_problems(console, outcome)
    console.print(_summary(result))
    written = escape(f"{folder / 'summary.json'}, {folder / 'documents'}/")
    console.print(f"[dim]{written}[/dim]", soft_wrap=True)


def _rows(outcomes: Sequence[MassidOutcome]) -> Sequence[MassidOutcome]:
    if len(outcomes) <= MOST_ROWS:
        return outcomes
    return [outcome for outcome in outcomes if outcome.status is not Status.VERIFIED]


def _table(outcomes: Sequence[MassidOutcome]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    table.add_column("external id", no_wrap=True, min_width=_widest(outcome.external_id for outcome in outcomes))
    table.add_column("document id", overflow="ellipsis")  # not no_wrap: the one that gives way
    table.add_column("events", justify="right", no_wrap=True, min_width=len("events"))
    table.add_column("files", justify="right", no_wrap=True, min_width=len("files"))
    table.add_column("status", no_wrap=True, min_width=_widest(outcome.status for outcome in outcomes))
    table.add_column("seconds", justify="right", no_wrap=True, min_width=len("seconds"))
    for outcome in outcomes:
        seconds = f"{outcome.seconds:.1f}" if outcome.seconds is not None else ""
        style = _STYLES.get(outcome.status, "bold yellow")
        status = f"[{style}]{outcome.status}[/{style}]"
        counts = (str(outcome.events), str(outcome.files))
        table.add_row(outcome.external_id, outcome.document_id or "", *counts, status, seconds)
    return table


def _widest(texts: Iterable[str]) -> int:
    return max(len(text) for text in texts)


def _show_problems(console: Console, outcome: MassidOutcome) -> None:
    if not outcome.problems:
        return
    console.print(f"[bold]{escape(outcome.external_id)}[/bold]")
    for problem in outcome.problems[:MOST_PROBLEMS]:
        console.print(f"  {escape(problem)}", soft_wrap=True)
    if len(outcome.problems) > MOST_PROBLEMS:
        console.print(f"  and {len(outcome.problems) - MOST_PROBLEMS} more")


def _summary(result: Result) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for name, value in _facts(result):
        grid.add_row(name, value)
    return grid


def _facts(result: Result) -> Iterator[tuple[str, str]]:
    summary = result.summary
    style = "bold green" if summary.is_good else "bold red"
    yield (
        "MassIDs",
        (
            f"[{style}]{summary.closed} of {summary.submitted} closed, {summary.verified} verified[/{style}]; "
            f"duplicates {summary.duplicates}, dead letters {summary.dead_letters}"
        ),
    )
    yield "preflight", f"nothing fails for {result.passing_preflight} of {summary.submitted} final documents"
    yield "messages", f"redeliveries {summary.redeliveries}"
    yield (
        "paced calls",
        (
            f"{summary.paced_calls_per_massid} per MassID, at most {result.most_calls_in_a_second} in one second, "
            f"{result.refused_by_limit} refused by the limit"
        ),
    )
    if result.faults:
        yield "faults", f"{sum(result.faults.values())} writes met one, of {len(result.faults)} kinds"
    yield "time", f"{summary.seconds} s in all, first MassID submitted after {result.first_submission_seconds:.1f} s"
