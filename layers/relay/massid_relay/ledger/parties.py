"""Ids of participants and addresses, and claims on newcomers, so that no two documents introduce the same one."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from massid_relay.core.first_contact import Learnt
from massid_relay.core.jsons import canonical, loads
from massid_relay.core.party_marks import Marks, most_at

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEYS_PER_READ = 100
"""BatchGetItem's limit (docs.aws.amazon.com, amazondynamodb, API_BatchGetItem)."""
_FREE = "attribute_not_exists(party_id) AND (claim_owner = :owner OR claim_until < :now)"


class KnownOtherwise(Exception):
    """A participant or address is known under another id; the text says which of the two kinds."""


class BeingIntroduced(Exception):
    """A document is introducing a participant or address right now; the text says which of the two kinds."""


class PartyStore:
    """The map from a party's key (core/first_contact.py) to its id and marks. Neither ever changes, so a container remembers
    them."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._known: dict[str, str] = {}
        self._marks: dict[str, Marks] = {}

    def known(self, keys: Iterable[str]) -> dict[str, str]:
        """Ids of those keys that have one. Their marks come along, see `marks`."""
        wanted = list(dict.fromkeys(keys))
        for item in self._read(key for key in wanted if key not in self._known):
            self._remember(item)
        return {key: self._known[key] for key in wanted if key in self._known}

    def marks(self, key: str) -> Marks:
        """Marks of a participant that `known` has found."""
        return self._marks.get(key, {})

    def at(self, places: Iterable[str]) -> dict[str, list[Marks]]:
        """Marks of the addresses that are known at these places; each holds the address's `id` too."""
        items = self._read(dict.fromkeys(places))
        return {_named(item): [loads(text) for text in item["addresses"]["SS"]] for item in items}

    def claims(self, keys: Iterable[str], owner: str, now: datetime, until: datetime) -> list[dict[str, Any]]:
        """Transaction items that claim all these newcomers for one document: all of them or none."""
        return [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": _key(key) | {"claim_owner": {"S": owner}, "claim_until": {"N": _seconds(until)}},
                    "ConditionExpression": f"attribute_not_exists(pk) OR ({_FREE})",
                    "ExpressionAttributeValues": {":owner": {"S": owner}, ":now": {"N": _seconds(now)}},
                }
            }
            for key in keys
        ]

    def learn(self, learnt: Learnt) -> None:
        """Record ids that a GET has shown, and end the claims on them. The first id learnt for a key stays.

        Addresses come before participants: whoever finds the participant known finds its address known too.
        """
        for place, addresses in learnt.places.items():
            self._place(place, addresses)
        for key in sorted(learnt.ids):
            values = _values(learnt, key)
            kept = ", ".join(f"{name} = if_not_exists({name}, :{name})" for name in values)
            answer = self._client.update_item(
                TableName=self._table,
                Key=_key(key),
                UpdateExpression=f"SET {kept} REMOVE claim_owner, claim_until",
                ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
                ReturnValues="ALL_NEW",
            )
            self._remember(answer["Attributes"] | _key(key))

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

    def adopt(self, learnt: Learnt, now: datetime) -> bool:
        """Record ids that a person brings; whether that is news. Raises KnownOtherwise, BeingIntroduced.

        A document that begins to introduce one of them in the very moment between the look and the write goes on; the id
        that was adopted stays all the same.
        """
        standing = {_named(item): item for item in self._read(learnt.ids)}
        for key, item in sorted(standing.items()):
            if item.get("party_id", {"S": learnt.ids[key]})["S"] != learnt.ids[key]:
                raise KnownOtherwise(key.partition("-")[0])
            if int(item.get("claim_until", {"N": "0"})["N"]) > now.timestamp():
                raise BeingIntroduced(key.partition("-")[0])
        self.learn(learnt)
        return any("party_id" not in standing.get(key, {}) for key in learnt.ids)

    def forget(self, keys: Iterable[str]) -> None:
        """Delete what is known under these keys and with it, unless a document introduces it right now. It comes again as a
        newcomer."""
        wanted = list(dict.fromkeys(keys))
        others = {name for item in self._read(wanted) for name in item.get("companions", {"SS": []})["SS"]}
        for key in [*sorted(others.difference(wanted)), *wanted]:
            with suppress(self._client.exceptions.ConditionalCheckFailedException):
                self._client.delete_item(
                    TableName=self._table, Key=_key(key), ConditionExpression="attribute_not_exists(claim_owner)"
                )

    def _place(self, place: str, addresses: Sequence[Marks]) -> None:
        """Added to what is known there, up to a bound; adding it again changes nothing."""
        marks = sorted({canonical(marks) for marks in addresses})
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.update_item(
                TableName=self._table,
                Key=_key(place),
                UpdateExpression="ADD addresses :addresses",
                ConditionExpression="attribute_not_exists(addresses) OR size(addresses) < :most",
                ExpressionAttributeValues={":addresses": {"SS": marks}, ":most": {"N": str(most_at(place))}},
            )

    def _remember(self, item: Any) -> None:
        if "party_id" in item:
            self._known[_named(item)] = item["party_id"]["S"]
            self._marks[_named(item)] = {name: mark["S"] for name, mark in item.get("marks", {"M": {}})["M"].items()}

    def _read(self, keys: Iterable[str]) -> Iterator[Any]:
        wanted = [_key(key) for key in keys]
        for start in range(0, len(wanted), _KEYS_PER_READ):
            request: dict[str, Any] = {
                self._table: {"Keys": wanted[start : start + _KEYS_PER_READ], "ConsistentRead": True}
            }
            while request:
                answer = self._client.batch_get_item(RequestItems=request)
                yield from answer["Responses"].get(self._table, [])
                request = dict(answer.get("UnprocessedKeys", {}))


def _values(learnt: Learnt, key: str) -> dict[str, Any]:
    """What is kept of it, by attribute."""
    marks, companions = learnt.participants.get(key), learnt.companions.get(key)
    return {
        "party_id": {"S": learnt.ids[key]},
        **({"marks": _map(marks)} if marks else {}),
        **({"companions": {"SS": companions}} if companions else {}),
    }


def _map(marks: Marks) -> Any:
    return {"M": {name: {"S": mark} for name, mark in marks.items()}}


def _named(item: Any) -> str:
    """The party's or place's key."""
    name: str = item["pk"]["S"]
    return name.removeprefix("PARTY#")


def _key(key: str) -> dict[str, Any]:
    return {"pk": {"S": f"PARTY#{key}"}, "sk": {"S": "PARTY"}}


def _seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))
