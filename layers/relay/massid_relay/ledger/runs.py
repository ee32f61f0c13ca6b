"""Runs of the lifecycle: one open run per external id, numbered, so that execution names are never used twice."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from massid_relay.core.clock import iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class RunState(StrEnum):
    """`ended` and `failed` are written by the state machine itself (statemachines/massid_lifecycle.asl.json)."""

    OPEN = "open"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """A run, the stored submission that it carries, and the generation of the document that this is about."""

    number: int
    state: RunState
    part: str
    generation: int = 1


class RunTaken(Exception):
    """Somebody else opened the next run first."""


class RunStore:
    """The newest run of each external id."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def newest(self, external_id: str) -> Run | None:
        """The newest run, if there was one."""
        answer = self._client.get_item(TableName=self._table, Key=_key(external_id), ConsistentRead=True)
        item = answer.get("Item")
        return run_of(item) if item else None

    def open_next(self, external_id: str, newest: Run | None, part: str, generation: int, now: datetime) -> Run:
        """Take the next number, only while none is open. Raises RunTaken."""
        run = Run(newest.number + 1 if newest else 1, RunState.OPEN, part, generation)
        item = _key(external_id) | {
            "number": {"N": str(run.number)},
            "state": {"S": run.state},
            "part": {"S": part},
            "generation": {"N": str(generation)},
            "opened_at": {"S": iso(now)},
        }
        try:
            self._client.put_item(TableName=self._table, Item=item, **_still(newest))
        except self._client.exceptions.ConditionalCheckFailedException:
            raise RunTaken from None
        return run

    def fail(self, external_id: str, run: Run) -> None:
        """An execution that ended without saying so (stopped by hand, timed out as a whole) counts as failed."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(external_id),
                UpdateExpression="SET #state = :failed",
                ConditionExpression="#number = :number AND #state = :open",
                ExpressionAttributeNames={"#state": "state", "#number": "number"},
                ExpressionAttributeValues={
                    ":failed": {"S": RunState.FAILED},
                    ":open": {"S": RunState.OPEN},
                    ":number": {"N": str(run.number)},
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # it said so meanwhile


def run_of(item: Any) -> Run:
    """The run in an item of the ledger."""
    number, generation = (int(item[name]["N"]) for name in ("number", "generation"))
    return Run(number, RunState(item["state"]["S"]), item["part"]["S"], generation)


def _key(external_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"RUN#{external_id}"}, "sk": {"S": "RUN"}}


def _still(newest: Run | None) -> Any:
    if newest is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "#number = :seen AND #state <> :open",
        "ExpressionAttributeNames": {"#state": "state", "#number": "number"},
        "ExpressionAttributeValues": {":seen": {"N": str(newest.number)}, ":open": {"S": RunState.OPEN}},
    }
