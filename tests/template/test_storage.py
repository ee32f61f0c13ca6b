"""The ledger and the bucket: what must never get lost or lie open."""

import pytest
from massid_relay.core.bulk.files import PREFIX as BULK_PREFIX
from massid_relay.core.bulk.files import REPORTS
from massid_relay.core.evidence import PREFIX

from tests.template.conftest import Template, target


@pytest.mark.parametrize("name", ["Ledger", "EvidenceBucket"])
def test_what_was_recorded_and_what_was_given_outlives_the_stack(template: Template, name: str) -> None:
    resource = template.resources[name]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_ledger_can_be_brought_back_to_any_moment(template: Template) -> None:
    ledger = template.resources["Ledger"]["Properties"]
    assert ledger["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert ledger["SSESpecification"] == {"SSEEnabled": True}
    assert ledger["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}


def test_every_version_of_a_file_is_kept_for_the_call_that_recorded_it(template: Template) -> None:
    """The object's version id is recorded before the call (invariant 1)."""
    assert template.resources["EvidenceBucket"]["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}


def test_the_bucket_is_private_and_speaks_tls_only(template: Template) -> None:
    access = template.resources["EvidenceBucket"]["Properties"]["PublicAccessBlockConfiguration"]
    assert len(access) == 4
    assert all(access.values())
    statement = template.resources["EvidenceBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_evidence_and_bulk_files_notify_a_queue_each_and_reports_nobody(template: Template) -> None:
    """A report written under the prefix that triggers it would trigger itself."""
    configurations = template.resources["EvidenceBucket"]["Properties"]["NotificationConfiguration"][
        "QueueConfigurations"
    ]
    notified = {target(c["Queue"]): c["Filter"]["S3Key"]["Rules"] for c in configurations}
    assert notified == {
        "EvidenceQueue": [{"Name": "prefix", "Value": PREFIX}],
        "BulkQueue": [{"Name": "prefix", "Value": BULK_PREFIX}],
    }
    assert not REPORTS.startswith((PREFIX, BULK_PREFIX))


@pytest.mark.parametrize("policy", ["EvidenceQueuePolicy", "BulkQueuePolicy"])
def test_the_queue_lets_in_the_bucket_of_exactly_this_name(template: Template, policy: str) -> None:
    """The name stands twice, since a reference would close a circle; here the two are held together."""
    name = template.resources["EvidenceBucket"]["Properties"]["BucketName"]["Fn::Sub"]
    properties = template.resources[policy]["Properties"]
    statement = properties["PolicyDocument"]["Statement"][0]
    source = statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"]
    assert source == f"arn:${{AWS::Partition}}:s3:::{name}"
    assert [target(queue) for queue in properties["Queues"]] == [policy.removesuffix("Policy")]
    assert target(statement["Resource"]) == policy.removesuffix("Policy")
    assert policy in template.resources["EvidenceBucket"]["DependsOn"]
