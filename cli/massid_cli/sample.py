"""`massid sample`: realistic MassIDs on disk, whole or broken in a chosen way."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from massid_local.samples import SampleMassID, generate
from massid_local.samples.breakages import Breakage, NotApplicable, broken
from massid_local.samples.catalogue import BREAKAGES
from massid_local.samples.files import pretty, write_folder, write_ndjson
from massid_local.samples.plan import Methodology, Variety
from massid_local.samples.profile import accreditation_profile
from massid_local.samples.table import table_of
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from massid_cli.consoles import report_console

DEFAULT_FOLDER = Path("build/samples")


def register(app: typer.Typer) -> None:
    """Give the application its `sample` command."""
    app.command("sample")(sample)


def sample(
    count: Annotated[int, typer.Option(min=1, help="How many MassIDs.")] = 25,
    seed: Annotated[int, typer.Option(min=0, help="Seed and today fix everything, byte for byte.")] = 1,
    today: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Everything happens before this day (default: now, UTC)."),
    ] = None,
    methodology: Annotated[Methodology, typer.Option(help="Which methodology they are meant for.")] = "bold-recycling",
    variety: Annotated[Variety, typer.Option(help="The demo's standard kind, or all that can pass.")] = "demo",
    breakage: Annotated[str | None, typer.Option("--break", help="Break each in this way.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for submissions, evidence and profile.")] = None,
    ndjson: Annotated[Path | None, typer.Option(help="Submissions alone, one a line, into this file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="The same as a bulk CSV file (docs/bulk.md).")] = None,
    list_breakages: Annotated[
        bool, typer.Option("--list-breakages", help="Show the ways of breaking and stop.")
    ] = False,
) -> None:
    """Generate realistic MassIDs: submissions, their evidence files, and the accreditation profile that goes with them."""
    console = report_console()
    if list_breakages:
        console.print(_catalogue_table())
        return
    day = (today or datetime.now(UTC)).date()
    try:
        samples = generate(count, seed, day, methodology=methodology, variety=variety)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if breakage is not None:
        samples = _break_all(samples, _breakage(breakage), seed, console)
    if ndjson is not None:
        write_ndjson(samples, ndjson)
        console.print(f"{len(samples)} submissions: {escape(str(ndjson))}")
    if csv is not None:
        csv.parent.mkdir(parents=True, exist_ok=True)
        csv.write_text(table_of([one.submission for one in samples]), encoding="utf-8")
        console.print(f"{len(samples)} submissions: {escape(str(csv))}")
    if out is not None or (ndjson is None and csv is None):
        folder = out or DEFAULT_FOLDER
        write_folder(samples, folder)
        (folder / "profile.json").write_text(pretty(accreditation_profile(day)), encoding="utf-8")
        console.print(f"{len(samples)} submissions: {escape(str(folder / 'submissions'))}")
        console.print(f"{sum(len(one.files) for one in samples)} files: {escape(str(folder / 'evidence'))}")
        console.print(f"accreditation profile: {escape(str(folder / 'profile.json'))}")


def _breakage(name: str) -> Breakage:
    if name not in BREAKAGES:
        raise typer.BadParameter("no such breakage; --list-breakages shows them all", param_hint="--break")
    return BREAKAGES[name]


def _break_all(samples: list[SampleMassID], breakage: Breakage, seed: int, console: Console) -> list[SampleMassID]:
    """Those to which it applies; says how many were left out."""
    found = []
    for one in samples:
        try:
            found.append(broken(one, breakage, seed))
        except NotApplicable:
            continue
    if len(found) < len(samples):
        console.print(f"left out {len(samples) - len(found)} that can't be broken in this way")
    return found


def _catalogue_table() -> Table:
    table = Table()
    table.add_column("name", overflow="fold", no_wrap=True)
    table.add_column("what is wrong")
    table.add_column("rules that must fail", overflow="fold")
    for breakage in BREAKAGES.values():
        table.add_row(breakage.name, breakage.summary, ", ".join(sorted(breakage.rules)))
    return table
