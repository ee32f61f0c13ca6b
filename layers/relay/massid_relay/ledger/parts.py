"""Stored payloads: each stored once, under the hash of its content, and referred to by it."""

import zlib
from typing import TYPE_CHECKING, Any

from massid_relay.core.jsons import JsonObject, content_hash, dumps, loads

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class PartMissing(Exception):
    """A record refers to a payload that is no longer stored."""


class PartStore:
    """Payloads of submissions and messages. They hold personal data, so they live nowhere else."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._seen: dict[tuple[str, str], JsonObject] = {}

    def put(self, external_id: str, content: JsonObject) -> str:
        """Store now; the name to refer to it by. Storing the same content again changes nothing."""
        name = content_hash(content)
        self._client.put_item(**self._put(external_id, name, content))
        self._remember(external_id, name, content)
        return name

    def item(self, external_id: str, name: str, content: JsonObject) -> dict[str, Any]:
        """The same as an item of a transaction."""
        self._remember(external_id, name, content)
        return {"Put": self._put(external_id, name, content)}

    def get(self, external_id: str, name: str) -> JsonObject:
        """The payload of that name. Raises PartMissing."""
        seen = self._seen.get((external_id, name))
        if seen is not None:
            return seen
        answer = self._client.get_item(TableName=self._table, Key=_key(external_id, name), ConsistentRead=True)
        if "Item" not in answer:
            raise PartMissing(f"payload {name[:12]} of {external_id} is not stored")
        content: JsonObject = loads(zlib.decompress(bytes(answer["Item"]["content"]["B"])))
        self._remember(external_id, name, content)
        return content

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
