"""`massid preflight`: what the auditor will say of submissions or documents, before anything is sent."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated

import typer
from massid_relay.core.errors import FieldProblem, InvalidMessage
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.messages import parse_submission
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
from massid_relay.preflight.reader import is_submission, read_subject
from rich.console import Console
from rich.markup import escape

from massid_cli.consoles import report_console
from massid_cli.preflight_files import sources

PASSES, FAILURES, UNREADABLE = 0, 1, 2

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
    """Say what the auditor will say, and whether the workers take the message at all.

    Exit code 0: nothing fails; 1: something does; 2: a file can't be read.
    """
    accreditations = _profile(profile)
    now = datetime.combine(today, time(12), UTC) if today else datetime.now(UTC)
    console = report_console()
    code, count, failing = PASSES, 0, 0
    for place, source in sources(files):
        try:
            question = _Question(methodology, now, accreditations, evidence, review_required_enabled)
            report = _report(place, source, question)
        except Unreadable as error:
            _complain(str(error))
            code = UNREADABLE
            continue
        refused = _refused_fields(source)
        count += 1
        failing += not report.passes or bool(refused)
        _show(console, place, report, refused, as_json=as_json)
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


def _refused_fields(source: JsonObject | str) -> Sequence[FieldProblem]:
    """What makes the workers refuse the message itself, where it is one; an older form is judged as `OldMessageForms=refuse`
    does."""
    if isinstance(source, str) or not is_submission(source):
        return ()
    try:
        parse_submission(dumps(source))
    except InvalidMessage as error:
        return error.fields
    return ()


def _show(
    console: Console, place: str, report: PreflightReport, refused: Sequence[FieldProblem], *, as_json: bool
) -> None:
    if as_json:
        fields = [asdict(field) for field in refused]
        typer.echo(dumps({"file": place, "refusedFields": fields, **report.to_json()}))
        return
    good = report.passes and not refused
    verdict = "[green]nothing fails[/green]" if good else "[bold red]would be refused[/bold red]"
    console.print(f"[bold]{escape(report.external_id or place)}[/bold] ({escape(report.methodology)}): {verdict}")
    if refused:
        console.print("  [bold red]no message of ours[/bold red]: the workers refuse it, whatever the auditor says")
    for field in refused:
        console.print(f"    {escape(field.path)}: {escape(field.problem)}")
    for finding in (*report.to_mend, *report.of(Outcome.REVIEW_REQUIRED), *report.of(Outcome.NOT_DECIDABLE)):
        _print_finding(console, finding)
    for suspicion in report.open_text:
        console.print(f"  [yellow]open text[/yellow] at {escape(suspicion.path)}\n    {escape(suspicion.sentence)}")
    following = len(report.failed) - len(report.to_mend)
    if following:
        console.print(f"  and because it can't be read, {following} more rules fail with it")
    passed = sum(outcome is Outcome.PASSED for outcome in report.verdicts.values())
    console.print(f"  [green]{passed} rules pass[/green]\n")


def _print_finding(console: Console, finding: Finding) -> None:
    style = _STYLES[finding.outcome]
    console.print(
        f"  [{style}]{finding.outcome.replace('_', ' ').lower()}[/{style}] [bold]{escape(finding.rule)}[/bold]"
    )
    if finding.path:
        console.print(f"    at {escape(finding.path)}")
    console.print(f"    {escape(finding.sentence)}")
    if finding.needs:
        console.print(f"    [dim]needs {escape(finding.needs)}[/dim]")


def _complain(message: str) -> None:
    print(message, file=sys.stderr)
