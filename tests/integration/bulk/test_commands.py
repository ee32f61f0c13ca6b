"""`massid bulk` and `massid evidence` from outside: what they tell is the ledger's and the bucket's."""

import json
from pathlib import Path

import pytest
from massid_cli import bulk as bulk_command
from massid_cli import evidence as evidence_command
from massid_cli.main import app
from massid_cli.operations.bulk import standing_of, submit
from massid_cli.operations.evidence import FileStanding, files_of, unasked_files
from massid_cli.operations.target import Target
from massid_local.samples.table import table_of
from massid_relay.core.bulk.files import bulk_key
from massid_relay.core.evidence import EvidenceKey, evidence_key
from massid_relay.core.jsons import JsonObject
from massid_relay.ledger.runs import RunState
from typer.testing import CliRunner

from tests.integration.bulk.bench import BulkBench, ndjson, submission
from tests.integration.workers.bench import DOCUMENTS, EVIDENCE
from tests.integration.workers.payloads import PDF, PLATE, document_message, event, files_message

ORDER: JsonObject = {"externalId": "order-1", "vcuAmount": 10_000, "targetCurrency": "BRL", "payWithBalance": True}


@pytest.fixture
def target(bench: BulkBench, monkeypatch: pytest.MonkeyPatch) -> Target:
    """The bench's system, as commands see it."""
    clients = {"dynamodb": bench.dynamodb, "s3": bench.s3}
    found = Target(clients.__getitem__, {"Ledger": bench.name, "EvidenceBucket": bench.name})
    for command in (bulk_command, evidence_command):
        monkeypatch.setattr(command, "target_of", lambda *_: found)
    return found


def massid(*words: str | Path) -> tuple[int, str]:
    """Run the command; exit code and output."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


def test_check_names_what_would_be_refused_and_sends_nothing(tmp_path: Path) -> None:
    """Invariant 7: also on the screen no value is quoted."""
    file = tmp_path / "loads.csv"
    loads = [submission("load-1", events=[event("a", 1), event("b", 2)]), submission("load-2")]
    text = table_of(loads).replace("2026-03-01T10:02:00.000Z", PLATE)
    file.write_text(text, encoding="utf-8")
    code, output = massid("bulk", "check", file)

    assert (code, PLATE in output) == (1, False)
    assert "line 2  load-1" in output
    assert "events.1.externalCreatedAt" in output
    assert "(line 3)" in output
    assert "1 good, 1 refused" in output


def test_check_is_content_with_a_good_file(tmp_path: Path) -> None:
    (tmp_path / "loads.ndjson").write_bytes(ndjson(submission("load-1")))
    assert massid("bulk", "check", tmp_path / "loads.ndjson") == (0, "1 good, 0 refused\n")


@pytest.mark.parametrize(("name", "content"), [("loads.ndjson", ""), ("loads.csv", "header")])
def test_check_says_that_a_file_holds_nothing(tmp_path: Path, name: str, content: str) -> None:
    header = table_of([submission("load-1")]).partition("\n")[0]
    (tmp_path / name).write_text(f"{header if content else ''}\n", encoding="utf-8")
    assert massid("bulk", "check", tmp_path / name) == (1, f"{name} holds no submission\n")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([submission("load-1"), submission("load-1")], "externalId: has come before, in line 1"),
        ([submission("load-1", order=ORDER | {"vcuAmount": 0})], "order.vcuAmount: must be above 0"),
        ([{"version": 1, "externalId": "load-1", "submissionRef": "0" * 64}], "message: a bulk file holds whole"),
        (['{"name": "\uffff"}'], "message: holds a character that no message may hold"),
    ],
)
def test_check_finds_what_every_stack_would_refuse(tmp_path: Path, lines: list[JsonObject | str], says: str) -> None:
    (tmp_path / "loads.ndjson").write_bytes(ndjson(*lines))
    code, output = massid("bulk", "check", tmp_path / "loads.ndjson")
    assert (code, says in output, "1 refused" in output) == (1, True, True)


def test_check_leaves_to_the_stack_what_its_settings_decide(tmp_path: Path) -> None:
    """The cap of an order, for one."""
    (tmp_path / "loads.ndjson").write_bytes(ndjson(submission("load-1", order=ORDER)))
    assert massid("bulk", "check", tmp_path / "loads.ndjson")[0] == 0


@pytest.mark.parametrize(("words", "code"), [((), 1), (("--old-forms", "upgrade"), 0)])
def test_check_reads_older_forms_as_a_stack_that_upgrades_them(
    tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    older = submission("load-1")
    older["document"]["category"] = "Mass"
    (tmp_path / "loads.ndjson").write_bytes(ndjson(older))
    assert massid("bulk", "check", tmp_path / "loads.ndjson", *words)[0] == code


def test_check_tells_of_a_file_that_is_refused_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "loads.csv").write_bytes(b"externalId\rload-1\r")
    code, output = massid("bulk", "check", tmp_path / "loads.csv")
    assert (code, "CR alone" in output) == (1, True)


def test_submit_puts_the_file_where_it_is_taken_up(target: Target, bench: BulkBench, tmp_path: Path) -> None:
    file = tmp_path / "cargas de março.ndjson"
    file.write_bytes(ndjson(submission("load-1")))
    version = submit(target, file)

    stored = bench.s3.get_object(Bucket=bench.name, Key=bulk_key(file.name), VersionId=version)
    assert stored["Body"].read() == file.read_bytes()
    code, output = massid("bulk", "submit", file)
    assert (code, file.name in output) == (0, True)


@pytest.mark.usefixtures("target")
@pytest.mark.parametrize("name", ["loads.xlsx", "loads"])
def test_submit_takes_no_file_whose_name_tells_no_format(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert massid("bulk", "submit", tmp_path / name)[0] == 1


def test_status_counts_what_became_of_the_submissions(target: Target, bench: BulkBench) -> None:
    """Fed is not done: the ledger's runs tell how many are completed, failed or running by now."""
    bench.drop_file("loads.ndjson", ndjson(*(submission(f"load-{number}") for number in range(4)), "{"))
    bench.feed()
    runs = bench.container().runs
    for number, state in enumerate(("ended", "failed", "open")):
        runs.open_next(f"load-{number}", None, "part", 1, bench.clock.now())
        if state != RunState.OPEN:
            end(bench, f"load-{number}", state)

    found = standing_of(target, "loads.ndjson")
    assert found is not None
    assert found.submissions == {"completed": 1, "failed": 1, "running": 1, "not taken up yet": 1}
    code, output = massid("bulk", "status", "loads.ndjson", "--refused")
    assert code == 0
    assert "4 submissions fed, 1 refused" in output
    assert "line 5" in output
    told = json.loads(massid("bulk", "status", "loads.ndjson", "--json")[1])
    assert (told["state"], told["submissions"]["failed"]) == ("finished", 1)


@pytest.mark.usefixtures("target")
def test_status_of_an_unknown_file_is_an_error() -> None:
    assert massid("bulk", "status", "nothing.csv")[0] == 1


def test_evidence_tells_where_each_file_of_a_document_stands(target: Target, bench: BulkBench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.send(EVIDENCE, files_message("a.pdf", "bad.pdf", "late.pdf"))
    bench.drop("doc", "a.pdf", PDF)
    bench.drop("doc", "bad.pdf", b"MZ")
    bench.drop("doc", "A.pdf", PDF)
    bench.run()

    assert files_of(target, "doc") == [
        FileStanding("A.pdf", "nobody asked for it"),
        FileStanding("a.pdf", "attached"),
        FileStanding("bad.pdf", "refused"),
        FileStanding("late.pdf", "awaited"),
    ]
    assert "A.pdf: nobody asked for it" in massid("evidence", "doc")[1]


def test_evidence_tells_of_a_key_outside_the_convention_what_is_wrong_with_it(target: Target, bench: BulkBench) -> None:
    """Nobody can ask for it."""
    bench.send(DOCUMENTS, document_message())
    bench.run()
    for name in ("", "sub/x.pdf"):
        bench.s3.put_object(Bucket=bench.name, Key=evidence_key("doc", name), Body=PDF)

    assert massid("evidence", "doc")[1].splitlines() == [
        "no name: outside the convention (the file name is empty)",
        "sub/x.pdf: outside the convention (the file name must not hold a slash)",
        "2 files",
    ]
    assert json.loads(massid("evidence", "doc", "--json")[1])[1] == {
        "name": "sub/x.pdf",
        "state": "outside the convention",
        "problem": "the file name must not hold a slash",
    }


def test_files_that_nobody_asks_for_are_listed_until_they_are_asked_for_or_deleted(
    target: Target, bench: BulkBench
) -> None:
    for name in ("kept.pdf", "asked.pdf", "deleted.pdf"):
        bench.drop("doc", name, PDF)
    bench.run()
    bench.send(EVIDENCE, files_message("asked.pdf"))
    bench.run()
    bench.s3.delete_object(Bucket=bench.name, Key=evidence_key("doc", "deleted.pdf"))

    assert [file.key for file in unasked_files(target)] == [EvidenceKey("doc", "kept.pdf")]
    assert len(bench.container().unasked.all()) == 1
    assert "doc  kept.pdf  since" in massid("evidence", "--unasked")[1]


@pytest.mark.usefixtures("target")
def test_evidence_of_an_unknown_massid_is_an_error(bench: BulkBench) -> None:
    assert massid("evidence", "nope") == (1, "the ledger does not know nope\n")
    bench.send(DOCUMENTS, document_message())
    bench.run()
    assert massid("evidence", "doc") == (0, "0 files\n")
    bench.drop("early", "a.pdf", PDF)
    assert massid("evidence", "early") == (0, "a.pdf: nobody asked for it\n1 files\n")


@pytest.mark.parametrize("words", [("evidence",), ("evidence", "doc", "--unasked")])
def test_evidence_needs_one_question(words: tuple[str, ...]) -> None:
    assert massid(*words)[0] == 2


def end(bench: BulkBench, external_id: str, state: str) -> None:
    """What the state machine writes at its end."""
    bench.dynamodb.update_item(
        TableName=bench.name,
        Key={"pk": {"S": f"RUN#{external_id}"}, "sk": {"S": "RUN"}},
        UpdateExpression="SET #state = :state",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":state": {"S": state}},
    )
