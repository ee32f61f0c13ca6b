"""The last part of a demo: a few stories that are no everyday, on the same stack (docs/scenarios.md)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from massid_local.scenarios import Outcome, load_scenario, play
from massid_local.stack import LocalStack
from rich.console import Console
from rich.markup import escape

from massid_cli.operations.operator import CommandLine

SHOWN: Final = ("contradicting-event", "evidence-days-late", "replaced-while-it-runs")


def play_scenarios(stack: LocalStack, folder: Path) -> list[Outcome]:
    """Play them. The clock is moved on for it."""
    from massid_cli.main import app  # which imports the demo

    scenarios = [load_scenario(folder / f"{name}.yaml") for name in SHOWN]
    return play(stack, CommandLine(app, stack.run_dir), scenarios, lambda name, words: None)


def show_scenarios(console: Console, outcomes: Sequence[Outcome]) -> None:
    """One line each, and what was wrong."""
    for outcome in outcomes:
        mark = "[green]as told[/green]" if outcome.is_good else "[bold red]not as told[/bold red]"
        console.print(f"{mark}  [bold]{outcome.scenario.name}[/bold]  {escape(outcome.scenario.title)}", soft_wrap=True)
        for problem in outcome.problems:
            console.print(f"  {escape(problem)}", soft_wrap=True)
    console.print("[dim]massid scenario --list names the others, massid scenario NAME tells one step by step[/dim]")
