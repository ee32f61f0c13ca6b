"""`massid demo`: bad options are answered before anything starts."""

from pathlib import Path
from typing import Any

import pytest
import typer
from massid_cli.demo import register
from typer.testing import CliRunner


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    register(made)
    return made


def run(app: typer.Typer, *arguments: str) -> Any:
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--count", "0"),
        ("--count", "many"),
        ("--count", "100000"),
        ("--seed", "-1"),
        ("--seed", "1000000000"),
        ("--today", "tomorrow"),
        ("--fault",),
        ("surplus",),
    ],
)
def test_a_bad_option_is_a_usage_error(app: typer.Typer, arguments: tuple[str, ...]) -> None:
    assert run(app, *arguments).exit_code == 2


def test_a_missing_template_is_an_error_that_names_it(app: typer.Typer, tmp_path: Path) -> None:
    missing = tmp_path / "nothing.yaml"
    answer = run(app, "--template", str(missing), "--run-dir", str(tmp_path / "run"), "--out", str(tmp_path / "out"))
    assert answer.exit_code == 1
    assert "nothing.yaml" in answer.stdout
    assert "Traceback" not in answer.stdout


def test_an_unwritable_output_folder_is_an_error(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    answer = run(app, "--template", str(tmp_path / "nothing.yaml"), "--out", str(tmp_path / "file" / "out"))
    assert answer.exit_code == 1
