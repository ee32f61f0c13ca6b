"""`massid preflight`: what the auditor will say of submissions or documents, before anything is sent."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated

import typer
from massid_relay.core.errors import InvalidMessage
from massid_relay.core.jsons import JsonObject, dumps, loads
from massid_relay.preflight import (
    AccreditationProfile,
    Finding,
    Methodology,
    Outcome,
    PreflightReport,
    load_profile,
    run_preflight,
)
from massid_relay.preflight.pdf_text import pdf_text
from massid_relay.preflight.reader import read_subject
from rich.console import Console
from rich.markup import escape

PASSES, FAILURES, UNREADABLE = 0, 1, 2

_BULK_SUFFIXES = (".ndjson", ".jsonl")
_STYLES = {
    Outcome.FAILED: "bold red",
    Outcome.REVIEW_REQUIRED: "bold yellow",
    Outcome.NOT_DECIDABLE: "cyan",
    Outcome.PASSED: "green",
}


class Unreadable(Exception):
    """A file, or a line of one, that holds no MassID. The message names the place, never the content."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(name="preflight")(preflight)


def preflight(
    files: Annotated[
        list[Path], typer.Argument(help="Files (JSON, or NDJSON with one MassID a line) or folders of them.")
    ],
    methodology: Annotated[
        Methodology | None, typer.Option(help="Default: what the submission says, else bold-recycling.")
    ] = None,
    profile: Annotated[Path | None, typer.Option(help="Accreditation profile (docs/preflight.md).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One report a line, as JSON.")] = False,
    today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the audit.")] = None,
    evidence: Annotated[
        Path | None, typer.Option(help="Folder with the attached manifests, to compare their text.")
    ] = None,
    review_required_enabled: Annotated[
        bool, typer.Option("--review-required", help="As if the auditor had ENABLE_REVIEW_REQUIRED.")
    ] = False,
) -> None:
    """Say what the auditor will say. Exit code 0: nothing fails; 1: something does; 2: a file can't be read."""
    accreditations = _profile(profile)
    now = datetime.combine(today, time(12), UTC) if today else datetime.now(UTC)
    console = Console(highlight=False)
    code, count, failing = PASSES, 0, 0
    for place, source in _sources(files):
        try:
            question = _Question(methodology, now, accreditations, evidence, review_required_enabled)
            report = _report(place, source, question)
        except Unreadable as error:
            _complain(str(error))
            code = UNREADABLE
            continue
        count += 1
        failing += not report.passes
        _show(console, place, report, as_json=as_json)
    if not as_json:
        console.print(f"{count} checked, {count - failing} without failure, {failing} to mend.")
    raise typer.Exit(code or (FAILURES if failing else PASSES))


def _profile(path: Path | None) -> AccreditationProfile | None:
    if path is None:
        return None
    try:
        return load_profile(path)
    except OSError as error:
        _complain(f"{path}: can't be read ({error.strerror})")
    except InvalidMessage as error:
        _complain(f"{path}: {error.reason}")
        for problem in error.fields:
            _complain(f"  {problem.path}: {problem.problem}")
    raise typer.Exit(UNREADABLE)


@dataclass(frozen=True, slots=True)
class _Question:
    methodology: Methodology | None
    now: datetime
    profile: AccreditationProfile | None
    evidence: Path | None
    review_required_enabled: bool


def _report(place: str, source: JsonObject | str, question: _Question) -> PreflightReport:
    if isinstance(source, str):
        raise Unreadable(f"{place}: {source}")
    chosen = question.methodology or source.get("methodology") or Methodology.BOLD_RECYCLING
    try:
        return run_preflight(
            source,
            methodology=Methodology(chosen),
            now=question.now,
            profile=question.profile,
            review_required_enabled=question.review_required_enabled,
            manifest_texts=_manifest_texts(source, question.evidence) if question.evidence else None,
        )
    except InvalidMessage as error:
        raise Unreadable(f"{place}: {error.reason}") from None
    except ValueError:
        raise Unreadable(f"{place}: methodology must be bold-recycling or bold-carbon") from None


def _manifest_texts(source: JsonObject, folder: Path) -> dict[str, str | None]:
    """Texts of the attached files found as `{external id}/{file name}` or `{file name}` in the folder."""
    texts: dict[str, str | None] = {}
    subject = read_subject(source)
    for name in {one.file_name for event in subject.events for one in event.attachments if one.file_name}:
        candidates = [folder / (subject.external_id or "") / name, folder / name]
        found = next((path for path in candidates if Path(name).name == name and path.is_file()), None)
        if found:
            texts[name] = pdf_text(found.read_bytes())
    return texts


def _sources(paths: list[Path]) -> Iterator[tuple[str, JsonObject | str]]:
    """Each MassID with the place it was found at; a sentence instead of it where it can't be read."""
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.suffix in (".json", *_BULK_SUFFIXES))
            if not inside:
                yield str(path), "the folder holds no .json, .ndjson or .jsonl file"
            for file in inside:
                yield from _file(file)
        else:
            yield from _file(path)


def _file(path: Path) -> Iterator[tuple[str, JsonObject | str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        yield str(path), "does not exist"
        return
    except (OSError, UnicodeDecodeError):
        yield str(path), "can't be read as a text file"
        return
    if path.suffix in _BULK_SUFFIXES:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                yield f"{path}:{number}", _massid(line)
    else:
        yield str(path), _massid(text)


def _massid(text: str) -> JsonObject | str:
    try:
        body = loads(text)
    except (ValueError, RecursionError):
        return "isn't JSON"
    return body if isinstance(body, dict) else "must be a JSON object"


def _show(console: Console, place: str, report: PreflightReport, *, as_json: bool) -> None:
    if as_json:
        typer.echo(dumps({"file": place, **report.to_json()}))
        return
    verdict = "[green]nothing fails[/green]" if report.passes else "[bold red]would be refused[/bold red]"
    console.print(f"[bold]{escape(report.external_id or place)}[/bold] ({report.methodology}): {verdict}")
    for finding in (*report.to_mend, *report.of(Outcome.REVIEW_REQUIRED), *report.of(Outcome.NOT_DECIDABLE)):
        _print_finding(console, finding)
    for suspicion in report.open_text:
        console.print(f"  [yellow]open text[/yellow] at {escape(suspicion.path)}\n    {suspicion.sentence}")
    following = len(report.failed) - len(report.to_mend)
    if following:
        console.print(f"  and because it can't be read, {following} more rules fail with it")
    passed = sum(outcome is Outcome.PASSED for outcome in report.verdicts.values())
    console.print(f"  [green]{passed} rules pass[/green]\n")


def _print_finding(console: Console, finding: Finding) -> None:
    style = _STYLES[finding.outcome]
    console.print(f"  [{style}]{finding.outcome.replace('_', ' ').lower()}[/{style}] [bold]{finding.rule}[/bold]")
    if finding.path:
        console.print(f"    at {escape(finding.path)}")
    console.print(f"    {escape(finding.sentence)}")
    if finding.needs:
        console.print(f"    [dim]needs {escape(finding.needs)}[/dim]")


def _complain(message: str) -> None:
    print(message, file=sys.stderr)
