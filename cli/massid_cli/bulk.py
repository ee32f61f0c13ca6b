"""`massid bulk check`, `submit` and `status`: files of thousands of submissions."""

import json
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from massid_local.stack.run_directory import DEFAULT
from massid_relay.core.clock import iso
from massid_relay.core.errors import BulkRefused
from massid_relay.core.jsons import JsonObject
from massid_relay.core.migration import OldForms
from rich.console import Console

from massid_cli.operate import AsJson, RunDir, StackName, target_of
from massid_cli.operations.bulk import BulkStanding, checked, refused_of, standing_of
from massid_cli.operations.bulk import submit as hand_in

console = Console(highlight=False, soft_wrap=True, emoji=False, markup=False)
bulk = typer.Typer(help="Files of thousands of submissions.", no_args_is_help=True)
FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="NDJSON (.ndjson, .jsonl) or .csv.")]

OldFormsOption = Annotated[OldForms, typer.Option(help="As the stack's OldMessageForms.")]


def register(app: typer.Typer) -> None:
    """Give the application its commands about bulk files."""
    app.add_typer(bulk, name="bulk")


@bulk.command("check")
def check(file: FileArgument, old_forms: OldFormsOption = OldForms.REFUSE) -> None:
    """Tell which submissions of a file any stack would refuse, without sending anything. Preflight is `massid preflight`."""
    good = bad = 0
    try:
        for refused in checked(file, old_forms):
            good += refused is None
            bad += refused is not None
            if refused is not None:
                _print_refused(refused.to_json())
    except BulkRefused as error:
        _stop(error.reason)
    if not good and not bad:
        _stop(f"{file.name} holds no submission")
    console.print(f"{good} good, {bad} refused")
    raise typer.Exit(1 if bad else 0)


@bulk.command("submit")
def submit(file: FileArgument, stack: StackName = None, run_dir: RunDir = DEFAULT) -> None:
    """Hand a file in. The same name again, with other content, is another run."""
    try:
        version = hand_in(target_of(stack, run_dir), file)
    except BulkRefused as error:
        _stop(error.reason)
    console.print(f"{file.name} is handed in as version {version}: massid bulk status '{file.name}'")


@bulk.command("status")
def status(
    name: Annotated[str, typer.Argument(help="The file's name.")],
    refused: Annotated[bool, typer.Option("--refused", help="Show every refused line.")] = False,
    stack: StackName = None,
    run_dir: RunDir = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """How far a file was fed, and what became of its submissions by now."""
    target = target_of(stack, run_dir)
    found = standing_of(target, name)
    if found is None:
        _stop(f"no file {name} was fed yet")
    if as_json:
        lines = {"refusedLines": list(refused_of(target, found.run))} if refused else {}
        typer.echo(json.dumps(found.to_json() | lines, indent=2, ensure_ascii=False))
        return
    _print_standing(found)
    for line in refused_of(target, found.run) if refused else ():
        _print_refused(line)


def _print_standing(found: BulkStanding) -> None:
    run = found.run
    console.print(f"{run.name} is {run.state.value}, {iso(run.changed_at)}")
    console.print(f"  lines       {run.position.line} read: {run.accepted} submissions fed, {run.refused} refused")
    if run.problem:
        console.print(f"  problem     {run.problem}")
    became = ", ".join(f"{count} {state}" for state, count in sorted(found.submissions.items()))
    console.print(f"  submissions {became or 'none'}")


def _print_refused(line: JsonObject) -> None:
    console.print(f"line {line['line']}  {line.get('externalId', '')}")
    for field in line["fields"]:
        where = f" (line {field['line']})" if "line" in field else ""
        console.print(f"    {field['path']}: {field['problem']}{where}")


def _stop(reason: str) -> NoReturn:
    console.print(reason, style="red")
    raise typer.Exit(1)
