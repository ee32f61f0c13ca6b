"""The bulk queue: S3's own notifications, and the message with which a run goes on."""

from pathlib import Path

import pytest
from massid_relay.core.jsons import dumps
from massid_relay.core.messages import BulkFile, parse_bulk_message

from tests.unit.messages.conftest import Refusal

EVENTS = Path(__file__).parents[3] / "events"
VERSION = "096fKKXTRTtl3on89fVO.nfljtsv6qko"


@pytest.mark.parametrize("sample", ["bulk-s3-notification.json", "bulk-continue.json"])
def test_both_name_a_file_and_its_version(sample: str) -> None:
    assert parse_bulk_message((EVENTS / sample).read_bytes()) == [BulkFile("cargas de março.csv", VERSION)]


def test_s3s_test_event_and_folders_name_none() -> None:
    assert parse_bulk_message((EVENTS / "evidence-s3-test-event.json").read_bytes()) == []
    folders = [{"s3": {"object": {"key": key}}} for key in ("bulk/", "bulk/2026/")]
    assert parse_bulk_message(dumps({"Records": folders})) == []


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ({"version": 1, "file": "loads.csv"}, "objectVersion"),
        ({"version": 2, "file": "loads.csv", "objectVersion": "v"}, "version"),
        ({"Records": {}}, "Records"),
        ({"Records": [{"s3": {"object": {"key": "bulk-reports/loads.csv"}}}]}, "Records.0.s3.object.key"),
        ({"Records": [{"s3": {"object": {"key": 5}}}]}, "Records.0.s3.object.key"),
        ({"Records": [{"s3": {"object": {"key": "bulk/a.csv", "versionId": 5}}}]}, "Records.0.s3.object.key"),
    ],
)
def test_anything_else_is_refused_by_field(refusal: Refusal, message: object, path: str) -> None:
    """Invariant 10."""
    assert path in refusal(parse_bulk_message, message)
