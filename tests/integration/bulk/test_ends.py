"""Every bulk file comes to an end, and each of several that one message names to its own (invariants 2 and 10)."""

from dataclasses import replace
from typing import Any

import pytest
from massid_relay.core.bulk import lines
from massid_relay.core.bulk.run import BulkState
from massid_relay.core.jsons import JsonObject
from massid_relay.ledger.dead_letters import DeadLetterState

from tests.integration.bulk.bench import BULK, BulkBench, ndjson, submission


def told_of(*files: tuple[str, str | None]) -> JsonObject:
    """S3's notification with a record each: name and version."""
    stored = [{"key": f"bulk/{name}"} | ({"versionId": version} if version else {}) for name, version in files]
    return {"Records": [{"s3": {"object": one}} for one in stored]}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"externalId,document.type\rload-1,Organic\r", "CR alone"),
        (b"externalId," + b"x" * 140_000 + b"\n", "a heading is longer than"),
    ],
)
def test_a_header_that_no_reader_takes_is_an_end(bench: BulkBench, content: bytes, says: str) -> None:
    """It was an unforeseen error, with which its message came back for ever."""
    bench.drop_file("loads.csv", content)
    bench.feed()

    assert says in bench.report("loads.csv")["problem"]
    assert bench.dead == ["BulkRefused"]


def test_a_file_that_is_deleted_in_the_middle_ends_there(bench: BulkBench) -> None:
    """By a person, or by the bucket's own rule."""
    version = bench.drop_file("loads.ndjson", ndjson(*(submission(f"load-{number}") for number in range(20))))
    bench.seconds = [20.0, 5.0, 5.0]
    bench.turn()
    bench.s3.delete_object(Bucket=bench.name, Key="bulk/loads.ndjson", VersionId=version)
    bench.feed()

    report = bench.report("loads.ndjson")
    assert (report["state"], report["accepted"], report["linesRead"]) == ("refused", 2, 2)
    assert "not in the bucket any more" in report["problem"]
    (letter,) = bench.letters()
    assert (letter.error_type, letter.reason) == ("BulkRefused", report["problem"])


def test_what_stands_before_the_end_of_a_file_is_fed(bench: BulkBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that can't be read on is refused from there on, not from the chunk's beginning on."""
    monkeypatch.setattr(lines, "LONGEST_PASSED_OVER", 400_000)
    bench.drop_file("loads.ndjson", ndjson(submission("load-1"), "{", "x" * 500_000, submission("load-2")))
    bench.feed()

    report = bench.report("loads.ndjson")
    assert bench.sqs.fed == ["load-1"]
    assert (report["state"], report["accepted"], report["refused"], report["linesRead"]) == ("refused", 1, 1, 2)
    assert "line 3" in report["problem"]
    assert bench.dead == ["BulkRefused"]


def test_a_character_that_no_queue_takes_refuses_its_line_alone(bench: BulkBench) -> None:
    """SQS would refuse the message, and with it the chunk, again and again."""
    bad = submission("bad", evidence=["a\uffffb.pdf"])
    content = ndjson(submission("load-1"), bad, submission("load-2"))
    bench.drop_file("loads.ndjson", content.replace(b"\\uffff", "\uffff".encode()))
    bench.feed()

    assert bench.sqs.fed == ["load-1", "load-2"]
    assert [one["line"] for one in bench.refused("loads.ndjson")] == [2]


@pytest.mark.parametrize(
    ("failed", "is_final"),
    [
        ({"SenderFault": True, "Code": "InvalidMessageContents"}, True),
        ({"SenderFault": False, "Code": "InternalError"}, False),
        ({"SenderFault": True, "Code": "RequestThrottled"}, False),
        ({"SenderFault": True, "Code": "KmsAccessDenied"}, False),
    ],
)
def test_what_the_queue_will_never_take_is_a_refused_line(
    bench: BulkBench, failed: dict[str, Any], is_final: bool
) -> None:
    """docs.aws.amazon.com, API_BatchResultErrorEntry: SenderFault. The others of the chunk are sent once."""
    send = bench.sqs.send_message_batch
    refusals: list[str] = []

    def take_all_but_one(**asked: Any) -> JsonObject:
        bad = [one for one in asked["Entries"] if '"load-12"' in one["MessageBody"] and (is_final or not refusals)]
        good = [one for one in asked["Entries"] if one not in bad]
        refusals.extend(one["Id"] for one in bad)
        answer: JsonObject = send(**asked | {"Entries": good})
        return answer | {"Failed": [failed | {"Id": one["Id"]} for one in bad]}

    bench.sqs.send_message_batch = take_all_but_one  # type: ignore[method-assign]
    mended = submission("load-12", evidence=["a.pdf"])
    rest = [submission(f"more-{number}") for number in range(100)]
    bench.drop_file("loads.ndjson", ndjson(*(submission(f"load-{number}") for number in range(15)), *rest, mended))
    bench.feed()

    report = bench.report("loads.ndjson")
    assert report["state"] == "finished"
    if is_final:
        assert len(bench.sqs.fed) == 114
        assert [one["externalId"] for one in report["refusedLines"]] == ["load-12", "load-12"]
    else:
        assert set(bench.sqs.fed) == {f"load-{n}" for n in range(15)} | {f"more-{n}" for n in range(100)}
        assert [one["line"] for one in report["refusedLines"]] == [116]


def test_each_file_of_one_notification_has_an_end_of_its_own(bench: BulkBench) -> None:
    """S3 says nowhere that a notification has one record only."""
    bad = bench.drop_file("loads.txt", b"x", times=0)
    good = bench.drop_file("loads.ndjson", ndjson(submission("load-1")), times=0)
    bench.send(BULK, told_of(("loads.txt", bad), ("loads.ndjson", good), ("gone.ndjson", None), ("loads.ndjson", None)))
    bench.feed()

    assert bench.sqs.fed == ["load-1"]
    assert bench.bulk_run("loads.txt").state is BulkState.REFUSED
    assert bench.dead == ["BulkRefused", "BulkRefused"]
    assert not bench.waiting(BULK)


@pytest.mark.parametrize("moment", range(1, 7))
def test_a_worker_that_dies_between_two_files_of_a_notification_loses_none(bench: BulkBench, moment: int) -> None:
    """Invariant 2."""
    versions = [bench.drop_file(f"{name}.ndjson", ndjson(submission(name)), times=0) for name in ("a", "b")]
    bench.send(BULK, told_of(("a.ndjson", versions[0]), ("b.ndjson", versions[1])))
    bench.doom([moment])
    bench.feed()

    assert bench.fate.kills == 1
    assert {bench.report(f"{name}.ndjson")["accepted"] for name in ("a", "b")} == {1}


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_refused_file_that_is_told_of_twice_is_one_dead_letter(bench: BulkBench, is_gone: bool) -> None:
    version = bench.drop_file("loads.txt", b"x", times=3)
    if is_gone:
        bench.s3.delete_object(Bucket=bench.name, Key="bulk/loads.txt", VersionId=version)
    bench.feed()

    (letter,) = bench.letters()
    assert letter.item == bench.bulk_run("loads.txt").id
    assert len(bench.queues.resting()) == 1
    assert bench.report("loads.txt")["problem"] == letter.reason
    assert not bench.waiting(BULK)


@pytest.mark.parametrize("moment", range(5, 24, 2))
def test_a_worker_that_dies_over_a_refused_file_leaves_one_dead_letter(bench: BulkBench, moment: int) -> None:
    """Between the message at rest and its reason, a death doubles the message: both have the same id (work/burial.py)."""
    bench.drop_file("loads.csv", b"", times=2)
    bench.doom([moment])
    bench.feed()

    assert bench.dead == ["BulkRefused"]
    assert bench.report("loads.csv")["state"] == "refused"
    ids = {message.attributes["deadLetterId"]["StringValue"] for message in bench.queues.resting()}
    assert ids == {letter.id for letter in bench.letters()}


def test_a_redriven_letter_of_a_refused_file_says_the_same_again(bench: BulkBench) -> None:
    """The version is what it is: a mended file is another one."""
    bench.drop_file("loads.csv", b"")
    bench.feed()
    (letter,), (resting,) = bench.letters(), bench.queues.resting()
    bench.container().dead_letters.settle(replace(letter, state=DeadLetterState.REDRIVEN), bench.clock.now())
    bench.send(BULK, resting.body)
    bench.feed()
    (again,) = bench.letters()
    assert (again.id != letter.id, again.reason, again.item) == (True, letter.reason, letter.item)

    bench.drop_file("loads.csv", b"externalId,document.category\nload-1,MassID\n")
    bench.feed()
    assert {run.state for run in bench.container().bulk.runs("loads.csv")} == {BulkState.REFUSED, BulkState.FINISHED}
