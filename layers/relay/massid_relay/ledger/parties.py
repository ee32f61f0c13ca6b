"""Ids of participants and addresses, and claims on newcomers, so that no two documents introduce the same one."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEYS_PER_READ = 100
"""BatchGetItem's limit (docs.aws.amazon.com, amazondynamodb, API_BatchGetItem)."""


class PartyStore:
    """The map from a party's key (core/first_contact.py) to its id. Ids never change, so a container remembers them."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._known: dict[str, str] = {}

    def known(self, keys: Iterable[str]) -> dict[str, str]:
        """Ids of those keys that have one."""
        wanted = list(dict.fromkeys(keys))
        unseen = [key for key in wanted if key not in self._known]
        for start in range(0, len(unseen), _KEYS_PER_READ):
            self._read(unseen[start : start + _KEYS_PER_READ])
        return {key: self._known[key] for key in wanted if key in self._known}

    def claims(self, keys: Iterable[str], owner: str, now: datetime, until: datetime) -> list[dict[str, Any]]:
        """Transaction items that claim all these newcomers for one document: all of them or none."""
        free = "attribute_not_exists(party_id) AND (claim_owner = :owner OR claim_until < :now)"
        condition = f"attribute_not_exists(pk) OR ({free})"
        return [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": _key(key) | {"claim_owner": {"S": owner}, "claim_until": {"N": _seconds(until)}},
                    "ConditionExpression": condition,
                    "ExpressionAttributeValues": {":owner": {"S": owner}, ":now": {"N": _seconds(now)}},
                }
            }
            for key in keys
        ]

    def learn(self, ids: Mapping[str, str]) -> None:
        """Record ids that a GET has shown, and end the claims on them. The first id learnt for a key stays."""
        for key, party_id in ids.items():
            answer = self._client.update_item(
                TableName=self._table,
                Key=_key(key),
                UpdateExpression="SET party_id = if_not_exists(party_id, :id) REMOVE claim_owner, claim_until",
                ExpressionAttributeValues={":id": {"S": party_id}},
                ReturnValues="ALL_NEW",
            )
            self._known[key] = answer["Attributes"]["party_id"]["S"]

    def release(self, keys: Iterable[str], owner: str) -> None:
        """Give up claims of a call that will never be made again, so that others may introduce these parties."""
        for key in keys:
            try:
                self._client.delete_item(
                    TableName=self._table,
                    Key=_key(key),
                    ConditionExpression="attribute_not_exists(party_id) AND claim_owner = :owner",
                    ExpressionAttributeValues={":owner": {"S": owner}},
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                continue  # learnt meanwhile, or somebody else's claim by now

    def _read(self, keys: list[str]) -> None:
        request: dict[str, Any] = {self._table: {"Keys": [_key(key) for key in keys], "ConsistentRead": True}}
        while request:
            answer = self._client.batch_get_item(RequestItems=request)
            for item in answer["Responses"].get(self._table, []):
                if "party_id" in item:
                    self._known[item["pk"]["S"].removeprefix("PARTY#")] = item["party_id"]["S"]
            request = dict(answer.get("UnprocessedKeys", {}))


def _key(key: str) -> dict[str, Any]:
    return {"pk": {"S": f"PARTY#{key}"}, "sk": {"S": "PARTY"}}


def _seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))
