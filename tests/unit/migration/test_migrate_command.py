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
    lines = [line for line in text.splitlines() if line]
    return [loads(line) for line in lines] if len(lines) == len(SUBMISSIONS) else loads(text)


TODAY = [dumps(one) for one in SUBMISSIONS]
WRITTEN = {
    "today.json": [
        pretty(SUBMISSIONS),
        "\ufeff [\r\n" + " ,\r\n".join(TODAY) + "]\n\n",
        "[]",
        "\t" + TODAY[0],
        TODAY[0],
    ],
    "today.ndjson": ["\n".join(TODAY), "\ufeff\r\n\n  " + "\t\r\n\r\n".join(TODAY), "\n", ""],
}
UNCHANGED = [(name, text) for name, texts in WRITTEN.items() for text in texts]


@pytest.mark.parametrize(("name", "text"), UNCHANGED, ids=range(len(UNCHANGED)))
def test_a_file_in_todays_form_comes_out_to_the_byte_with_an_empty_report(
    app: typer.Typer, tmp_path: Path, name: str, text: str
) -> None:
    file, output = tmp_path / name, tmp_path / "out"
    file.write_bytes(text.encode())
    result = run(app, file)
    assert result.stdout_bytes == text.encode()
    assert "0 brought up to date, 0 left for you." in result.stderr
    assert result.exit_code == 0
    run(app, file, "--output", output)
    assert output.read_bytes() == text.encode()


def test_records_that_need_no_change_keep_their_bytes_beside_those_that_do(app: typer.Typer, tmp_path: Path) -> None:
    kept = '{"version": 1,  "documentExternalId":"a","wake":"Swept"}'
    lines = tmp_path / "some.ndjson"
    lines.write_bytes(f"\ufeff{kept}\r\n\r\n{dumps(aged(SUBMISSIONS[0]))}\r\n{kept}".encode())
    first, blank, changed, last = run(app, lines).stdout_bytes.decode().split("\r\n")
    assert (first, blank, last) == (f"\ufeff{kept}", "", kept)
    assert loads(changed) == SUBMISSIONS[0]

    array = tmp_path / "some.json"
    array.write_bytes(f"[{kept},\n  {pretty(aged(SUBMISSIONS[0])).strip()}  ]".encode())
    out = run(app, array).stdout
    assert out.startswith(f"[{kept},\n  {{\n")
    assert out.endswith("}  ]")
    assert loads(out)[1] == SUBMISSIONS[0]


def test_a_changed_message_is_indented_as_it_was(app: typer.Typer, tmp_path: Path) -> None:
    text = pretty([aged(SUBMISSIONS[0])])
    out = run(app, put(tmp_path / "one.json", text)).stdout
    assert out == pretty(loads(out))


@pytest.mark.parametrize("link", [False, True])
def test_its_own_input_as_output_is_replaced_at_once_or_left_as_it_was(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: bool
) -> None:
    """A worker that dies while it writes, or a full disk, leaves the one file that there is."""
    file = put(tmp_path / "mine.ndjson", f"{dumps(aged(SUBMISSIONS[0]))}\n")
    file.chmod(0o640)
    named = tmp_path / "link.ndjson" if link else file
    if link:
        named.symlink_to(file)
    before = file.read_bytes()
    with monkeypatch.context() as full:
        full.setattr(Path, "replace", no_space)
        assert run(app, named, "--output", named).exit_code == 2
    assert file.read_bytes() == before
    assert run(app, named, "--output", named).exit_code == 0
    assert loads(file.read_bytes()) == SUBMISSIONS[0]
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(tmp_path.iterdir()) == sorted({file, named})


def no_space(*_: Any) -> None:
    raise OSError("no space left")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"version":1,"externalId":"a","externalId":"b"}', "externalId"),
        ('{"version":1,"externalId":"a","document":{"category":"Mass","category":"MassID"}}', "document.category"),
        (
            '{"version":1,"documentExternalId":"a","events":[{},{"metadata":{"attributes":[{"sensible":1,"sensible":1}]}}]}',
            "events.1.metadata.attributes.0.sensible",
        ),
        (f'{{"version":1,"{SECRET}":1,"{SECRET}":2}}', "(not a field name)"),
        (f'{{"document":{{"tags":{{"{SECRET}":{{"name":1,"name":2}}}}}}}}', "document.tags.(not a field name).name"),
    ],
)
@pytest.mark.parametrize("form", ["{}", "[{}]", "{}\n"], ids=["one", "array", "lines"])
def test_a_field_that_is_there_twice_is_left_by_its_path_and_none_is_dropped(
    app: typer.Typer, tmp_path: Path, text: str, path: str, form: str
) -> None:
    """Invariants 7 and 10."""
    file = put(tmp_path / ("f.ndjson" if form.endswith("\n") else "f.json"), form.format(text))
    result = run(app, file, "--output", tmp_path / "out", "--json")
    (told,) = loads(result.stdout)["records"]
    assert [problem["path"] for problem in told["problems"]] == [path]
    assert result.exit_code == 1
    assert SECRET not in result.stdout
    assert (tmp_path / "out").read_text(encoding="utf-8") == form.format(text)


def test_a_message_of_great_depth_is_left(app: typer.Typer, tmp_path: Path) -> None:
    file = put(tmp_path / "deep.json", '{"a":' * 400 + "1" + "}" * 400)
    assert run(app, file).exit_code == 1


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


def test_an_open_is_judged_by_all_messages_of_its_document_and_their_order_is_kept(
    app: typer.Typer, tmp_path: Path
) -> None:
    """One Pick-up must not become two."""
    older = aged(SUBMISSIONS[0])
    (opened,) = [event for event in older["events"] if event["name"] == "OPEN"]
    events = {"version": 1, "documentExternalId": older["externalId"]}
    other = opened | {"name": "Pick-up", "externalId": "another"}
    messages = [events | {"events": [opened]}, aged(SUBMISSIONS[1]), events | {"events": [other]}]
    file = put(tmp_path / "parts.ndjson", "".join(f"{dumps(one)}\n" for one in messages))
    result = run(app, file, "--output", tmp_path / "out.ndjson", "--json")
    first, second, third = map(loads, (tmp_path / "out.ndjson").read_text(encoding="utf-8").splitlines())
    assert first["events"][0]["name"] == "OPEN"
    assert second == SUBMISSIONS[1]
    assert third["events"][0]["name"] == "Pick-up"
    assert [(one["place"], left["path"]) for one in loads(result.stdout)["records"] for left in one["left"]] == [
        ("line 1", "events.0.name")
    ]


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
    """A row is one line: a pipe has no width, whatever COLUMNS says."""
    monkeypatch.setenv("COLUMNS", "40")
    result = run(app, OLDER_FORMS, "--output", tmp_path / "today.json")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["document.category", "Mass", "MassID", "2"] in rows
    assert ["events.*.name", "OPEN", "Pick-up", "1"] in rows
    (left,) = [row for row in rows if "events.0.name" in row]
    assert left[:2] == ["record", "4"]
    assert rows.index(left) == len(rows) - 2, "its sentence is in the same line"


def test_the_report_on_standard_error_is_not_wrapped_either(app: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours that are forced upon a pipe make no terminal of it."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    lines = run(app, OLDER_FORMS).stderr.splitlines()
    (left,) = [line for line in lines if "events.0.name" in line]
    assert "record 4" in left
    assert "no move-type here names one" in left


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


def test_a_file_that_is_not_there_is_told_as_such(app: typer.Typer, tmp_path: Path) -> None:
    result = run(app, tmp_path / "nofile")
    assert (result.exit_code, result.stderr) == (2, f"{tmp_path / 'nofile'}: does not exist\n")
