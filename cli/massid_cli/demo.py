"""`massid demo`: the whole path on this machine, from submissions on a queue to closed and verified MassIDs."""

import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx
import typer
from massid_local.demo import Demo, DemoOptions
from massid_local.demo.orders import carbonext_settings, place_orders
from massid_local.samples.generator import GREATEST_SEED
from massid_local.stack import LocalStack, StackRunningError, TemplateError
from massid_local.stack.emulation import EmulatorError
from massid_local.stack.run_directory import DEFAULT
from massid_relay.core.errors import RelayError
from rich.console import Console
from rich.markup import escape

from massid_cli.demo_orders import show_orders, write_orders
from massid_cli.demo_progress import shown_progress
from massid_cli.demo_scenarios import play_scenarios, show_scenarios
from massid_cli.demo_view import show_result
from massid_cli.local_view import lines
from massid_cli.stopping import Stopped, stop_on_signal

FOLDER = Path("build/demo")
MOST = 10_000
PIPE_WIDTH = 120
"""Columns where no terminal says how wide it is: enough for the table."""


def register(app: typer.Typer) -> None:
    """Give the application its `demo` command."""
    app.command("demo")(demo)


def demo(
    count: Annotated[int, typer.Option(min=1, max=MOST, help="How many MassIDs.")] = 25,
    seed: Annotated[int, typer.Option(min=0, max=GREATEST_SEED, help="Seed and today fix everything.")] = 1,
    today: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Everything happens before this day (default: now, UTC)."),
    ] = None,
    faults: Annotated[bool, typer.Option("--faults", help="A fifth of Carrot's writes fail, in every way.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the stack up until Ctrl-C.")] = False,
    out: Annotated[Path, typer.Option(help="Takes summary.json and the final documents.")] = FOLDER,
    template: Annotated[Path, typer.Option(help="The template to bring up.")] = Path("template.yaml"),
    run_dir: Annotated[Path, typer.Option(help="Takes the stack's logs and stack.json.")] = DEFAULT,
) -> None:
    """Submit MassIDs to the local stack and watch them close. Exit code 0: all closed and verified, nothing twice."""
    day = (today or datetime.now(UTC)).date()
    options = DemoOptions(count, seed, day, faults, folder=out, called_at=time.time())
    console = _console()
    try:
        with stop_on_signal():
            is_good = _run(options, console, template=template, run_dir=run_dir, keep=keep)
    except (TemplateError, EmulatorError, StackRunningError, httpx.HTTPError, RelayError, OSError) as error:
        console.print(f"[red]{type(error).__name__}:[/red] {escape(str(error))}", soft_wrap=True)
        raise typer.Exit(1) from None
    except Stopped as stopped:
        console.print("Stopped.")
        raise typer.Exit(stopped.exit_code) from None
    raise typer.Exit(0 if is_good else 1)


def _console() -> Console:
    console = Console(highlight=False, emoji=False)
    return console if console.is_terminal else Console(highlight=False, emoji=False, width=PIPE_WIDTH)


def _run(options: DemoOptions, console: Console, *, template: Path, run_dir: Path, keep: bool) -> bool:
    """Whether all went well."""
    with shown_progress(console) as progress:
        demo = Demo(options, progress.update)
        stack = LocalStack(
            template,
            options.parameters(),
            run_dir=run_dir,
            sandbox=options.sandbox(),
            carbonext_sandbox=carbonext_settings(options.seed, faults=options.faults),
        )
        progress.starting(options)
        with stack:
            progress.feeding(demo.massids)
            result = demo.run(stack)
            progress.stop()
            show_result(console, result, options.folder)
            orders = place_orders(stack)
            show_orders(console, orders)
            write_orders(orders, options.folder)
            stories = [] if options.faults else play_scenarios(stack, template.parent / "scenarios")
            if stories:
                show_scenarios(console, stories)
            if keep:
                _hold(stack, console)
    return result.summary.is_good and orders.is_good and all(story.is_good for story in stories)


def _hold(stack: LocalStack, console: Console) -> None:
    """Until Ctrl-C, which then is the wished end and no interruption."""
    console.print()
    for line in lines(stack.describe(), stack.run_dir):
        console.print(line, soft_wrap=True)
    try:
        threading.Event().wait()
    except Stopped:
        console.print("Stopped.")
