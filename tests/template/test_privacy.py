"""What may hold personal data has an end, and what must not hold any is not switched on (invariant 7)."""

from typing import Any

from tests.template.conftest import Template

DAY = 86_400


def rules(template: Template) -> dict[str, Any]:
    """The bucket's lifecycle rules by id; one under a condition as if it held."""
    listed = template.resources["EvidenceBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    held = [rule["Fn::If"][1] if "Fn::If" in rule else rule for rule in listed]
    return {rule["Id"]: rule for rule in held}


def test_payloads_outlast_every_dead_letter_that_a_redrive_could_bring_back(template: Template) -> None:
    rests = template.resources["DeadLetterQueue"]["Properties"]["MessageRetentionPeriod"]
    assert template.parameters["PayloadRetentionDays"]["MinValue"] * DAY > rests


def test_evidence_is_kept_unless_it_is_told_to_expire(template: Template) -> None:
    assert template.parameters["EvidenceRetentionDays"]["Default"] == 0
    rule = rules(template)["evidence"]
    assert (rule["Prefix"], rule["ExpirationInDays"]) == ("evidence/", {"Ref": "EvidenceRetentionDays"})
    held = template.content["Conditions"]["ExpireEvidence"]
    assert held == {"Fn::Not": [{"Fn::Equals": [{"Ref": "EvidenceRetentionDays"}, "0"]}]}


def test_what_was_deleted_or_replaced_in_the_bucket_ends_too_its_name_included(template: Template) -> None:
    rule = rules(template)["superseded-versions"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": {"Ref": "SupersededEvidenceDays"}}
    assert rule["ExpiredObjectDeleteMarker"] is True


def test_every_log_ends_when_it_is_told_to(template: Template) -> None:
    logs = template.of_type("AWS::Logs::LogGroup")
    assert len(logs) > len(template.functions), "the state machine has one too"
    assert {name for name, log in logs.items() if log["RetentionInDays"] != {"Ref": "LogRetentionDays"}} == set()


def test_no_execution_writes_its_data_into_a_log(template: Template) -> None:
    assert template.resources["MassidLifecycle"]["Properties"]["Logging"]["IncludeExecutionData"] is False


def test_nothing_is_traced(template: Template) -> None:
    """A trace would hold what nobody has looked at."""
    switched = {name for name, properties in template.functions.items() if "Tracing" in properties}
    assert switched == set()
    assert "Tracing" not in template.content["Globals"]["Function"]
    assert "Tracing" not in template.resources["MassidLifecycle"]["Properties"]
