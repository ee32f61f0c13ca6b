"""The shared timeline as one item of the ledger, and its wiring. The algorithm is in core/pacing.py.

A reservation is one UpdateItem: its condition is a range for the next free slot, not the exact value last seen, so it
usually succeeds although others wrote in between; when it fails, DynamoDB returns the item, so trying again needs no read.
"""

import hashlib
from typing import TYPE_CHECKING, Any, cast

from massid_relay.core.clock import Clock
from massid_relay.core.pacing import Claim, Pacing, Timeline
from massid_relay.core.slots import SlotSource

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NUMBERS = {
    "next_free": "nextFree",
    "writes": "writes",
    "control": "control",
    "share": "share",
    "fell_at": "fellAt",
    "not_before": "notBefore",
    "openings": "openings",
}
_NAMES = {f"#{name}": attribute for name, attribute in _NUMBERS.items()} | {"#reason": "reason"}
_CONTROLLED = ("share", "fell_at", "not_before", "openings")


def timeline_key(client_id: str) -> str:
    """The partition key for a credential: all stacks on one table that use the same credential share one timeline. Two
    stacks with a table each can't; then their rates must add up to the limit."""
    return f"PACING#{hashlib.sha256(client_id.encode()).hexdigest()[:32]}"


def slot_source(
    client: "DynamoDBClient", table: str, client_id: str, pacing: Pacing, clock: Clock, lanes: int = 1
) -> SlotSource:
    """The one source of slots of a container. `client` is a plain DynamoDB client, `table` the ledger's name, `lanes` the
    number of calls that the container overlaps."""
    return SlotSource(TimelineItem(client, table, client_id), pacing, clock, lanes)


class TimelineItem:
    """A TimelineStore in DynamoDB. Errors of DynamoDB other than a failed condition pass through.

    `reads` and `writes` count requests, failed conditions included: DynamoDB bills those too.
    """

    def __init__(self, client: "DynamoDBClient", table: str, client_id: str) -> None:
        self._client = client
        self._table = table
        self._key: dict[str, Any] = {"pk": {"S": timeline_key(client_id)}, "sk": {"S": "TIMELINE"}}
        self.reads = 0
        self.writes = 0

    def load(self) -> Timeline:
        """Eventually consistent, at half the price: a condition guards every write that follows."""
        self.reads += 1
        return _timeline(self._client.get_item(TableName=self._table, Key=self._key).get("Item"))

    def reserve(self, claim: Claim) -> tuple[bool, Timeline]:
        """Move the next free slot onward."""
        values = {"one": 1, "control": claim.control, "floor": claim.floor}
        if claim.idle:
            return self._write(
                "SET #next_free = :end, #control = :control ADD #writes :one",
                f"{_unchanged(claim.control)} AND (attribute_not_exists(#next_free) OR #next_free < :floor)",
                {**values, "end": claim.floor + claim.width},
            )
        return self._write(
            "ADD #next_free :width, #writes :one",
            "#control = :control AND #next_free BETWEEN :floor AND :latest",
            {**values, "width": claim.width, "latest": claim.latest},
        )

    def change(self, before: Timeline, after: Timeline) -> tuple[bool, Timeline]:
        """Write share, opening and their reasons. `next_free` is touched only where `after` sets it back."""
        update = "SET #control = :after, #reason = :reason, " + ", ".join(f"#{n} = :{n}" for n in _CONTROLLED)
        condition = _unchanged(before.control)
        values = {"after": after.control, "control": before.control} | {n: getattr(after, n) for n in _CONTROLLED}
        if after.next_free != before.next_free:
            update += ", #next_free = :next_free ADD #writes :one"
            condition += " AND #next_free = :astray"
            values |= {"next_free": after.next_free, "astray": before.next_free, "one": 1}
        return self._write(update, condition, values, reason=after.reason)

    def give_back(self, writes: int, end: int, start: int) -> tuple[bool, Timeline]:
        """`writes` in the condition makes a repeated request harmless: the same end may have been reached again."""
        return self._write(
            "SET #next_free = :start ADD #writes :one",
            "#writes = :writes AND #next_free = :end",
            {"start": start, "end": end, "writes": writes, "one": 1},
        )

    def _write(
        self, update: str, condition: str, numbers: dict[str, int], *, reason: str | None = None
    ) -> tuple[bool, Timeline]:
        values: dict[str, Any] = {f":{name}": {"N": str(number)} for name, number in numbers.items()}
        if reason is not None:
            values[":reason"] = {"S": reason}
        self.writes += 1
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=self._key,
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={name: a for name, a in _NAMES.items() if name in update + condition},
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            return False, _timeline(cast("dict[str, Any]", error.response).get("Item"))
        return True, _timeline(answer["Attributes"])


def _unchanged(control: int) -> str:
    """An item that does not exist yet has the control number 0."""
    return "#control = :control" if control else "(attribute_not_exists(#control) OR #control = :control)"


def _timeline(item: dict[str, Any] | None) -> Timeline:
    """An item that does not exist yet is a timeline that nobody has used."""
    item = item or {}
    numbers = {field: int(item.get(name, {}).get("N", 0)) for field, name in _NUMBERS.items()}
    return Timeline(**numbers, reason=item.get("reason", {}).get("S", ""))
