"""`massid migrate`: files in and out, the report, exit codes."""

from pathlib import Path
from typing import Any

import pytest
import typer
from massid_cli.migrate import register
from massid_local.samples import generate
from massid_local.samples.files import pretty
from massid_local.samples.older import aged
from massid_local.samples.write_events import EVENTS_DAY
from massid_relay.core.jsons import JsonObject, dumps, loads
from typer.testing import CliRunner

OLDER_FORMS = Path(__file__).parents[3] / "events" / "older-forms.json"
SUBMISSIONS = [sample.submission for sample in generate(3, 5, EVENTS_DAY)]
SECRET = "Fulana de Tal, 123.456.789-09"


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    register(made)
    return made


def run(app: typer.Typer, *arguments: str | Path) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def put(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def test_one_message_an_array_and_lines_come_out_as_they_came_in(app: typer.Typer, tmp_path: Path) -> None:
    older = [aged(one) for one in SUBMISSIONS]
    files = {
        put(tmp_path / "one.json", pretty(older[0])): pretty(SUBMISSIONS[0]),
        put(tmp_path / "many.json", pretty(older)): pretty(SUBMISSIONS),
        put(tmp_path / "many.ndjson", "\n\n".join(map(dumps, older))): "".join(
            f"{dumps(one)}\n" for one in SUBMISSIONS
        ),
    }
    for file, today in files.items():
        result = run(app, file)
        assert result.exit_code == 0
        assert contents(result.stdout) == contents(today)


def contents(text: str) -> Any:
    """What the lines or the whole hold: an upgraded label is the last of its event's fields."""
    lines = text.splitlines()
    return [loads(line) for line in lines] if len(lines) == len(SUBMISSIONS) else loads(text)


def test_a_file_in_todays_form_comes_out_unchanged_with_an_empty_report(app: typer.Typer, tmp_path: Path) -> None:
    file = put(tmp_path / "today.json", pretty(SUBMISSIONS))
    result = run(app, file)
    assert result.stdout == pretty(SUBMISSIONS)
    assert result.stderr == "3 read, 0 brought up to date, 0 left for you.\n"
    assert result.exit_code == 0


def test_its_own_output_needs_no_migration(app: typer.Typer, tmp_path: Path) -> None:
    once, twice = tmp_path / "once.json", tmp_path / "twice.json"
    run(app, OLDER_FORMS, "--output", once)
    result = run(app, once, "--output", twice, "--json")
    assert loads(result.stdout)["changed"] == 0
    assert twice.read_bytes() == once.read_bytes()


def test_the_sample_is_brought_up_to_date_but_for_what_is_uncertain(app: typer.Typer, tmp_path: Path) -> None:
    result = run(app, OLDER_FORMS, "--output", tmp_path / "today.json", "--json")
    report = loads(result.stdout)
    assert result.exit_code == 1
    assert (report["read"], report["changed"], report["left"]) == (4, 3, 1)
    assert [item["path"] for item in report["records"][-1]["left"]] == ["events.0.name"]
    assert {"path": "document.category", "old": "Mass", "new": "MassID"} in report["records"][0]["changes"]
    written = loads((tmp_path / "today.json").read_text(encoding="utf-8"))
    assert written[0]["events"] == written[2]["events"]


def test_the_report_stays_apart_from_the_messages(app: typer.Typer, tmp_path: Path) -> None:
    alone = run(app, OLDER_FORMS)
    assert len(loads(alone.stdout)) == 4
    assert "left for you" in alone.stderr
    beside = run(app, OLDER_FORMS, "--output", tmp_path / "today.json")
    assert "left for you" in beside.stdout
    assert beside.stderr == ""


def test_the_report_counts_changes_by_kind_and_names_what_is_left_by_its_place(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    result = run(app, OLDER_FORMS, "--output", tmp_path / "today.json")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["document.category", "Mass", "MassID", "2"] in rows
    assert ["events.*.name", "OPEN", "Pick-up", "2"] in rows
    (left,) = [row for row in rows if "events.0.name" in row]
    assert left[:2] == ["record", "4"]


def wrong() -> list[tuple[JsonObject | list[Any], str]]:
    one = SUBMISSIONS[0]
    no_time = {key: value for key, value in one["events"][7].items() if key != "externalCreatedAt"}
    return [
        ({"version": 1, "externalId": "a", "documentId": "b"}, "message"),
        ([], "message"),
        (aged(one) | {"colour": SECRET}, "colour"),
        (aged(one | {"events": [no_time]}), "events.0.externalCreatedAt"),
        (aged(one) | {"version": 2}, "version"),
    ]


@pytest.mark.parametrize(("content", "path"), wrong(), ids=[path for _, path in wrong()])
def test_what_the_relay_would_still_refuse_is_told_without_its_value(
    app: typer.Typer, tmp_path: Path, content: Any, path: str
) -> None:
    """Invariant 7. The upgraded message is read by the parser of its queue."""
    file = put(tmp_path / "wrong.ndjson", f"{dumps(SUBMISSIONS[0])}\n{dumps(content)}\n")
    result = run(app, file, "--output", tmp_path / "out.ndjson", "--json")
    (told,) = (one for one in loads(result.stdout)["records"] if one["problems"])
    assert result.exit_code == 1
    assert told["place"] == "line 2"
    assert [problem["path"] for problem in told["problems"]] == [path]
    assert SECRET not in result.stdout


def test_a_line_that_is_no_json_comes_out_as_it_was(app: typer.Typer, tmp_path: Path) -> None:
    file = put(tmp_path / "some.jsonl", f'{dumps(aged(SUBMISSIONS[0]))}\n{{"version": 1,\n')
    result = run(app, file)
    assert result.stdout.splitlines()[1] == '{"version": 1,'
    assert "is not JSON" in " ".join(result.stderr.split())
    assert result.exit_code == 1


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_gives_2(app: typer.Typer, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "file.json"
    if content is not None:
        file.write_bytes(content)
    result = run(app, file)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_an_output_that_cannot_be_written_gives_2(app: typer.Typer, tmp_path: Path) -> None:
    assert run(app, OLDER_FORMS, "--output", tmp_path / "no" / "folder.json").exit_code == 2


def test_every_kind_of_message_is_read_by_its_own_parser(app: typer.Typer, tmp_path: Path) -> None:
    """A file may hold messages of all queues."""
    names = ["submission", "document", "events", "close", "wake", "submission-again", "place-order", "cancel-orders"]
    names += ["evidence-request", "evidence-s3-notification", "document-step", "events-step"]
    messages = [loads((OLDER_FORMS.parent / f"{name}.json").read_bytes()) for name in names]
    result = run(app, put(tmp_path / "all.json", pretty(messages)))
    assert result.exit_code == 0
    assert loads(result.stdout) == messages
