"""How a MassID ended, for whoever watches it: `massid status --watch` must end, and with the right word."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from massid_cli.operations.standing import Outcome, Standing, standing
from massid_cli.operations.target import Target
from massid_relay.core.errors import FieldProblem, Refusal
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.record import DocumentRecord, EventEntry, EventState, FileEntry
from massid_relay.ledger.dead_letters import DeadLetter, DeadLetterState
from massid_relay.ledger.runs import RunState
from massid_relay.pacing import timeline_key
from massid_relay.work.burial import dead_letter_id
from moto import mock_aws

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:massid_lifecycle"


class Executions:
    """Step Functions, as far as a status asks."""

    def __init__(self) -> None:
        self.status: dict[str, str] = {}
        self.meanwhile: Any = lambda: None
        """What happens while somebody asks."""

    def describe_execution(self, *, executionArn: str) -> dict[str, str]:  # noqa: N803 - boto3's names
        self.meanwhile()
        name = executionArn.rpartition(":")[2]
        if name not in self.status:
            raise ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "DescribeExecution")
        return {"status": self.status[name]}

    def get_execution_history(self, **_: Any) -> dict[str, list[Any]]:
        return {"events": []}


class Secrets:
    """Each credential has a client of its own."""

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803
        return {"SecretString": f'{{"clientId": "{SecretId}"}}'}


@pytest.fixture
def executions() -> Executions:
    return Executions()


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch, executions: Executions) -> Iterator[Target]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        dynamodb.create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "gpk", "gsk")],
            KeySchema=keys("pk", "sk"),
            GlobalSecondaryIndexes=[
                {"IndexName": "index", "KeySchema": keys("gpk", "gsk"), "Projection": {"ProjectionType": "KEYS_ONLY"}}
            ],
        )
        clients: dict[str, Any] = {"dynamodb": dynamodb, "stepfunctions": executions, "secretsmanager": Secrets()}
        resources = {"Ledger": "ledger", "MassidLifecycle": MACHINE}
        resources |= {"CarrotCredentials": "carrot", "CarbonextCredentials": "carbonext"}
        yield Target(clients.__getitem__, resources)


def keys(partition: str, sort: str) -> Any:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def verified(target: Target, generation: int = 1) -> DocumentRecord:
    """A document that was closed and found whole."""
    close = EventEntry("close", "CLOSE", NOW, "hash", "dedup", "part", state=EventState.CONFIRMED)
    record = DocumentRecord("doc", generation, document_id="id", create=Operation(Stage.CONFIRMED, NOW, NOW))
    record.events, record.verified_at = [close], NOW
    target.documents.save(record)
    return record


def refused(target: Target) -> None:
    """A document of the granular queue that Carrot did not take."""
    create = Operation(Stage.REFUSED, NOW, NOW, refusal=Refusal("m", "Rejected422", "no"))
    record = DocumentRecord("doc", create=create)
    record.events = [EventEntry("a", "Weighing", NOW, "hash", "dedup", "part")]
    target.documents.save(record)
    bury(target, "documents", id=dead_letter_id("m"))


def bury(target: Target, queue: str, **changes: Any) -> DeadLetter:
    whole = DeadLetter("letter", queue, "Rejected400", "no", NOW, NOW, "doc", generation=1)
    letter = replace(whole, **changes)
    target.dead_letters.put(letter)
    return letter


def run(target: Target, executions: Executions, status: str) -> None:
    """An open run, and how its execution stands."""
    part = target.parts.put("doc", {"order": {"externalId": "order-1"}})
    target.runs.open_next("doc", None, part, 1, NOW)
    executions.status["doc-g1-r1"] = status


def look(target: Target) -> Standing:
    found = standing(target, "doc")
    assert found is not None
    return found


@pytest.mark.parametrize("status", ["FAILED", "ABORTED", "TIMED_OUT"])
def test_a_run_that_is_open_although_its_execution_has_ended_has_failed(
    target: Target, executions: Executions, status: str
) -> None:
    """The sweep ends it in the ledger half an hour later at the earliest; who watches is told now."""
    verified(target)
    run(target, executions, status)
    assert look(target).outcome is Outcome.FAILED


def test_a_run_that_goes_on_has_no_outcome(target: Target, executions: Executions) -> None:
    verified(target)
    run(target, executions, "RUNNING")
    assert look(target).outcome is None


def test_a_run_that_writes_its_end_while_we_look_has_not_failed(target: Target, executions: Executions) -> None:
    verified(target)
    run(target, executions, "SUCCEEDED")

    def write_the_end() -> None:
        target.client("dynamodb").update_item(
            TableName="ledger",
            Key={"pk": {"S": "RUN#doc"}, "sk": {"S": "RUN"}},
            UpdateExpression="SET #state = :ended REMOVE gpk, gsk",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":ended": {"S": RunState.ENDED}},
        )

    executions.meanwhile = write_the_end
    assert look(target).outcome is Outcome.VERIFIED


def test_the_reason_of_a_run_that_the_sweep_ended_is_told(target: Target, executions: Executions) -> None:
    run(target, executions, "ABORTED")
    opened = target.runs.newest("doc")
    assert opened is not None
    target.runs.fail("doc", opened, "its execution ended as ABORTED without a word")
    assert look(target).run == "run 1 failed, its execution ended as ABORTED without a word"


@pytest.mark.parametrize(("queue", "item"), [("orders", None), ("events", "related")])
def test_a_verified_massid_whose_order_or_related_event_lies_dead_needs_a_person(
    target: Target, queue: str, item: str | None
) -> None:
    verified(target)
    letter = bury(target, queue, item=item)
    found = look(target)
    assert (found.status, found.outcome) == ("closed and verified", Outcome.FAILED)
    assert found.dead_letters == [letter]
    target.dead_letters.settle(replace(letter, state=DeadLetterState.DISCARDED), NOW)
    assert look(target).outcome is Outcome.VERIFIED


def test_a_script_gets_dead_letters_as_objects(target: Target) -> None:
    """The same ones as of `massid dead-letters --json`."""
    verified(target)
    bury(target, "events", item="weighing", fields=(FieldProblem("events.0.value", "is required"),))
    (told,) = json.loads(json.dumps(look(target).to_json()))["dead_letters"]
    assert told == {
        "id": "letter",
        "queue": "events",
        "error_type": "Rejected400",
        "reason": "no",
        "at": "2026-11-20T12:00:00.000Z",
        "first_attempt": "2026-11-20T12:00:00.000Z",
        "external_id": "doc",
        "item": "weighing",
        "fields": [{"path": "events.0.value", "problem": "is required"}],
        "vendor_error_id": None,
        "state": "resting",
        "why": None,
        "generation": 1,
    }


@pytest.mark.parametrize("changes", [{"generation": 1}, {"error_type": "Superseded", "generation": None}])
def test_what_lies_dead_of_a_replaced_document_is_listed_and_decides_nothing(
    target: Target, changes: dict[str, Any]
) -> None:
    verified(target, generation=2)
    bury(target, "events", **changes)
    assert (look(target).outcome, len(look(target).dead_letters)) == (Outcome.VERIFIED, 1)


def test_a_creation_that_was_refused_and_given_up_is_the_end(target: Target) -> None:
    refused(target)
    assert look(target).outcome is Outcome.FAILED
    (letter,) = target.dead_letters.resting()
    target.dead_letters.settle(replace(letter, state=DeadLetterState.REDRIVEN), NOW)
    assert look(target).outcome is None, "it is on its way once more"
    target.dead_letters.settle(replace(letter, state=DeadLetterState.DISCARDED), NOW)
    assert look(target).outcome is Outcome.FAILED


def test_a_submission_that_was_refused_at_the_door_has_failed(target: Target) -> None:
    """Nothing of it is stored; its letter is all that there is."""
    assert standing(target, "doc") is None
    bury(target, "submissions", error_type="RefusedByPreflight")
    assert (look(target).status, look(target).outcome, look(target).waits) == ("not created yet", Outcome.FAILED, [])


def test_an_order_in_place_order_is_waited_for_and_a_pause_of_carbonext_is_told(
    target: Target, executions: Executions
) -> None:
    verified(target)
    run(target, executions, "RUNNING")
    assert look(target).waits == ["order order-1, to be placed at Carbonext"]

    later = datetime.now(UTC) + timedelta(hours=1)
    closed = {"notBefore": {"N": str(int(later.timestamp() * 1_000_000))}, "reason": {"S": "CredentialsRefused"}}
    item: Any = {"pk": {"S": timeline_key("carbonext")}, "sk": {"S": "TIMELINE"}, **closed}
    target.client("dynamodb").put_item(TableName="ledger", Item=item)
    found = look(target)
    assert (found.paused, found.orders_paused and found.orders_paused.reason) == (None, "CredentialsRefused")
    assert found.waits[0].startswith("all calls to Carbonext to go on, paused until")


def test_a_file_that_is_awaited_has_no_outcome(target: Target) -> None:
    record = DocumentRecord("doc", document_id="id", create=Operation(Stage.CONFIRMED, NOW, NOW))
    record.files = {"a.pdf": FileEntry("a.pdf", NOW)}
    target.documents.save(record)
    assert look(target).outcome is None


def test_a_file_that_is_awaited_is_given_up_with_its_document(target: Target) -> None:
    record = DocumentRecord("doc", document_id="id", create=Operation(Stage.CONFIRMED, NOW, NOW))
    record.files = {"a.pdf": FileEntry("a.pdf", NOW)}
    record.events = [EventEntry("cancel", "CANCEL", NOW, "hash", "dedup", "part", state=EventState.CONFIRMED)]
    target.documents.save(record)
    assert look(target).files == {"a.pdf": "given up"}
