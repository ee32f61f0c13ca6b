"""`massid forget`: removes what is stored of one MassID, and says what can't be removed."""

from typing import Annotated

import typer
from massid_local.stack.run_directory import DEFAULT
from rich.console import Console
from rich.markup import escape

from massid_cli.operate import RunDir, StackName, target_of
from massid_cli.operations.forget import (
    Choice,
    Holding,
    StillNeededError,
    UnknownMassIDError,
    forget,
    look,
    reasons_to_keep,
)

console = Console(highlight=False, soft_wrap=True, emoji=False)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("forget")(forget_massid)


def forget_massid(
    external_id: Annotated[str, typer.Argument(help="The MassID's external id, or that of an order by itself.")],
    evidence: Annotated[bool, typer.Option("--evidence", help="Its files too, in all versions.")] = False,
    parties: Annotated[bool, typer.Option("--parties", help="The ids of its participants and addresses too.")] = False,
    letters: Annotated[bool, typer.Option("--dead-letters", help="Its dead letters too: they are discarded.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    stack: StackName = None,
    run_dir: RunDir = DEFAULT,
) -> None:
    """Remove the stored payloads of a finished MassID. Exit code 1: it is still needed, or nobody knows it."""
    target, choice = target_of(stack, run_dir), Choice(evidence, parties, letters)
    try:
        if dry_run:
            holding = look(target, external_id)
            _refuse(external_id, reasons_to_keep(target, holding, choice))
        else:
            holding = forget(target, external_id, choice)
    except UnknownMassIDError:
        console.print(f"[red]the stack does not know {escape(external_id)}[/red]")
        raise typer.Exit(1) from None
    except StillNeededError as error:
        _refuse(external_id, error.reasons)
        raise
    _tell(holding, choice, "would go" if dry_run else "gone")


def _refuse(external_id: str, reasons: list[str]) -> None:
    if reasons:
        console.print(f"[red]{escape(external_id)} can't be forgotten yet:[/red]")
        for reason in reasons:
            console.print(f"  {escape(reason)}")
        raise typer.Exit(1)


def _tell(holding: Holding, choice: Choice, gone: str) -> None:
    console.print(f"[bold]{escape(holding.external_id)}[/bold]")
    console.print(f"  {gone}   {len(holding.payloads)} stored payloads")
    if holding.letters:
        console.print(f"  {gone}   {len(holding.letters)} dead letters")
    if choice.parties:
        console.print(f"  {gone}   ids of its participants and addresses: they are newcomers when they come again")
    if choice.evidence:
        console.print(f"  {gone}   {len(holding.versions)} versions of its files")
    elif holding.versions:
        console.print(f"  stays  {len(holding.versions)} versions of its files: --evidence takes them too")
    console.print("  stays  its record: states, times, hashes, ids, names of files. So nothing is ever sent twice")
    if holding.stands_on_the_network:
        console.print("  stays  what stands on the network: it can't be changed there, by anybody")
    console.print("  stays  backups of the ledger, for 35 days, and logs, which hold no personal data")
