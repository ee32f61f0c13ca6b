"""`massid cancel` and `massid replace`: correcting a MassID that is not closed yet."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from massid_local.stack.run_directory import DEFAULT
from rich.console import Console
from rich.markup import escape

from massid_cli.operate import RunDir, StackName, require_text, target_of
from massid_cli.operations.corrections import NotToBeCorrectedError, cancel, replace

ExternalId = Annotated[str, typer.Argument(help="The MassID's external id.")]
Why = Annotated[str, typer.Option(help="The reason; kept in the ledger, sent to nobody.")]
console = Console(highlight=False, soft_wrap=True, emoji=False)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("cancel")(cancel_massid)
    app.command("replace")(replace_massid)


def cancel_massid(external_id: ExternalId, why: Why, stack: StackName = None, run_dir: RunDir = DEFAULT) -> None:
    """Have the document cancelled. What still waits of it is given up. Exit code 1: it can't be."""
    require_text("--why", why)
    try:
        generation = cancel(target_of(stack, run_dir), external_id, why)
    except NotToBeCorrectedError as error:
        _refuse(external_id, error)
    said = f"CANCEL of generation {generation} was asked for. massid status {external_id} shows what became of it."
    console.print(escape(said))


def replace_massid(
    external_id: ExternalId,
    file: Annotated[
        Path, typer.Argument(help="The submission that takes its place, as JSON.", exists=True, dir_okay=False)
    ],
    why: Why,
    stack: StackName = None,
    run_dir: RunDir = DEFAULT,
) -> None:
    """Have the document cancelled, and after that another one created under the same external id. Safe to repeat.
    Exit code 1: it can't be replaced, or the file holds no submission of it."""
    require_text("--why", why)
    try:
        generation = replace(target_of(stack, run_dir), external_id, file.read_bytes(), why)
    except NotToBeCorrectedError as error:
        _refuse(external_id, error)
    console.print(escape(f"Generation {generation} was submitted. massid status {external_id} shows how far it is."))


def _refuse(external_id: str, error: NotToBeCorrectedError) -> NoReturn:
    console.print(f"[red]{escape(external_id)}: {escape(str(error))}[/red]")
    raise typer.Exit(1)
