"""`massid announcements`: what the local stack has put on its event bus."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from massid_local.stack.run_directory import DEFAULT, EVENT_BUS
from massid_relay.core.announcements.details import SOURCE
from rich.console import Console
from rich.markup import escape

from massid_cli.operate import AsJson, RunDir

SECONDS_BETWEEN_LOOKS = 0.5
console = Console(highlight=False, soft_wrap=True, emoji=False)


def register(app: typer.Typer) -> None:
    """Give the application its `announcements` command."""
    app.command("announcements")(announcements)


def announcements(
    external_id: Annotated[str | None, typer.Option(help="Those of one document.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with those that come, until Ctrl-C.")] = False,
    run_dir: RunDir = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Print what the local stack has published on EventBridge. For a deployed stack make a rule: docs/announcements.md."""
    file = run_dir / EVENT_BUS
    if not file.is_file():
        console.print(f"[red]no stack has run from {escape(str(run_dir))}: start one with `massid local`[/red]")
        raise typer.Exit(1)
    try:
        for event in _events(file, follow):
            if event["source"] == SOURCE and external_id in (None, event["detail"].get("externalId")):
                _print(event, as_json)
    except KeyboardInterrupt:
        return


def _events(file: Path, follow: bool) -> Iterator[dict[str, Any]]:
    """Each whole line of the file; with `follow` also those that are still to be written."""
    with file.open(encoding="utf-8") as lines:
        rest = ""
        while True:
            rest += lines.readline()
            if rest.endswith("\n"):
                yield json.loads(rest)
                rest = ""
            elif follow:
                time.sleep(SECONDS_BETWEEN_LOOKS)
            else:
                return


def _print(event: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(event, ensure_ascii=False))
        return
    detail = event["detail"]
    what = [_words(operation) for operation in detail.get("operations", [])]
    if "run" in detail:
        what = [f"run {detail['run']}"]
    if "order" in detail:
        what = [" ".join(str(value) for value in detail["order"].values())]
    about = f"[bold]{escape(detail.get('externalId', '?'))}[/bold]"
    console.print(f"{detail['at']}  {about}  {event['detail-type']}: {escape(', '.join(what))}")


def _words(operation: dict[str, Any]) -> str:
    """Kind, what it is of, and why it lies dead, if it does."""
    names = (operation.get(name) for name in ("name", "fileName", "bulkRun", "externalId", "errorType"))
    return " ".join([operation["kind"], *(name for name in names if name)])
