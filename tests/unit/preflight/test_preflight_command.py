"""`massid preflight`: files, folders, bulk files, exit codes."""

from pathlib import Path
from typing import Any

import pytest
import typer
from massid_cli.preflight import register
from massid_relay.core.jsons import dumps, loads
from typer.testing import CliRunner

SAMPLES = Path(__file__).parents[3] / "events"
TODAY = ["--today", "2026-11-21"]


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    register(made)
    return made


def run(app: typer.Typer, *arguments: str) -> Any:
    return CliRunner().invoke(app, [*arguments, *TODAY])


def test_a_passing_file_gives_0_and_a_failing_one_1_with_the_field(
    app: typer.Typer, massid: Any, tmp_path: Path
) -> None:
    file = tmp_path / "massid.json"
    file.write_text(dumps(massid.body))
    profile = tmp_path / "profile"
    profile.write_text(dumps(massid.profile))
    whole = run(app, str(file), "--profile", str(profile))
    assert whole.exit_code == 0
    massid.unset("Weighing", "Description")
    file.write_text(dumps(massid.body))
    broken = run(app, str(file), "--profile", str(profile))
    assert broken.exit_code == 1
    assert "externalEvents.7.metadata.attributes[Description]" in broken.stdout


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"isPubic": True}, {"path": "events.12.isPubic", "problem": "is not a known field"}),
        ({"name": "close"}, {"path": "events.12.name", "problem": "is reserved: write CLOSE, or call "}),
        ({"externalId": "  "}, {"path": "events.12.externalId", "problem": "must be "}),
    ],
)
def test_a_submission_that_the_workers_would_not_take_fails_too(
    app: typer.Typer, tmp_path: Path, change: Any, problem: Any
) -> None:
    """The auditor's rules have no objection to it, and yet nothing of it would be sent."""
    body = loads((SAMPLES / "submission.json").read_text())
    file = tmp_path / "massid.json"
    file.write_text(dumps(body))
    assert run(app, str(file)).exit_code == 0
    body["events"][12] |= change
    file.write_text(dumps(body))
    told = run(app, str(file))
    report = loads(run(app, str(file), "--json").stdout)
    (refused,) = report["refusedFields"]
    assert (told.exit_code, report["passes"]) == (1, True)
    assert refused["path"] == problem["path"]
    assert refused["problem"].startswith(problem["problem"])
    assert f"    {refused['path']}: {refused['problem']}" in told.stdout.splitlines()
    assert "1 checked, 0 without failure, 1 to mend." in told.stdout


def test_a_field_that_is_there_twice_makes_a_file_unreadable(app: typer.Typer, tmp_path: Path) -> None:
    """Nobody knows which one counts."""
    file = tmp_path / "massid.json"
    file.write_text('{"document": {"category": "MassID", "category": "Mass"}, "events": []}')
    result = run(app, str(file))
    assert result.exit_code == 2
    assert "document.category is there twice" in result.stderr


def test_a_finding_is_one_line_in_a_pipe(
    app: typer.Typer, massid: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe has no width, whatever COLUMNS says."""
    monkeypatch.setenv("COLUMNS", "20")
    massid.unset("Weighing", "Description")
    file = tmp_path / "massid.json"
    file.write_text(dumps(massid.body))
    lines = run(app, str(file)).stdout.splitlines()
    assert "    at externalEvents.7.metadata.attributes[Description]" in lines
    assert "    The Weighing needs a `Description`." in lines


def test_a_folder_and_a_bulk_file_hold_many(app: typer.Typer, massid: Any, tmp_path: Path) -> None:
    (tmp_path / "many.ndjson").write_text(f"{dumps(massid.body)}\n\n{dumps(massid.body)}\n")
    (tmp_path / "one.json").write_text(dumps(massid.body))
    result = run(app, str(tmp_path), "--json", "--methodology", "bold-carbon")
    reports = [loads(line) for line in result.stdout.splitlines()]
    assert [Path(report["file"]).name for report in reports] == ["many.ndjson:1", "many.ndjson:3", "one.json"]
    assert {report["methodology"] for report in reports} == {"bold-carbon"}
    assert result.exit_code == 0


def test_a_line_of_a_bulk_file_may_hold_other_line_separators(app: typer.Typer, massid: Any, tmp_path: Path) -> None:
    line = dumps(massid.body | {"note": "one\u2028two\u0085three"})
    assert "\u2028" in line
    (tmp_path / "many.ndjson").write_text(f"{line}\r\n{line}\r\n", encoding="utf-8", newline="")
    result = run(app, str(tmp_path))
    assert "2 checked" in result.stdout
    assert result.exit_code != 2


@pytest.mark.parametrize("content", ["{", "[]", '{"hello": 1}', "\ud800"])
def test_what_cannot_be_read_gives_2_and_does_not_stop_the_others(
    app: typer.Typer, massid: Any, tmp_path: Path, content: str
) -> None:
    (tmp_path / "bad.json").write_bytes(content.encode("utf-8", "surrogatepass"))
    (tmp_path / "good.json").write_text(dumps(massid.body))
    result = run(app, str(tmp_path))
    assert result.exit_code == 2
    assert "1 checked" in result.stdout


def test_a_missing_file_or_a_bad_profile_gives_2(app: typer.Typer, tmp_path: Path) -> None:
    assert run(app, str(tmp_path / "none.json")).exit_code == 2
    profile = tmp_path / "profile.json"
    profile.write_text('{"version": 2, "accreditations": []}')
    assert run(app, str(tmp_path), "--profile", str(profile)).exit_code == 2


def test_a_file_that_is_not_there_is_told_as_such(app: typer.Typer, tmp_path: Path) -> None:
    result = run(app, str(tmp_path / "nofile"))
    assert (result.exit_code, result.stderr) == (2, f"{tmp_path / 'nofile'}: does not exist\n")
