"""A file that can't be read is answered: in its report, and by one dead letter (invariant 10)."""

from dataclasses import replace

import pytest
from massid_relay.ledger.dead_letters import DeadLetterState

from tests.integration.bulk.bench import BULK, BulkBench, ndjson, submission


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("loads.ndjson", b"", "holds no submission"),
        ("loads.ndjson", b"\n \r\n", "holds no submission"),
        ("loads.csv", b"", "is empty"),
        ("loads.csv", b"externalId\n", "holds no submission"),
        ("loads.csv", b"name,tax id\nx,y\n", "no column externalId"),
        ("loads.csv", b"PK\x03\x04workbook", "workbook"),
        ("loads.ndjson", "{}".encode("utf-16"), "UTF-16"),
        ("loads.ndjson", b"\x1f\x8b\x08\x00\x00", "compressed"),
        ("loads.json", b"{}", "must end in"),
        ("loads.ndjson.gz", b"\x1f\x8b", "must end in"),
    ],
)
def test_it_is_refused_with_its_reason(bench: BulkBench, name: str, content: bytes, says: str) -> None:
    bench.drop_file(name, content)
    bench.feed()

    report = bench.report(name)
    assert (report["state"], report["accepted"]) == ("refused", 0)
    assert says in report["problem"]
    (letter,) = bench.letters()
    assert (letter.error_type, letter.queue) == ("BulkRefused", "bulk")
    assert says in letter.reason
    assert not bench.waiting(BULK)


def test_its_message_comes_again_after_its_letter_was_discarded(
    bench: BulkBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one's delete was lost. Nobody dropped the file again, so nobody is told again."""
    bench.drop_file("loads.csv", b"")
    bench.move(seconds=1)
    with monkeypatch.context() as patch:
        patch.setattr(bench.queues, "delete", lambda receipt: None)
        bench.turn()
    (letter,) = bench.letters()
    bench.relay.dead_letters.settle(replace(letter, state=DeadLetterState.DISCARDED), bench.clock.now())
    bench.move(minutes=30)
    bench.feed()

    assert bench.letters() == []
    assert not bench.waiting(BULK)


def test_a_name_with_accents_spaces_and_emoji_is_good(bench: BulkBench) -> None:
    bench.drop_file("cargas de março + abril 📄.ndjson", ndjson(submission("load-1")))
    bench.feed()

    assert bench.report("cargas de março + abril 📄.ndjson")["accepted"] == 1


def test_a_folder_made_by_hand_is_no_file(bench: BulkBench) -> None:
    bench.drop_file("", b"")
    bench.drop_file("2026/", b"")
    bench.feed()

    assert (bench.dead, list(bench.queues.all())) == ([], [])


def test_a_file_that_was_deleted_before_it_was_looked_at_is_told(bench: BulkBench) -> None:
    version = bench.drop_file("loads.ndjson", ndjson(submission("load-1")))
    bench.s3.delete_object(Bucket=bench.name, Key="bulk/loads.ndjson", VersionId=version)
    bench.feed()

    assert bench.dead == ["BulkRefused"]


def test_a_notification_without_a_version_means_the_newest(bench: BulkBench) -> None:
    bench.drop_file("loads.ndjson", ndjson(submission("old")), times=0)
    bench.drop_file("loads.ndjson", ndjson(submission("new")), times=0)
    bench.send(BULK, {"Records": [{"s3": {"object": {"key": "bulk/loads.ndjson"}}}]})
    bench.feed()

    assert bench.sqs.fed == ["new"]


@pytest.mark.parametrize(
    "message",
    [
        "not JSON",
        {"Records": 5},
        {"Records": [{}]},
        {"Records": [{"s3": {"object": {"key": "evidence/a/b.pdf"}}}]},
        {"version": 1},
    ],
)
def test_a_message_that_names_no_bulk_file_is_one_dead_letter(bench: BulkBench, message: object) -> None:
    bench.send(BULK, message)
    bench.feed()

    assert bench.dead == ["InvalidMessage"]


def test_s3s_test_event_is_met_with_silence(bench: BulkBench) -> None:
    bench.send(BULK, {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": bench.name})
    bench.feed()

    assert bench.dead == []
