"""The evidence queue: requests of the lifecycle, and S3's own notifications, which are read tolerantly."""

from pathlib import Path
from typing import Any

import pytest
from massid_relay.core.evidence import EvidenceKey
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.messages import EvidenceObjects, EvidenceRequest, parse_evidence_message

from tests.unit.messages.conftest import Refusal

EVENTS = Path(__file__).parents[3] / "events"


def notification(*keys: Any) -> JsonObject:
    return {"Records": [{"eventSource": "aws:s3", "s3": {"object": {"key": key}}} for key in keys]}


def objects(message: JsonObject) -> EvidenceObjects:
    found = parse_evidence_message(dumps(message))
    assert isinstance(found, EvidenceObjects)
    return found


def test_a_request_names_files(refusal: Refusal) -> None:
    body: JsonObject = {"version": 1, "documentExternalId": "load-1", "fileNames": ["a b.pdf"], "taskToken": "token"}
    assert isinstance(parse_evidence_message(dumps(body)), EvidenceRequest)
    assert isinstance(parse_evidence_message(dumps(body | {"fileNames": []})), EvidenceRequest)
    without_token = {"version": 1, "documentExternalId": "load-1", "fileNames": []}
    assert refusal(parse_evidence_message, without_token) == {"fileNames": "must not be empty"}
    assert list(refusal(parse_evidence_message, body | {"fileNames": ["a", "b/c"]})) == ["fileNames.1"]
    assert list(refusal(parse_evidence_message, body | {"fileNames": ["a", "a"]})) == ["fileNames"]


def test_s3s_own_notification_names_an_object() -> None:
    found = parse_evidence_message((EVENTS / "evidence-s3-notification.json").read_text())
    assert isinstance(found, EvidenceObjects)
    assert [one.external_id for one in found.objects] == ["recycling-20261120-1-0001"]


def test_s3s_test_event_is_met_with_silence() -> None:
    found = parse_evidence_message((EVENTS / "evidence-s3-test-event.json").read_text())
    assert found == EvidenceObjects(())


def test_keys_are_decoded() -> None:
    found = objects(notification("evidence/load-1/balan%C3%A7a+1%2B2.pdf"))
    assert found.objects == (EvidenceKey("load-1", "balança 1+2.pdf"),)


def test_a_key_outside_the_convention_is_named_and_does_not_stop_the_others() -> None:
    """Invariant 10."""
    found = objects(notification("evidence/load-1/a.pdf", "reports/a.pdf", "evidence/load-1/b.pdf"))
    assert [one.file_name for one in found.objects] == ["a.pdf", "b.pdf"]
    assert [problem.path for problem in found.refused] == ["Records.1.s3.object.key"]


@pytest.mark.parametrize("records", [None, {}, "x", 5])
def test_what_only_looks_like_a_notification_is_refused(refusal: Refusal, records: Any) -> None:
    assert refusal(parse_evidence_message, {"Records": records}) == {"Records": "must be a list"}


@pytest.mark.parametrize("record", [{}, {"s3": None}, {"s3": {"object": []}}, [], 5, {"s3": {"object": {"key": 5}}}])
def test_a_record_without_a_key_is_named(record: Any) -> None:
    assert [problem.path for problem in objects({"Records": [record]}).refused] == ["Records.0.s3.object.key"]
