"""The demo hands MassIDs in as an integrator would: some files before the submission, some after, never too many open."""

from typing import Any

import pytest
from massid_local.demo.feeding import BATCH, Feeder
from massid_local.demo.submitted import Submitted, early_and_late
from massid_local.samples import generate
from massid_relay.core.jsons import loads

from tests.unit.demo.conftest import TODAY


class Recorder:
    """Stands for S3 and SQS; notes in one list what came in."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:  # noqa: N803 - boto3's names
        assert Bucket == "bucket"
        assert Body.startswith(b"%PDF") == (ContentType == "application/pdf")
        self.calls.append(("file", Key))

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803 - boto3's names
        assert QueueUrl == "queue"
        self.calls.append(("submission", loads(MessageBody)["externalId"]))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def feeder_of(recorder: Any, count: int) -> tuple[Feeder, list[Submitted]]:
    massids = [Submitted.of(sample) for sample in generate(count, 1, TODAY)]
    return Feeder(recorder, recorder, bucket="bucket", queue_url="queue", massids=massids), massids


def feed_all(feeder: Feeder) -> None:
    while not feeder.done:
        feeder.feed(1000)


def test_everything_is_handed_in_once(recorder: Recorder) -> None:
    feeder, massids = feeder_of(recorder, 12)
    feed_all(feeder)
    keys = [name for kind, name in recorder.calls if kind == "file"]
    assert sorted(keys) == sorted(f"evidence/{one.external_id}/{file.name}" for one in massids for file in one.files)
    assert [name for kind, name in recorder.calls if kind == "submission"] == [one.external_id for one in massids]
    assert all(one.sent_at is not None and len(one.dropped) == len(one.files) for one in massids)


def test_every_massid_has_files_before_and_after_its_submission(recorder: Recorder) -> None:
    feeder, massids = feeder_of(recorder, 6)
    feed_all(feeder)
    for one in massids:
        sent = recorder.calls.index(("submission", one.external_id))
        places = [place for place, (_, name) in enumerate(recorder.calls) if f"/{one.external_id}/" in name]
        assert min(places) < sent < max(places)


def test_every_kind_of_paper_comes_early_and_late(recorder: Recorder) -> None:
    _, massids = feeder_of(recorder, 2)
    first, second = (early_and_late(one, number) for number, one in enumerate(massids))
    assert [file.name.split("-")[0] for file in first[0]] == [file.name.split("-")[0] for file in second[1]]


def test_no_more_is_sent_than_there_is_room_for(recorder: Recorder) -> None:
    feeder, _ = feeder_of(recorder, 12)
    assert [feeder.feed(room) for room in (1000, 2, 0, -1)] == [BATCH, 2, 0, 0]
