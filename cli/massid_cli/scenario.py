"""`massid scenario`: plays named stories on a local stack and tells, step by step, what happens."""

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from massid_local.scenarios import FOLDER, Batch, Kind, Outcome, Platform, Scenario, ScenarioError, load_scenarios, play
from massid_local.stack import LocalStack, StackRunningError, TemplateError
from massid_local.stack.emulation import EmulatorError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from massid_cli.operations.operator import CommandLine
from massid_cli.stopping import Stopped, stop_on_signal

PIPE_WIDTH = 160
"""Columns where no terminal says how wide it is."""


def register(app: typer.Typer) -> None:
    """Give the application its `scenario` command."""

    @app.command("scenario")
    def scenario(
        names: Annotated[list[str] | None, typer.Argument(help="Which ones; `*` stands for any text.")] = None,
        listed: Annotated[bool, typer.Option("--list", help="Only list them.")] = False,
        every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
        platform: Annotated[
            Platform, typer.Option(help="Does an inline participant or address that comes again get the same id?")
        ] = "same",
        batch: Annotated[Batch, typer.Option(help="The platform's batch endpoint.")] = "atomic",
        folder: Annotated[Path, typer.Option(help="Where the scenarios are.")] = FOLDER,
        template: Annotated[Path, typer.Option(help="The template to bring up.")] = Path("template.yaml"),
        run_dir: Annotated[Path | None, typer.Option(help="Keeps the stack's logs; without it they are gone.")] = None,
    ) -> None:
        """Play named scenarios on a local stack of their own. Exit code 0: everything came to be as they say."""
        console = _console()
        try:
            chosen = _chosen(load_scenarios(folder), names or [], every=every or listed)
            if listed:
                _list(console, chosen)
                return
            with stop_on_signal():
                outcomes = _play(console, app, chosen, Kind(platform, batch), template, run_dir)
        except (ScenarioError, TemplateError, EmulatorError, StackRunningError) as error:
            console.print(f"[red]{escape(str(error))}[/red]", soft_wrap=True)
            raise typer.Exit(1) from None
        except Stopped as stopped:
            console.print("Stopped.")
            raise typer.Exit(stopped.exit_code) from None
        _show(console, outcomes)
        raise typer.Exit(0 if all(outcome.is_good for outcome in outcomes) else 1)


def _console() -> Console:
    """It keeps to the output of now: commands of a scenario print elsewhere meanwhile."""
    console = Console(highlight=False, emoji=False)
    return console if console.is_terminal else Console(highlight=False, emoji=False, width=PIPE_WIDTH)


def _chosen(scenarios: Sequence[Scenario], names: Sequence[str], *, every: bool) -> list[Scenario]:
    if every and not names:
        return list(scenarios)
    if not names:
        raise typer.BadParameter("name some scenarios, or say --all or --list")
    unknown = [name for name in names if not any(Path(one.name).match(name) for one in scenarios)]
    if unknown:
        raise typer.BadParameter(f"there is no scenario {', '.join(unknown)}: see massid scenario --list")
    return [one for one in scenarios if any(Path(one.name).match(name) for name in names)]


def _list(console: Console, scenarios: Sequence[Scenario]) -> None:
    table = Table("scenario", "topic", "what it tells", box=None, pad_edge=False)
    for one in scenarios:
        table.add_row(one.name, one.topic, escape(one.title))
    console.print(table)


def _play(
    console: Console, app: typer.Typer, scenarios: Sequence[Scenario], kind: Kind, template: Path, run_dir: Path | None
) -> list[Outcome]:
    titles = {one.name: one.title for one in scenarios}
    out, began = console.file, time.monotonic()
    shown = Console(file=out, highlight=False, emoji=False, width=console.width)

    def tell(name: str, words: str) -> None:
        style = "red" if words.startswith("WRONG") else "default"
        text = f"{time.monotonic() - began:5.1f} s  [bold]{name}[/bold]  [{style}]{escape(words)}[/{style}]"
        shown.print(text, soft_wrap=True)

    with TemporaryDirectory() as folder:
        place = run_dir or Path(folder)
        with LocalStack(template, kind.parameters(), run_dir=place, sandbox=kind.sandbox()) as stack:
            shown.print(f"The stack is up. Inline parties get {_ids(kind)}; the batch endpoint is {kind.batch}.")
            for name, title in titles.items():
                shown.print(f"[bold]{name}[/bold]  {escape(title)}", soft_wrap=True)
            return play(stack, CommandLine(app, place), scenarios, tell)


def _ids(kind: Kind) -> str:
    return "the same id again" if kind.platform == "same" else "a new id each time"


def _show(console: Console, outcomes: Sequence[Outcome]) -> None:
    good = sum(outcome.is_good for outcome in outcomes)
    for outcome in outcomes:
        for problem in outcome.problems:
            console.print(f"[red]{outcome.scenario.name}: {escape(problem)}[/red]", soft_wrap=True)
    style = "bold green" if good == len(outcomes) else "bold red"
    console.print(f"[{style}]{good} of {len(outcomes)} scenarios came to be as they say[/{style}]")
