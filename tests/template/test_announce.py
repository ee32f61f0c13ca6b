"""The law for announcing: the ledger's stream is the outbox (docs/decisions/0014-the-ledgers-stream-is-the-outbox.md)."""

import json
from typing import Any

from massid_relay.ledger.stream import KINDS

from tests.template.conftest import Template, target
from tests.template.test_permissions import grants, holders

HALF_A_DAY = 12 * 60 * 60
"""DynamoDB keeps a stream for 24 hours (docs.aws.amazon.com, amazondynamodb, Streams)."""


def mapping(template: Template) -> dict[str, Any]:
    (event,) = template.functions["Announce"]["Events"].values()
    assert event["Type"] == "DynamoDB"
    properties: dict[str, Any] = event["Properties"]
    return properties


def patterns(template: Template) -> list[Any]:
    return [json.loads(one["Pattern"]) for one in mapping(template)["FilterCriteria"]["Filters"]]


def test_the_stream_tells_what_was_and_what_is(template: Template) -> None:
    """What became certain is the difference of two images."""
    ledger = template.resources["Ledger"]["Properties"]
    assert ledger["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert mapping(template)["Stream"] == {"Fn::GetAtt": ["Ledger", "StreamArn"]}


def test_nothing_that_was_written_before_the_mapping_was_made_is_missed(template: Template) -> None:
    assert mapping(template)["StartingPosition"] == "TRIM_HORIZON"


def test_a_change_that_fails_holds_back_no_other_than_those_behind_it_and_not_for_ever(template: Template) -> None:
    found = mapping(template)
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert found["BisectBatchOnFunctionError"] is True
    assert found["MaximumRecordAgeInSeconds"] == HALF_A_DAY, "the stream keeps it for as long again, for whoever looks"
    assert target(found["DestinationConfig"]["OnFailure"]["Destination"]) == "UnannouncedQueue"


def test_only_kinds_that_have_something_to_tell_call_the_function(template: Template) -> None:
    """The pacing timeline is written many times a second; payloads hold personal data (invariant 7)."""
    asked = [one["dynamodb"]["Keys"]["sk"]["S"] for one in patterns(template)]
    words = {word if isinstance(word, str) else word["prefix"].rstrip("#") for words in asked for word in words}
    assert words == KINDS


def test_a_run_calls_the_function_at_its_end_only(template: Template) -> None:
    (run,) = [one["dynamodb"] for one in patterns(template) if one["dynamodb"]["Keys"]["sk"]["S"] == ["RUN"]]
    assert run["NewImage"] == {"state": {"S": ["ended", "failed"]}}


def test_announce_alone_publishes_and_on_the_default_bus_alone(template: Template) -> None:
    assert holders(template, "events:PutEvents") == {"Announce"}
    (allowed,) = [s for s in template.statements("AnnounceRole") if s["Action"] == "events:PutEvents"]
    assert allowed["Resource"]["Fn::Sub"].endswith(":event-bus/default")


def test_announce_reads_the_ledger_and_never_writes_it(template: Template) -> None:
    stream = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}
    granted = {action for action, _ in grants(template, "AnnounceRole") if action.startswith("dynamodb:")}
    assert granted == stream | {"dynamodb:GetItem", "dynamodb:Query"}
    (asked,) = [s for s in template.statements("AnnounceRole") if s["Action"] == "dynamodb:Query"]
    assert asked["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "DOC#*"}}


def test_the_age_of_the_stream_and_what_was_given_up_have_an_alarm(template: Template) -> None:
    alarms = template.of_type("AWS::CloudWatch::Alarm")
    late, given_up = alarms["AnnouncementsLateAlarm"], alarms["UnannouncedAlarm"]
    assert (late["MetricName"], target(late["Dimensions"][0]["Value"])) == ("IteratorAge", "Announce")
    assert late["Threshold"] / 1000 < HALF_A_DAY
    assert target(given_up["Dimensions"][0]["Value"]) == "UnannouncedQueue"
