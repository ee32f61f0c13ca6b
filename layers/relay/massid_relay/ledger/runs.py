"""Runs of the lifecycle: one open run per external id, numbered, so that execution names are never used twice.

Open runs, and only they, are listed in the index under `RUNS`, by the time of the sweep's next look.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from massid_relay.core.clock import iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOOKED_AT = "RUNS"
FIRST_LOOK = timedelta(minutes=30)
"""After it was opened. A run that waits for nothing has ended by then, and nobody ever looks at it."""


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
    opened_at: datetime | None = None
    reason: str | None = None
    """Why it counts as failed, where the state machine itself could not write so."""


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
        run = Run(newest.number + 1 if newest else 1, RunState.OPEN, part, generation, now)
        item = _key(external_id) | {
            "number": {"N": str(run.number)},
            "state": {"S": run.state},
            "part": {"S": part},
            "generation": {"N": str(generation)},
            "opened_at": {"S": iso(now)},
            "gpk": {"S": LOOKED_AT},
            "gsk": {"S": iso(now + FIRST_LOOK)},
        }
        try:
            self._client.put_item(TableName=self._table, Item=item, **_still(newest))
        except self._client.exceptions.ConditionalCheckFailedException:
            raise RunTaken from None
        return run

    def fail(self, external_id: str, run: Run, reason: str | None = None) -> bool:
        """An execution that ended without saying so (stopped by hand, timed out as a whole) counts as failed; whether it does.
        If it said so meanwhile, nothing changes."""
        values = {":failed": {"S": RunState.FAILED}} | ({":reason": {"S": reason}} if reason else {})
        also = ", reason = :reason" if reason else ""
        return self._update(external_id, run, f"SET #state = :failed{also} REMOVE gpk, gsk", values)

    def due(self, before: datetime, limit: int) -> list[str]:
        """External ids whose newest run has been open for long and shall be looked at."""
        answer = self._client.query(
            TableName=self._table,
            IndexName="index",
            KeyConditionExpression="gpk = :runs AND gsk < :before",
            ExpressionAttributeValues={":runs": {"S": LOOKED_AT}, ":before": {"S": iso(before)}},
            Limit=limit,
        )
        return [item["pk"]["S"].removeprefix("RUN#") for item in answer["Items"]]

    def look_again(self, external_id: str, run: Run, at: datetime) -> None:
        """It goes on: look at it once more then."""
        self._update(external_id, run, "SET gsk = :at", {":at": {"S": iso(at)}})

    def look_no_more(self, external_id: str, run: Run) -> None:
        """It has ended, and the index still lists it."""
        self._update(external_id, run, "REMOVE gpk, gsk", {})

    def _update(self, external_id: str, run: Run, expression: str, values: dict[str, Any]) -> bool:
        """Whether the run was still in that state."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(external_id),
                UpdateExpression=expression,
                ConditionExpression="#number = :number AND #state = :seen",
                ExpressionAttributeNames={"#state": "state", "#number": "number"},
                ExpressionAttributeValues={
                    ":seen": {"S": run.state},
                    ":number": {"N": str(run.number)},
                    **values,
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def run_of(item: Any) -> Run:
    """The run in an item of the ledger."""
    number, generation = (int(item[name]["N"]) for name in ("number", "generation"))
    opened_at = datetime.fromisoformat(item["opened_at"]["S"])
    reason = item["reason"]["S"] if "reason" in item else None
    return Run(number, RunState(item["state"]["S"]), item["part"]["S"], generation, opened_at, reason)


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
