"""Invariant 7, the defaults by role: preflight judges what will be sent, so what the workers fill in is no finding."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest
from massid_local.samples import generate
from massid_relay.core.jsons import JsonObject, dumps, loads
from massid_relay.core.messages import Event
from massid_relay.core.record import FileEntry
from massid_relay.core.wire import event_body
from massid_relay.preflight import Outcome, PreflightReport, run_preflight
from massid_relay.preflight.as_sent import as_sent

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WHOLE = [one.submission for one in generate(8, 5, date(2026, 11, 21), variety="full")]
PLATE = "BWQ2J90"


def judge(source: JsonObject) -> PreflightReport:
    return run_preflight(source, methodology="bold-recycling", now=NOW)


def parts(event: JsonObject) -> Iterator[JsonObject]:
    """An event's attributes and attachments."""
    yield from event.get("metadata", {}).get("attributes", [])
    yield from event.get("attachments", [])


def silent(submission: JsonObject) -> JsonObject:
    """The submission without a word on what is public."""
    message: JsonObject = deepcopy(loads(dumps(submission)))
    for event in message["events"]:
        for holder in (event, *parts(event)):
            holder.pop("isPublic", None)
    return message


def flags(event: JsonObject) -> list[Any]:
    return [holder["isPublic"] for holder in (event, *parts(event))]


@pytest.mark.parametrize("submission", WHOLE, ids=lambda one: one["externalId"])
def test_what_is_public_is_read_as_the_workers_send_it(submission: JsonObject) -> None:
    for given, read in zip(silent(submission)["events"], as_sent(silent(submission))["events"], strict=True):
        model = Event.model_validate(given)
        files = {name: FileEntry(name, NOW) for name in model.file_names}
        body = event_body(model.to_payload(), external_id="e", deduplication_id="d", ids={}, files=files)
        assert flags(read) == flags(body)


@pytest.mark.parametrize("submission", WHOLE, ids=lambda one: one["externalId"])
def test_a_submission_that_leaves_it_to_the_defaults_fails_no_rule(submission: JsonObject) -> None:
    report = judge(silent(submission))
    assert not report.of(Outcome.FAILED)
    assert report.verdicts == judge(submission).verdicts


def test_what_is_said_is_kept() -> None:
    message = silent(WHOLE[0])
    pick_up = next(event for event in message["events"] if event["name"] == "Pick-up")
    pick_up["isPublic"] = True
    pick_up["metadata"]["attributes"][0]["isPublic"] = False
    read = next(event for event in as_sent(message)["events"] if event["name"] == "Pick-up")
    assert read["isPublic"] is True
    assert [one["isPublic"] for one in read["metadata"]["attributes"]][:2] == [False, True]


@pytest.mark.parametrize(("name", "told"), [("Pick-up", 0), ("PICK_UP", 0), ("Weighing", 1)])
def test_a_plate_is_open_text_only_where_it_will_be_public(name: str, told: int) -> None:
    message = silent(WHOLE[0])
    plate = {"name": "Vehicle License Plate", "value": PLATE}
    event = {"name": name, "externalCreatedAt": "2026-03-01T10:00:00.000Z", "metadata": {"attributes": [plate]}}
    message["events"] = [event]
    assert len(judge(message).open_text) == told


@pytest.mark.parametrize("flag", ["false", 0, None])
def test_a_flag_of_the_wrong_type_stays_a_finding(flag: Any) -> None:
    message = silent(WHOLE[0])
    message["events"][0]["isPublic"] = flag
    assert "events.0.isPublic" in [finding.path for finding in judge(message).failed]


def test_a_close_without_a_time_takes_the_last_events() -> None:
    message = silent(WHOLE[0])
    (close,) = [event for event in message["events"] if event["name"] == "CLOSE"]
    del close["externalCreatedAt"]
    assert not judge(message).of(Outcome.FAILED)
    del message["events"][0]["externalCreatedAt"]
    assert "events.0.externalCreatedAt" in [finding.path for finding in judge(message).failed]


def test_null_that_says_no_more_than_absence_is_left_out() -> None:
    message = silent(WHOLE[0])
    message["events"][0] |= {"value": None}
    message["document"]["tags"] = None
    assert not judge(message).of(Outcome.FAILED)


@pytest.mark.parametrize("events", [None, 7, [7, None, {}], [{"metadata": []}, {"metadata": {"attributes": [1, {}]}}]])
def test_what_has_the_wrong_shape_stays_for_the_rules_to_tell(events: Any) -> None:
    assert not judge({"document": {}, "events": events}).passes


def test_the_message_itself_stays_as_it_was() -> None:
    message = silent(WHOLE[0])
    before = deepcopy(message)
    judge(message)
    assert message == before
