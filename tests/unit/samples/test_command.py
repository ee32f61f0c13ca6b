"""`massid sample`."""

from pathlib import Path

import pytest
import typer
from massid_cli.sample import register
from massid_local.samples.catalogue import BREAKAGES
from massid_relay.core.jsons import loads
from typer.testing import CliRunner


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    return app


def run(app: typer.Typer, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["sample", *arguments], env={"COLUMNS": "40"})
    assert result.exit_code == 0, result.output
    return result.output


def test_it_writes_submissions_evidence_and_profile(app: typer.Typer, tmp_path: Path) -> None:
    output = run(app, "--count", "2", "--seed", "9", "--today", "2026-11-20", "--out", str(tmp_path))
    submissions = sorted((tmp_path / "submissions").iterdir())
    assert [path.stem for path in submissions] == ["recycling-20261120-9-0001", "recycling-20261120-9-0002"]
    for path in submissions:
        message = loads(path.read_bytes())
        files = tmp_path / "evidence" / message["externalId"]
        assert {file.name for file in files.iterdir()} == set(message["evidence"])
    assert loads((tmp_path / "profile.json").read_bytes())["version"] == 1
    assert f"2 submissions: {tmp_path / 'submissions'}\n" in output, "a path is one line in a pipe"


def test_it_writes_one_submission_a_line(app: typer.Typer, tmp_path: Path) -> None:
    run(app, "--count", "5", "--variety", "full", "--today", "2026-11-20", "--ndjson", str(tmp_path / "all.ndjson"))
    lines = (tmp_path / "all.ndjson").read_text(encoding="utf-8").splitlines()
    assert len({loads(line)["externalId"] for line in lines}) == 5


def test_it_breaks_them_in_the_way_asked_for(app: typer.Typer, tmp_path: Path) -> None:
    target = tmp_path / "broken.ndjson"
    run(app, "--count", "3", "--today", "2026-11-20", "--break", "hauler-missing", "--ndjson", str(target))
    for line in target.read_text(encoding="utf-8").splitlines():
        assert "Hauler" not in {event.get("label") for event in loads(line)["events"]}


def test_it_says_how_many_could_not_be_broken(app: typer.Typer, tmp_path: Path) -> None:
    output = run(app, "--count", "3", "--break", "weighings-differ", "--ndjson", str(tmp_path / "none.ndjson"))
    assert "left out 3" in output


def test_it_lists_the_breakages(app: typer.Typer) -> None:
    output = run(app, "--list-breakages")
    assert all(name in output for name in BREAKAGES)


@pytest.mark.parametrize("arguments", [["--break", "no-such"], ["--count", "60001"], ["--seed", "1000000000"]])
def test_it_refuses_what_it_does_not_know(app: typer.Typer, arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["sample", *arguments]).exit_code == 2
