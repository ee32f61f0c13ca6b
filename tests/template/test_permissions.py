"""One role per function, with only what it needs."""

from collections.abc import Iterator

import pytest

from tests.template.conftest import Template, listed, target

CARROT_WORKERS = {"CreateDocument", "AppendEvents", "UploadEvidence"}
TAKE = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"}


def grants(template: Template, role: str) -> Iterator[tuple[str, str]]:
    """Every (action, resource) of a role; a secret that may be the stack's or another counts as the stack's."""
    for statement in template.statements(role):
        for resource in listed(statement["Resource"]):
            what = resource if isinstance(resource, str) else target(resource.get("Fn::If", [None, resource])[1])
            yield from ((action, what) for action in listed(statement["Action"]))


def holders(template: Template, action: str) -> set[str]:
    """The functions that may do `action` on anything."""
    return {
        name for name in template.functions if any(action == granted for granted, _ in grants(template, f"{name}Role"))
    }


def readers_of(template: Template, secret: str) -> set[str]:
    """The functions that may read that secret."""
    wanted = ("secretsmanager:GetSecretValue", secret)
    return {name for name in template.functions if wanted in set(grants(template, f"{name}Role"))}


def test_every_function_has_its_own_role(template: Template) -> None:
    for name, properties in template.functions.items():
        assert target(properties["Role"]) == f"{name}Role"


def test_no_role_carries_a_policy_that_others_wrote(template: Template) -> None:
    for name, properties in template.of_type("AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in properties, name


def test_no_action_is_a_wildcard_and_no_function_may_touch_just_anything(template: Template) -> None:
    for role in template.of_type("AWS::IAM::Role"):
        for action, resource in grants(template, role):
            assert "*" not in action, role
            assert resource != "*" or (role == "MassidLifecycleRole" and action.startswith("logs:")), (role, action)


def test_a_function_takes_from_its_own_queues_only(template: Template) -> None:
    for name in template.functions:
        taken = {resource for action, resource in grants(template, f"{name}Role") if action in TAKE}
        assert taken == set(template.mappings(name))


def test_a_function_writes_to_its_own_log_only(template: Template) -> None:
    for name in template.functions:
        written = {resource for action, resource in grants(template, f"{name}Role") if action.startswith("logs:")}
        assert written == {f"{name}Logs"}


def test_only_the_workers_that_call_carrot_read_its_credentials(template: Template) -> None:
    """Invariant 7: who doesn't need a secret can't leak it."""
    assert readers_of(template, "CarrotCredentials") == CARROT_WORKERS


def test_only_the_worker_that_calls_carbonext_reads_its_credentials(template: Template) -> None:
    """Invariant 7, and money: who can't order can't overspend."""
    assert readers_of(template, "CarbonextCredentials") == {"IssueOrder"}


def test_only_the_evidence_worker_reads_evidence_and_only_the_bulk_feeder_bulk_files(template: Template) -> None:
    read = {
        (name, resource["Fn::Sub"])
        for name in template.functions
        for statement in template.statements(f"{name}Role")
        if "s3:GetObject" in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    assert read == {
        ("UploadEvidence", "${EvidenceBucket.Arn}/evidence/*"),
        ("FeedBulk", "${EvidenceBucket.Arn}/bulk/*"),
        ("FeedBulk", "${EvidenceBucket.Arn}/bulk-reports/*"),
        ("FeedBulk", "${EvidenceBucket.Arn}/preflight/*"),
        ("SubmitMassid", "${EvidenceBucket.Arn}/preflight/*"),
    }


def test_bulk_reports_are_all_that_is_written_to_the_bucket(template: Template) -> None:
    """A report under the prefix that triggers a run would trigger one itself."""
    written = [s for s in template.statements("FeedBulkRole") if "s3:PutObject" in listed(s["Action"])]
    assert holders(template, "s3:PutObject") == {"FeedBulk"}
    assert [s["Resource"]["Fn::Sub"] for s in written] == ["${EvidenceBucket.Arn}/bulk-reports/*"]


def test_a_run_may_write_down_its_own_end_and_nothing_else(template: Template) -> None:
    """The ledger's other rows belong to the workers and their leases (invariant 1)."""
    (written,) = [s for s in template.statements("MassidLifecycleRole") if "dynamodb" in str(s["Action"])]
    assert written["Action"] == "dynamodb:UpdateItem"
    assert written["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "RUN#*"}}


def test_nobody_reads_the_whole_ledger(template: Template) -> None:
    """A scan costs what the table holds; what waits is found through the index, payloads under their document."""
    assert not holders(template, "dynamodb:Scan")
    asking = holders(template, "dynamodb:Query")
    assert asking == CARROT_WORKERS | {"SubmitMassid", "IssueOrder", "BuryDeadLetter", "Sweep", "Announce"}
    for name in asking:
        statements = [s for s in template.statements(f"{name}Role") if s["Action"] == "dynamodb:Query"]
        (asked,) = [s for s in statements if "Fn::GetAtt" in s["Resource"]]  # the others ask the index
        assert asked["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "DOC#*"}}, name


def test_only_submissions_start_runs(template: Template) -> None:
    assert holders(template, "states:StartExecution") == {"SubmitMassid"}


@pytest.mark.parametrize("name", ["SubmitMassid", "Sweep"])
def test_whoever_asks_after_a_run_asks_after_runs_of_this_state_machine(template: Template, name: str) -> None:
    (asked,) = [s for s in template.statements(f"{name}Role") if s["Action"] == "states:DescribeExecution"]
    machine = template.resources["MassidLifecycle"]["Properties"]["Name"]["Fn::Sub"]
    assert asked["Resource"]["Fn::Sub"].endswith(f":execution:{machine}:*")


@pytest.mark.parametrize("name", sorted(CARROT_WORKERS | {"IssueOrder", "BuryDeadLetter", "Sweep"}))
def test_whoever_may_end_a_step_answers_only_this_state_machine(template: Template, name: str) -> None:
    answered = {
        resource for action, resource in grants(template, f"{name}Role") if action.startswith("states:SendTask")
    }
    assert answered == {"MassidLifecycle"}


def test_whoever_hands_a_message_on_may_send_it(template: Template) -> None:
    """A submission that brings more while its run is open goes to the queues without the lifecycle."""
    sent = {resource for action, resource in grants(template, "SubmitMassidRole") if action == "sqs:SendMessage"}
    assert sent == {"EvidenceQueue", "EventsQueue", "OrdersQueue", "DeadLetterQueue"}


def test_every_worker_can_take_away_the_trace_that_it_left(template: Template) -> None:
    """A message that was received often leaves a trace in the ledger while it is worked on (ledger/traces.py)."""
    readers = {name for name in template.functions if template.mappings(name)}
    assert holders(template, "dynamodb:DeleteItem") >= readers


def test_every_worker_can_lay_a_dead_letter_to_rest(template: Template) -> None:
    """Invariant 2: it lies dead with its reason, or it stays. Announce has no messages, and a resting place of its own."""
    for name in set(template.functions) - {"Announce"}:
        assert ("sqs:SendMessage", "DeadLetterQueue") in set(grants(template, f"{name}Role"))
