"""`massid status`: where a MassID stands and what it waits for."""

import json
import time
from collections.abc import Iterator
from typing import Annotated

import typer
from massid_local.stack.run_directory import DEFAULT
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.text import Text

from massid_cli.operate import AsJson, RunDir, StackName, target_of
from massid_cli.operations.standing import Outcome, Standing, standing
from massid_cli.operations.target import Target

SECONDS_BETWEEN_LOOKS = 1.0
_GOOD = frozenset({Outcome.VERIFIED, Outcome.UP_TO_DATE})
console = Console(highlight=False, soft_wrap=True, emoji=False)


def register(app: typer.Typer) -> None:
    """Give the application its `status` command."""
    app.command("status")(status)


def status(
    external_id: Annotated[str, typer.Argument(help="The MassID's external id.")],
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on until it is finished; 0 if it is good, else 1.")
    ] = False,
    stack: StackName = None,
    run_dir: RunDir = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Tell where a MassID stands and what it waits for."""
    target = target_of(stack, run_dir)
    found = standing(target, external_id)
    if found is None and not watch:
        console.print(f"[red]the ledger does not know {escape(external_id)}[/red]")
        raise typer.Exit(1)
    if not watch:
        _print(found, external_id, as_json)
        return
    last = _watch(target, external_id, as_json)
    if last not in _GOOD:
        raise typer.Exit(1)


def _watch(target: Target, external_id: str, as_json: bool) -> Outcome | None:
    """In a terminal one picture that is redrawn; in a pipe, or as JSON, each change once."""
    outcome: Outcome | None = None
    if console.is_terminal and not as_json:
        with Live(console=console, auto_refresh=False) as live:
            for found in _changes(target, external_id):
                live.update(view(found, external_id), refresh=True)
                outcome = found.outcome if found else None
        return outcome
    for found in _changes(target, external_id):
        _print(found, external_id, as_json, indent=None)
        outcome = found.outcome if found else None
    return outcome


def _changes(target: Target, external_id: str) -> Iterator[Standing | None]:
    """The standing whenever it is another one, until it is finished."""
    found = standing(target, external_id)
    yield found
    while found is None or found.outcome is None:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        before, found = found, standing(target, external_id)
        if found != before:
            yield found


def _print(found: Standing | None, external_id: str, as_json: bool, indent: int | None = 2) -> None:
    if as_json:
        typer.echo(json.dumps(found.to_json() if found else None, indent=indent, ensure_ascii=False))
    else:
        console.print(view(found, external_id))


def view(found: Standing | None, external_id: str) -> Group:
    """As a person is told."""
    if found is None:
        return Group(Text(f"the ledger does not know {external_id} yet"))
    end = f": {found.outcome.value}" if found.outcome else ""
    head = Text.from_markup(
        f"[bold]{escape(external_id)}[/bold] is {found.status} ({escape(found.run)}{end})", emoji=False
    )
    return Group(head, *(Text.from_markup(f"  {name:<9} {line}", emoji=False) for name, line in _lines(found)))


def _lines(found: Standing) -> Iterator[tuple[str, str]]:
    yield "document", escape(found.document_id or "none yet")
    for older in found.replaced:
        document_id = escape(older.document_id or "never created")
        yield "replaced", f"generation {older.generation}, {document_id}: {older.status}"
        yield "", f"{older.replaced_at}, {escape(older.why or 'the reason is not stored any more')}"
    yield "events", ", ".join(f"{count} {state}" for state, count in found.events.items()) or "none"
    for name, state in found.files.items():
        yield "file", f"{escape(name)}: {state}"
    for order in found.orders:
        yield "order", escape(f"{order.external_id}: {order.state}{f', {order.status}' if order.status else ''}")
    if found.execution:
        yield "lifecycle", escape(found.execution.words)
    for wait in found.waits:
        yield "waits for", f"[yellow]{escape(wait)}[/yellow]"
    for letter in found.dead_letters:
        yield "dead", f"[red]{escape(f'{letter.id} {letter.error_type}: {letter.reason}')}[/red]"
