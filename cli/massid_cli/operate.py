"""`massid dead-letters`, `redrive`, `discard`, `pause`, `resume`: operating a stack, local or deployed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from massid_local.stack import NoStackError
from massid_local.stack.run_directory import DEFAULT
from massid_relay.core.clock import iso
from massid_relay.ledger.dead_letters import DeadLetter
from rich.console import Console
from rich.markup import escape

from massid_cli.operations.adopt import NotToBeAdoptedError, absent, adopt
from massid_cli.operations.fleet import slots
from massid_cli.operations.letters import Outcome, discard, letter_json, redrive
from massid_cli.operations.target import Target, deployed_target, local_target

StackName = Annotated[str | None, typer.Option("--stack", help="A deployed stack; without it the local one.")]
RunDir = Annotated[Path, typer.Option(help="Where the local stack runs from.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
console = Console(highlight=False, soft_wrap=True, emoji=False)


def register(app: typer.Typer) -> None:
    """Give the application its operating commands."""
    app.command("dead-letters")(list_dead_letters)
    app.command("redrive")(redrive_letters)
    app.command("discard")(discard_letter)
    app.command("adopt")(adopt_document)
    app.command("pause")(pause)
    app.command("resume")(resume)


def list_dead_letters(stack: StackName = None, run_dir: RunDir = DEFAULT, as_json: AsJson = False) -> None:
    """List what lies dead, and why."""
    letters = target_of(stack, run_dir).dead_letters.resting()
    if as_json:
        typer.echo(json.dumps([letter_json(letter) for letter in letters], indent=2, ensure_ascii=False))
        return
    for letter in letters:
        _print_letter(letter)
    console.print(f"{len(letters)} dead letters")


def _print_letter(letter: DeadLetter) -> None:
    item = f" · {letter.item}" if letter.item else ""
    about = escape(f"{letter.queue}  {letter.external_id or '?'}{item}")
    console.print(f"[bold]{escape(letter.id)}[/bold]  {about}")
    console.print(f"  {iso(letter.at)}  [red]{escape(letter.error_type)}[/red]: {escape(letter.reason)}")
    for line in _beyond_the_reason(letter):
        console.print(f"    {escape(line)}")


def _beyond_the_reason(letter: DeadLetter) -> Iterator[str]:
    """Many a reason tells the problem of its only field already, with or without the field's path."""
    told = len(letter.fields) == 1 and letter.fields[0].problem in letter.reason
    for field in letter.fields:
        if not told:
            yield f"{field.path}: {field.problem}"
        elif field.path not in letter.reason:
            yield f"at {field.path}"
    if letter.vendor_error_id:
        yield f"the provider's error id: {letter.vendor_error_id}"


def redrive_letters(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of dead letters.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    external_id: Annotated[str | None, typer.Option(help="Those of one document.")] = None,
    error_type: Annotated[str | None, typer.Option(help="Those of one kind, e.g. Rejected400.")] = None,
    stack: StackName = None,
    run_dir: RunDir = DEFAULT,
) -> None:
    """Send dead letters back to their queues; safe to repeat. Mend what was wrong first."""
    if not (ids or every or external_id or error_type):
        raise typer.BadParameter("say which: ids, --external-id, --error-type or --all")
    if ids and every:
        raise typer.BadParameter("give ids or --all, not both")

    def chosen(letter: DeadLetter) -> bool:
        return (
            (not ids or letter.id in ids)
            and (external_id is None or letter.external_id == external_id)
            and (error_type is None or letter.error_type == error_type)
        )

    target = target_of(stack, run_dir)
    _require_known(target, ids or [])
    _print_outcomes(redrive(target, chosen))


def _require_known(target: Target, ids: list[str]) -> None:
    """Before any is sent: one that was misspelt may be missed otherwise."""
    unknown = [one for one in ids if target.dead_letters.get(one) is None]
    if unknown:
        refuse(*(f"there is no dead letter {one}" for one in unknown))


def discard_letter(
    dead_letter_id: Annotated[str, typer.Argument(help="The dead letter's id.")],
    why: Annotated[str, typer.Option(help="Why it is given up; kept in the ledger.")],
    stack: StackName = None,
    run_dir: RunDir = DEFAULT,
) -> None:
    """Give one dead letter up; what it held goes on without it."""
    require_text("--why", why)
    try:
        _print_outcomes([discard(target_of(stack, run_dir), dead_letter_id, why)])
    except KeyError:
        refuse(f"there is no dead letter {dead_letter_id}")


def adopt_document(
    external_id: Annotated[str, typer.Argument(help="The MassID's external id.")],
    document_id: Annotated[str | None, typer.Argument(help="Its id on the network.")] = None,
    is_absent: Annotated[bool, typer.Option("--absent", help="It does not stand there: create it.")] = False,
    stack: StackName = None,
    run_dir: RunDir = DEFAULT,
) -> None:
    """Tell what you found on the network about a document of unknown outcome, or made before massid-relay; then redrive."""
    if (document_id is None) != is_absent:
        raise typer.BadParameter("give its id on the network, or --absent")
    target = target_of(stack, run_dir)
    try:
        if document_id is None:
            absent(target, external_id)
        else:
            adopt(target, external_id, document_id)
    except NotToBeAdoptedError as error:
        refuse(str(error))
    became = "the next message creates it" if document_id is None else f"adopted as {document_id}"
    console.print(escape(f"{external_id}: {became}."))


def pause(
    why: Annotated[str, typer.Option(help="Shown to whoever asks why nothing goes out.")] = "paused by hand",
    minutes: Annotated[int | None, typer.Option(min=1, help="For so long; without it until `massid resume`.")] = None,
    stack: StackName = None,
    run_dir: RunDir = DEFAULT,
) -> None:
    """Stop all calls to Carrot, of all functions. Messages wait; nothing is lost."""
    require_text("--why", why)
    until = datetime.now(UTC) + timedelta(minutes=minutes) if minutes else None
    slots(target_of(stack, run_dir)).pause(until, why)
    console.print(f"Paused {'until ' + iso(until) if until else 'until massid resume'}.")


def resume(stack: StackName = None, run_dir: RunDir = DEFAULT) -> None:
    """Let calls go out again, whatever stopped them."""
    slots(target_of(stack, run_dir)).resume()
    console.print("Resumed.")


def target_of(stack: str | None, run_dir: Path) -> Target:
    try:
        return deployed_target(stack) if stack else local_target(run_dir)
    except NoStackError as error:
        refuse(str(error))


def require_text(option: str, text: str) -> None:
    """Refuse a text of blanks alone: nobody can tell later what was meant."""
    if not text.strip():
        refuse(f"{option} must not be empty")


def refuse(*sentences: str) -> NoReturn:
    """Say why it can't be done, and end with exit code 1."""
    for one in sentences:
        console.print(f"[red]{escape(one)}[/red]")
    raise typer.Exit(1) from None


def _print_outcomes(outcomes: list[Outcome]) -> None:
    """A line each, so that an id can be copied whole from a narrow terminal too."""
    for outcome in outcomes:
        names = [name for name in (outcome.dead_letter_id, outcome.external_id) if name]
        console.print(escape(f"{'  '.join(names)}: {outcome.became}"))
    if not outcomes:
        console.print("Nothing to do.")
