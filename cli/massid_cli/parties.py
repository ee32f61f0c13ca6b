"""`massid adopt-parties`, `massid changed-parties`: participants and addresses of a stack, local or deployed."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from massid_local.stack.run_directory import DEFAULT
from massid_relay.core.clock import SystemClock, iso
from rich.markup import escape

from massid_cli.operate import AsJson, RunDir, StackName, console, refuse, target_of
from massid_cli.operations.adopt_parties import adopt_parties


def register(app: typer.Typer) -> None:
    """Give the application its commands about parties."""
    app.command("adopt-parties")(adopt)
    app.command("changed-parties")(changed)


def adopt(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="NDJSON or a JSON list: participant, address, each with its id."
        ),
    ],
    stack: StackName = None,
    run_dir: RunDir = DEFAULT,
) -> None:
    """Bring in ids of participants and addresses that were made before massid-relay. Safe to repeat."""
    text = _text_of(file)
    became = list(adopt_parties(target_of(stack, run_dir), text, SystemClock().now()))
    refused = [one for one in became if one.refused]
    for one in refused:
        console.print(f"line {one.line}: [red]{escape(one.became)}[/red]")
    news = sum(one.became == "adopted" for one in became)
    console.print(f"{news} adopted, {len(became) - news - len(refused)} known already, {len(refused)} refused")
    if refused:
        raise typer.Exit(1)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        refuse(f"{file} is not UTF-8")


def changed(stack: StackName = None, run_dir: RunDir = DEFAULT, as_json: AsJson = False) -> None:
    """List known participants and addresses that came with other data, by field, without what they say."""
    found = target_of(stack, run_dir).party_changes.all()
    if as_json:
        typer.echo(json.dumps([asdict(one) | {"at": iso(one.at)} for one in found], indent=2))
        return
    for one in found:
        item = f" · {one.item}" if one.item else ""
        what = "in place" if one.elsewhere else "in spelling" if one.spelling else "in content"
        console.print(
            f"[bold]{escape(one.document)}[/bold]{escape(item)}  {iso(one.at)}  {'refused' if one.refused else 'sent'}"
        )
        console.print(escape(f"  {one.kind} {one.party_id} differs {what}: {', '.join(one.fields)}"))
    console.print(f"{len(found)} changes")
