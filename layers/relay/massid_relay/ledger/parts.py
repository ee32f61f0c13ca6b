"""Stored payloads: each stored once, under the hash of its content, and referred to by it."""

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from massid_relay.core.errors import Forgotten
from massid_relay.core.jsons import JsonObject, content_hash, dumps, loads
from massid_relay.ledger.pages import items_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class PartStore:
    """Payloads of submissions and messages. They hold personal data, so they live nowhere else."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._seen: dict[tuple[str, str], JsonObject] = {}

    def put(self, external_id: str, content: JsonObject) -> str:
        """Store now; the name to refer to it by. Storing the same content again changes nothing, but that it stays."""
        name = content_hash(content)
        self._client.put_item(**self._put(external_id, name, content))
        self._remember(external_id, name, content)
        return name

    def item(self, external_id: str, name: str, content: JsonObject) -> dict[str, Any]:
        """The same as an item of a transaction."""
        self._remember(external_id, name, content)
        return {"Put": self._put(external_id, name, content)}

    def get(self, external_id: str, name: str) -> JsonObject:
        """The payload of that name. Raises Forgotten."""
        seen = self._seen.get((external_id, name))
        if seen is not None:
            return seen
        answer = self._client.get_item(TableName=self._table, Key=_key(external_id, name), ConsistentRead=True)
        if "Item" not in answer:
            raise Forgotten(f"payload {name[:12]} of {external_id} is not stored any more: send it again, whole")
        content = _unpacked(answer["Item"])
        self._remember(external_id, name, content)
        return content

    def stored(self, external_id: str) -> dict[str, JsonObject]:
        """All payloads of one document, by name."""
        return {_name(item): _unpacked(item) for item in self._all(external_id)}

    def expire(self, external_id: str, at: datetime) -> None:
        """Have DynamoDB delete the document's payloads within a few days after that moment; one that has its end keeps it
        (docs.aws.amazon.com, amazondynamodb, TTL)."""
        without_end: Any = {"FilterExpression": "attribute_not_exists(expires)", "ProjectionExpression": "sk"}
        for item in self._all(external_id, **without_end):
            with suppress(self._client.exceptions.ConditionalCheckFailedException):  # removed meanwhile
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(external_id, _name(item)),
                    UpdateExpression="SET expires = if_not_exists(expires, :at)",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeValues={":at": {"N": str(int(at.timestamp()))}},
                )

    def keep(self, external_id: str, name: str) -> None:
        """Take the end of this payload away: it is needed once more."""
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.update_item(
                TableName=self._table,
                Key=_key(external_id, name),
                UpdateExpression="REMOVE expires",
                ConditionExpression="attribute_exists(expires)",
            )

    def remove(self, external_id: str, names: Iterable[str]) -> None:
        """Delete these payloads now. One that is gone already stays gone."""
        for name in names:
            self._client.delete_item(TableName=self._table, Key=_key(external_id, name))
            self._seen.pop((external_id, name), None)

    def _all(self, external_id: str, **more: Any) -> Iterator[dict[str, Any]]:
        return items_of(
            self._client,
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :part)",
            ExpressionAttributeValues={":pk": _key(external_id, "")["pk"], ":part": {"S": "PART#"}},
            **more,
        )

    def _put(self, external_id: str, name: str, content: JsonObject) -> dict[str, Any]:
        packed = zlib.compress(dumps(content).encode())
        return {"TableName": self._table, "Item": {**_key(external_id, name), "content": {"B": packed}}}

    def _remember(self, external_id: str, name: str, content: JsonObject) -> None:
        """Content under its hash never changes, so a container may keep what it has seen; a hundred of them."""
        if len(self._seen) >= 100:
            self._seen.clear()
        self._seen[external_id, name] = content


def _key(external_id: str, name: str) -> dict[str, Any]:
    return {"pk": {"S": f"DOC#{external_id}"}, "sk": {"S": f"PART#{name}"}}


def _name(item: dict[str, Any]) -> str:
    return str(item["sk"]["S"]).removeprefix("PART#")


def _unpacked(item: dict[str, Any]) -> JsonObject:
    content: JsonObject = loads(zlib.decompress(bytes(item["content"]["B"])))
    return content
