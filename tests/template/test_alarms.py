"""What goes wrong in silence gets an alarm."""

from massid_relay.core.errors import CredentialsRefused

from tests.template.conftest import Template, target


def test_every_alarm_tells_what_it_means_and_notifies_the_topic(template: Template) -> None:
    alarms = template.of_type("AWS::CloudWatch::Alarm")
    assert set(alarms) == {"DeadLettersAlarm", "OldestMessageAlarm", "CredentialsRefusedAlarm", "SweepErrorsAlarm"}
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
    filters = template.of_type("AWS::Logs::MetricFilter").values()
    assert {target(f["LogGroupName"]) for f in filters} == {
        "CreateDocumentLogs",
        "AppendEventsLogs",
        "UploadEvidenceLogs",
        "IssueOrderLogs",
    }
    for metric_filter in filters:
        assert metric_filter["FilterPattern"] == f'{{ $.errorType = "{CredentialsRefused.__name__}" }}'
        (transformation,) = metric_filter["MetricTransformations"]
        assert transformation["MetricName"] == alarm["MetricName"]
        assert transformation["MetricNamespace"] == alarm["Namespace"]
