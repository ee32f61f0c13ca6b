"""Preflight names open text that seems to hold personal data, beside the auditor's rules."""

from datetime import UTC, date, datetime
from pathlib import Path

import typer
from massid_cli.preflight import register
from massid_local.samples import generate
from massid_relay.core.jsons import JsonObject, dumps, loads
from massid_relay.preflight import run_preflight
from typer.testing import CliRunner

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLATE = "BWQ2J90"


def submission(title: str) -> JsonObject:
    message: JsonObject = loads(dumps(generate(1, seed=3, today=date(2026, 11, 20))[0].submission))
    message["document"]["title"] = title
    return message


def test_open_text_changes_no_verdict() -> None:
    plain, suspicious = (
        run_preflight(submission(title), methodology="bold-recycling", now=NOW) for title in ("Carga", f"Carga {PLATE}")
    )
    assert plain.open_text == ()
    assert [suspicion.path for suspicion in suspicious.open_text] == ["document.title"]
    assert suspicious.verdicts == plain.verdicts
    assert suspicious.to_json()["openText"] == [{"path": "document.title", "seemsToHold": "a licence plate"}]


def test_the_command_names_the_field_and_not_the_value(tmp_path: Path) -> None:
    """Invariant 7."""
    app = typer.Typer()
    register(app)
    (tmp_path / "massid.json").write_text(dumps(submission(f"Carga {PLATE}")))
    result = CliRunner().invoke(app, [str(tmp_path / "massid.json"), "--today", "2026-11-21"])
    assert result.exit_code == 0
    assert "open text at document.title" in result.stdout
    assert "seems to hold a licence plate" in " ".join(result.stdout.split())
    assert PLATE not in result.stdout
