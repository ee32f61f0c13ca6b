"""`massid announcements` prints what the local stack's event bus has taken."""

import json
from pathlib import Path

import pytest
from massid_cli.main import app
from massid_local.stack.run_directory import EVENT_BUS
from typer.testing import CliRunner, Result


def event(external_id: str, kind: str = "Operations Confirmed", source: str = "massid-relay", **detail: object) -> str:
    whole = {"at": "2026-11-20T12:00:00.000Z", "externalId": external_id, **detail}
    return json.dumps({"source": source, "detail-type": kind, "detail": whole})


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    lines = [
        event("load-1", operations=[{"kind": "event", "externalId": "e1", "name": "Pick-up"}]),
        event("load-2", "Lifecycle Failed", run=3),
        event("load-1", "Order Status Changed", order={"externalId": "o1", "state": "confirmed", "status": "Paid"}),
        event("load-1", source="somebody else"),
    ]
    (tmp_path / EVENT_BUS).write_text("\n".join(lines) + '\n{"half', encoding="utf-8")
    return tmp_path


def run(run_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["announcements", "--run-dir", str(run_dir), *arguments])


def test_ours_are_told_in_words_a_line_each(run_dir: Path) -> None:
    assert run(run_dir).stdout.splitlines() == [
        "2026-11-20T12:00:00.000Z  load-1  Operations Confirmed: event Pick-up e1",
        "2026-11-20T12:00:00.000Z  load-2  Lifecycle Failed: run 3",
        "2026-11-20T12:00:00.000Z  load-1  Order Status Changed: o1 confirmed Paid",
    ]


def test_an_id_is_shown_with_its_brackets(tmp_path: Path) -> None:
    (tmp_path / EVENT_BUS).write_text(event("[red]load", run=1) + "\n", encoding="utf-8")
    assert "  [red]load  Operations" in run(tmp_path).stdout


def test_those_of_one_document_as_json(run_dir: Path) -> None:
    (line,) = run(run_dir, "--external-id", "load-2", "--json").stdout.splitlines()
    assert json.loads(line)["detail"]["run"] == 3


def test_without_a_stack_it_says_so(tmp_path: Path) -> None:
    answer = run(tmp_path)
    assert answer.exit_code == 1
    assert "massid local" in answer.stdout
