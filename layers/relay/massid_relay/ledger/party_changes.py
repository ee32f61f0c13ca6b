"""Known participants and addresses that came with other data: told once per distinct change, without what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from massid_relay.core.clock import iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True)
class PartyChange:
    """One change as it was first seen. `fields` are names, never values (invariant 7)."""

    id: str
    kind: str
    party_id: str
    """The network's id of the known party, under which the old data stands."""
    fields: tuple[str, ...]
    spelling: bool
    """The fields differ in spelling alone."""
    elsewhere: bool
    """An address of a known name stands at another place."""
    document: str
    item: str | None
    """The event's external id; None if it is the document's own."""
    at: datetime
    refused: bool


@cache
def _change() -> TypeAdapter[PartyChange]:
    """Built at its first use, not at import."""
    return TypeAdapter(PartyChange)


class PartyChanges:
    """Writes and lists them."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._noted: set[str] = set()

    def note(self, change: PartyChange) -> bool:
        """Write it unless it was seen before; whether it is news."""
        if change.id in self._noted:
            return False
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    **_key(change.id),
                    "body": {"S": _change().dump_json(change).decode()},
                    "gpk": {"S": CHANGED},
                    "gsk": {"S": f"{iso(change.at)}#{change.id}"},
                },
                ConditionExpression="attribute_not_exists(pk)",
            )
            is_news = True
        except self._client.exceptions.ConditionalCheckFailedException:
            is_news = False
        self._noted.add(change.id)  # not before it is written: who fails at that tries again
        return is_news

    def all(self) -> Sequence[PartyChange]:
        """Every change that was seen, oldest first."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="index",
            KeyConditionExpression="gpk = :changed",
            ExpressionAttributeValues={":changed": {"S": CHANGED}},
        )
        ids = [item["pk"]["S"].removeprefix("CHANGED#") for page in pages for item in page["Items"]]
        return [change for change in map(self._get, ids) if change is not None]

    def _get(self, change_id: str) -> PartyChange | None:
        answer = self._client.get_item(TableName=self._table, Key=_key(change_id), ConsistentRead=True)
        return _change().validate_json(answer["Item"]["body"]["S"]) if "Item" in answer else None


def _key(change_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"CHANGED#{change_id}"}, "sk": {"S": "CHANGED"}}
