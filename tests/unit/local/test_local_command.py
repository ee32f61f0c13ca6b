"""`massid local`: what it refuses, and the lines that it prints to paste."""

import json
from pathlib import Path
from typing import Any

import pytest
from massid_cli.local_view import lines
from massid_cli.main import app
from rich.text import Text
from typer.testing import CliRunner


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--set", "CarrotRequestsPerSecond"], "NAME=VALUE"),
        (["--set", "=5"], "NAME=VALUE"),
        (["--carrot-url", "http://127.0.0.1:1"], "come together"),
        (["--carrot-credentials", "nowhere.json"], "clientId and clientSecret"),
    ],
)
def test_wrong_options_are_refused_before_anything_starts(options: list[str], problem: str) -> None:
    result = CliRunner().invoke(app, ["local", *options], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert problem in result.output


def test_a_wrong_parameter_ends_with_its_name(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Transform: AWS::Serverless-2016-10-31\nResources: {}\n", encoding="utf-8")
    result = CliRunner().invoke(
        app, ["local", "--port", "0", "--template", str(template), "--run-dir", str(tmp_path), "--set", "Unheard=1"]
    )
    assert result.exit_code == 1
    assert "no such parameter in the template: Unheard" in result.output


@pytest.fixture
def state(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "events.json").write_text(json.dumps({"documentExternalId": "doc-1"}), encoding="utf-8")
    emulator = "http://127.0.0.1:4599"
    return {
        "stackName": "local",
        "template": str(tmp_path / "template.yaml"),
        "controlUrl": "http://127.0.0.1:5000",
        "carrotUrl": "http://127.0.0.1:6000",
        "endpoints": {"sqs": emulator, "s3": emulator, "dynamodb": emulator, "lambda": "http://127.0.0.1:5000"},
        "resources": {
            "EventsQueue": f"{emulator}/1/events.fifo",
            "DeadLetterQueue": f"{emulator}/1/dead",
            "Ledger": "ledger",
        },
        "types": {
            "EventsQueue": "AWS::SQS::Queue",
            "DeadLetterQueue": "AWS::SQS::Queue",
            "Ledger": "AWS::DynamoDB::Table",
        },
    }


def test_a_queue_with_a_sample_gets_it_and_a_fifo_queue_its_group(state: dict[str, Any], tmp_path: Path) -> None:
    printed = list(lines(state, tmp_path))
    assert (
        "aws --endpoint-url http://127.0.0.1:4599 sqs send-message --queue-url http://127.0.0.1:4599/1/events.fifo "
        f"--message-group-id doc-1 --message-body file://{tmp_path}/events/events.json"
    ) in printed


def test_a_queue_without_a_sample_is_read(state: dict[str, Any], tmp_path: Path) -> None:
    printed = list(lines(state, tmp_path))
    assert (
        "aws --endpoint-url http://127.0.0.1:4599 sqs receive-message --queue-url http://127.0.0.1:4599/1/dead "
        "--visibility-timeout 0"
    ) in printed


def test_a_folder_with_brackets_is_shown_as_it_is(state: dict[str, Any]) -> None:
    printed = [Text.from_markup(line).plain for line in lines(state, Path("run [red]"))]
    assert f"{'logs':12} tail -f run [red]/logs/*.log" in printed


def test_all_endpoints_are_told(state: dict[str, Any], tmp_path: Path) -> None:
    printed = "\n".join(lines(state, tmp_path))
    for url in ("http://127.0.0.1:4599", "http://127.0.0.1:5000", "http://127.0.0.1:6000"):
        assert url in printed
    assert "AWS_ACCESS_KEY_ID=local" in printed
