"""`massid migrate`: a file of messages from any older form to today's, with a report of what was done and what was left."""

from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer
from massid_relay.core.jsons import dumps
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from massid_cli.consoles import report_console
from massid_cli.migration.files import Unreadable, read_file, write_file
from massid_cli.migration.report import Report, migrated


class Code(IntEnum):
    """What the command ends with."""

    DONE = 0
    LEFT = 1
    UNREADABLE = 2


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(name="migrate")(migrate)


def migrate(
    file: Annotated[Path, typer.Argument(help="JSON (a message or an array of them), or NDJSON with one a line.")],
    output: Annotated[Path | None, typer.Option(help="Write the messages here; without it to standard output.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
) -> None:
    """Bring older messages up to date. The report goes to standard error, or with --output to standard output.

    Exit code 0: all are in today's form and valid; 1: something is left for you; 2: the file can't be read.
    """
    try:
        read = read_file(file)
    except Unreadable as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(Code.UNREADABLE) from None
    report = Report(migrated(read.records))
    content = read.written([done.record for done in report.records])
    if output is None:
        typer.echo(content, nl=False)
    else:
        _write(content, output)
    if as_json:
        typer.echo(dumps(report.to_json()), err=output is None)
    else:
        _show(report, report_console(stderr=output is None))
    raise typer.Exit(Code.LEFT if report.needs_a_person else Code.DONE)


def _write(content: bytes, path: Path) -> None:
    try:
        write_file(path, content)
    except OSError as error:
        typer.echo(f"{path}: can't be written ({error.strerror})", err=True)
        raise typer.Exit(Code.UNREADABLE) from None


def _show(report: Report, console: Console) -> None:
    """Changes by their kind, for a file may hold thousands of the same; what is left, each by its place."""
    if changes := report.kinds_of_changes():
        table = _table("field", "was", "is now", "times")
        for (path, old, new), times in changes.items():
            table.add_row(escape(path), escape(old), f"[green]{escape(new)}[/green]", str(times))
        console.print(table)
    if report.needs_a_person:
        table = _table("record", "field", "[red]left for you[/red]")
        for place, path, sentence in report.left():
            table.add_row(escape(place), escape(path), escape(sentence))
        console.print(table)
    console.print(
        f"{len(report.records)} read, {report.changed} brought up to date, {report.needs_a_person} left for you."
    )


def _table(*headings: str) -> Table:
    table = Table(box=None)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
