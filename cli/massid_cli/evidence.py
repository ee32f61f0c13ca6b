"""`massid evidence`: the files of one document, or all that nobody asks for."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from massid_local.stack.run_directory import DEFAULT
from rich.console import Console

from massid_cli.operate import AsJson, RunDir, StackName, refuse, target_of
from massid_cli.operations.evidence import FileStanding, files_of, unasked_files
from massid_cli.operations.standing import is_known

console = Console(highlight=False, soft_wrap=True, emoji=False, markup=False)


def register(app: typer.Typer) -> None:
    """Give the application its `evidence` command."""
    app.command("evidence")(evidence)


def evidence(
    external_id: Annotated[str | None, typer.Argument(help="The MassID's external id.")] = None,
    unasked: Annotated[bool, typer.Option("--unasked", help="All files that nobody has asked for.")] = False,
    stack: StackName = None,
    run_dir: RunDir = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Tell where the evidence files of a MassID stand, or which files in the bucket nobody has asked for."""
    if (external_id is None) != unasked:
        raise typer.BadParameter("give an external id, or --unasked")
    target = target_of(stack, run_dir)
    if external_id is not None:
        files = files_of(target, external_id)
        if not files and not is_known(target, external_id):
            refuse(f"the ledger does not know {external_id}")
        rows = [asdict(file) for file in files]
        lines = [_line(file) for file in files]
    else:
        found = unasked_files(target)
        rows = [asdict(file.key) | {"dropped_at": file.dropped_at, "told": file.told} for file in found]
        lines = [f"{row['external_id']}  {row['file_name']}  since {row['dropped_at']}" for row in rows]
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for line in lines:
        console.print(line)
    console.print(f"{len(rows)} files")


def _line(file: FileStanding) -> str:
    """An object whose key ends in a slash is a folder that a console made: it has no name."""
    problem = f" ({file.problem})" if file.problem else ""
    return f"{file.name or 'no name'}: {file.state}{problem}"
