"""Files in the bucket that nobody had asked for when they were dropped.

| pk | sk | what |
| --- | --- | --- |
| `UNASKED#<document external id>` | `FILE#<file name>` | when it was dropped, and that it was told of, if it was |

The index lists them under `UNASKED`: first by the time of the look at them, and behind all times once they were told of.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from massid_relay.core.clock import iso
from massid_relay.core.evidence import EvidenceKey
from massid_relay.ledger.pages import items_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

UNASKED = "UNASKED"
TOLD = "told#"
"""Sorts behind every time."""


@dataclass(frozen=True, slots=True)
class UnaskedFile:
    """One such file. `told`: it lay there for longer than the stack's patience, and was told of."""

    key: EvidenceKey
    dropped_at: str
    told: bool


class UnaskedStore:
    """All that the ledger holds of them."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def note(self, file: EvidenceKey, now: datetime, look_at: datetime) -> None:
        """It was dropped, or dropped again."""
        index = {"gpk": {"S": UNASKED}, "gsk": {"S": iso(look_at)}}
        self._client.put_item(TableName=self._table, Item=_key(file) | index | {"dropped_at": {"S": iso(now)}})

    def due(self, before: datetime, limit: int) -> list[EvidenceKey]:
        """Those that shall be looked at."""
        found = self._listed("gpk = :unasked AND gsk < :before", {":before": {"S": iso(before)}}, limit)
        return [_file(item) for item in found]

    def tell(self, file: EvidenceKey, dropped_before: datetime) -> None:
        """It was told of: no look any more. One that was dropped again since then keeps its own time, one that was removed
        stays so."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(file),
                UpdateExpression="SET gsk = :told",
                ConditionExpression="gsk < :now",
                ExpressionAttributeValues={
                    ":told": {"S": f"{TOLD}{iso(dropped_before)}"},
                    ":now": {"S": iso(dropped_before)},
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def remove(self, file: EvidenceKey) -> None:
        """It was asked for, or is gone."""
        self._client.delete_item(TableName=self._table, Key=_key(file))

    def all(self) -> list[UnaskedFile]:
        """Those that wait for their look first, those that were told of after them."""
        found = []
        for item in self._listed("gpk = :unasked", {}):
            key = {"pk": item["pk"], "sk": item["sk"]}
            whole = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
            if whole is not None:
                told = whole["gsk"]["S"].startswith(TOLD)
                found.append(UnaskedFile(_file(whole), whole["dropped_at"]["S"], told))
        return found

    def _listed(self, condition: str, values: dict[str, Any], limit: int | None = None) -> list[dict[str, Any]]:
        found = items_of(
            self._client,
            TableName=self._table,
            IndexName="index",
            KeyConditionExpression=condition,
            ExpressionAttributeValues={":unasked": {"S": UNASKED}, **values},
            **({"Limit": limit} if limit else {}),
        )
        return list(islice(found, limit))


def _key(file: EvidenceKey) -> dict[str, Any]:
    return {"pk": {"S": f"UNASKED#{file.external_id}"}, "sk": {"S": f"FILE#{file.file_name}"}}


def _file(item: dict[str, Any]) -> EvidenceKey:
    return EvidenceKey(item["pk"]["S"].removeprefix("UNASKED#"), item["sk"]["S"].removeprefix("FILE#"))
