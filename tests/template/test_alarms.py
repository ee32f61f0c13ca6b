"""What goes wrong in silence gets an alarm."""

import inspect
import re
from typing import Any

from massid_relay.core.errors import CredentialsRefused
from massid_relay.work import unasked

from tests.template.conftest import Template, target


def test_every_alarm_tells_what_it_means_and_notifies_the_topic(template: Template) -> None:
    alarms = template.of_type("AWS::CloudWatch::Alarm")
    assert set(alarms) == {
        "DeadLettersAlarm",
        "OldestMessageAlarm",
        "CredentialsRefusedAlarm",
        "SweepErrorsAlarm",
        "UnaskedEvidenceAlarm",
        "AnnouncementsLateAlarm",
        "UnannouncedAlarm",
    }
    for name, alarm in alarms.items():
        assert alarm["AlarmDescription"], name
        assert alarm["AlarmActions"]["Fn::If"][0] == "NotifyAlarms", name


def test_the_age_alarm_watches_every_queue_that_is_read(template: Template) -> None:
    """What SQS moved and bury_dead_letter can't bury has no other redrive: its age is what shows it."""
    metrics = template.resources["OldestMessageAlarm"]["Properties"]["Metrics"]
    watched = {
        target(m["MetricStat"]["Metric"]["Dimensions"][0]["Value"]): m["Id"] for m in metrics if "MetricStat" in m
    }
    assert set(watched) == {queue for function in template.functions for queue in template.mappings(function)}
    expression = next(m["Expression"] for m in metrics if "Expression" in m)
    assert expression == f"MAX([{', '.join(watched.values())}])"


def test_a_refused_credential_is_counted_wherever_a_provider_is_called(template: Template) -> None:
    """Invariant 5: a 401 after a fresh token is nobody's message, but an alarm."""
    alarm = template.resources["CredentialsRefusedAlarm"]["Properties"]
    counting = [f for f in filters(template) if CredentialsRefused.__name__ in f["FilterPattern"]]
    assert {target(f["LogGroupName"]) for f in counting} == {
        "CreateDocumentLogs",
        "AppendEventsLogs",
        "UploadEvidenceLogs",
        "IssueOrderLogs",
    }
    for metric_filter in counting:
        assert metric_filter["FilterPattern"] == f'{{ $.errorType = "{CredentialsRefused.__name__}" }}'
        assert counts_for(metric_filter, alarm)


def test_a_file_that_nobody_asked_for_is_counted_by_the_line_that_tells_of_it(template: Template) -> None:
    alarm = template.resources["UnaskedEvidenceAlarm"]["Properties"]
    (counting,) = [f for f in filters(template) if "$.message" in f["FilterPattern"]]
    line = re.fullmatch(r'{ \$\.message = "(.+)" }', counting["FilterPattern"])
    assert line is not None
    assert f'logger.warning("{line[1]}"' in inspect.getsource(unasked)
    assert target(counting["LogGroupName"]) == "SweepLogs"
    assert counts_for(counting, alarm)


def filters(template: Template) -> list[dict[str, Any]]:
    return list(template.of_type("AWS::Logs::MetricFilter").values())


def counts_for(metric_filter: dict[str, Any], alarm: dict[str, Any]) -> bool:
    (transformation,) = metric_filter["MetricTransformations"]
    return (transformation["MetricName"], transformation["MetricNamespace"]) == (
        alarm["MetricName"],
        alarm["Namespace"],
    )
