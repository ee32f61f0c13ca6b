"""Order records, the cap of the day, whose order an id is, and whether the provider's list is known to show our keys.

| pk | sk | what |
| --- | --- | --- |
| `ORDER#<external id>` | `ORDER` | the record of one order (core/orders/record.py), as one JSON text |
| `ORDERED#<Carbonext's id>` | `ORDERED` | whose order that is; written with the confirmation |
| `ORDERS#<day>` | `ORDERS` | VCUs that count toward the day's cap |
| `ECHO#<hash of the API's address>` | `ECHO` | when a key of ours was first seen in the list |

Orders to be looked at again are listed in the index under `ORDERS`, by the time of the next look.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from massid_relay.core.clock import iso
from massid_relay.core.errors import CapExceeded, FieldProblem
from massid_relay.core.orders.record import OrderRecord
from massid_relay.ledger.documents import StaleRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FOLLOWED = "ORDERS"


@cache
def _record() -> TypeAdapter[OrderRecord]:
    """Built at its first use, not at import."""
    return TypeAdapter(OrderRecord)


def order_of(item: dict[str, Any]) -> OrderRecord:
    """The record in an item of the ledger."""
    return _record().validate_json(item["body"]["S"])


_KEYS_PER_READ = 100
"""BatchGetItem's limit (docs.aws.amazon.com, amazondynamodb, API_BatchGetItem)."""


@dataclass(frozen=True, slots=True)
class CapChange:
    """VCUs that a day gains or, negative, gets back. `cap`: what the day may hold."""

    day: str
    vcus: Decimal
    cap: Decimal


class OrderStore:
    """All that the ledger holds of orders."""

    def __init__(self, client: "DynamoDBClient", table: str, api_url: str) -> None:
        """`api_url`: what one environment's list shows proves nothing about another's."""
        self._client = client
        self._table = table
        self._echo_key: dict[str, Any] = {
            "pk": {"S": f"ECHO#{hashlib.sha256(api_url.encode()).hexdigest()[:32]}"},
            "sk": {"S": "ECHO"},
        }

    def load(self, external_id: str) -> OrderRecord | None:
        """The record as it stands; None if the ledger does not know the order."""
        answer = self._client.get_item(TableName=self._table, Key=_key(external_id), ConsistentRead=True)
        item = answer.get("Item")
        return order_of(item) if item else None

    def save(self, record: OrderRecord, *, look_at: datetime | None = None, cap: CapChange | None = None) -> None:
        """Write the record if nobody wrote it since. Raises StaleRecord, or CapExceeded if the day has no room."""
        record.version += 1
        items: list[Any] = [{"Put": self._put(record, look_at)}]
        if cap is not None:
            items.append({"Update": self._count(cap)})
        if record.order_id is not None:
            owned = {"external_id": {"S": record.external_id}} | _owned_key(record.order_id)
            items.append({"Put": {"TableName": self._table, "Item": owned}})
        try:
            self._client.transact_write_items(TransactItems=items)
        except ClientError as error:
            record.version -= 1
            raise _translated(error, has_cap=cap is not None) from None

    def due(self, before: datetime, limit: int) -> list[str]:
        """External ids of the orders that shall be looked at."""
        answer = self._client.query(
            TableName=self._table,
            IndexName="index",
            KeyConditionExpression="gpk = :followed AND gsk < :before",
            ExpressionAttributeValues={":followed": {"S": FOLLOWED}, ":before": {"S": iso(before)}},
            Limit=limit,
        )
        return [item["pk"]["S"].removeprefix("ORDER#") for item in answer["Items"]]

    def known(self, order_ids: Iterable[str]) -> set[str]:
        """Those of Carbonext's ids that are orders of ours."""
        wanted = sorted(set(order_ids))
        found: set[str] = set()
        for start in range(0, len(wanted), _KEYS_PER_READ):
            keys = [_owned_key(order_id) for order_id in wanted[start : start + _KEYS_PER_READ]]
            request: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
            while request:
                answer = self._client.batch_get_item(RequestItems=request)
                found |= {item["pk"]["S"].removeprefix("ORDERED#") for item in answer["Responses"].get(self._table, [])}
                request = answer.get("UnprocessedKeys", {})
        return found

    def ordered_on(self, day: str) -> Decimal:
        """VCUs that count toward that day's cap."""
        answer = self._client.get_item(TableName=self._table, Key=_day_key(day), ConsistentRead=True)
        return Decimal(answer["Item"]["vcus"]["N"]) if "Item" in answer else Decimal(0)

    def echo_seen(self) -> bool:
        """Whether a key of ours was ever seen in the list."""
        return "Item" in self._client.get_item(TableName=self._table, Key=self._echo_key, ConsistentRead=True)

    def learn_echo(self, now: datetime) -> None:
        """A key of ours stands in the list."""
        self._client.put_item(TableName=self._table, Item=self._echo_key | {"seen_at": {"S": iso(now)}})

    def _put(self, record: OrderRecord, look_at: datetime | None) -> dict[str, Any]:
        item = {
            **_key(record.external_id),
            "version": {"N": str(record.version)},
            "body": {"S": _record().dump_json(record, exclude_defaults=True).decode()},
        }
        if look_at is not None:
            item |= {"gpk": {"S": FOLLOWED}, "gsk": {"S": iso(look_at)}}
        put: dict[str, Any] = {"TableName": self._table, "Item": item}
        if record.version == 1:
            return put | {"ConditionExpression": "attribute_not_exists(pk)"}
        seen = {":seen": {"N": str(record.version - 1)}}
        return put | {"ConditionExpression": "version = :seen", "ExpressionAttributeValues": seen}

    def _count(self, cap: CapChange) -> dict[str, Any]:
        """A condition can't add, so the room left is compared: what stands there must leave space for these."""
        update: dict[str, Any] = {
            "TableName": self._table,
            "Key": _day_key(cap.day),
            "UpdateExpression": "ADD vcus :vcus",
            "ExpressionAttributeValues": {":vcus": _number(cap.vcus)},
        }
        if cap.vcus > 0:
            update["ConditionExpression"] = "attribute_not_exists(vcus) OR vcus <= :room"
            update["ExpressionAttributeValues"][":room"] = _number(cap.cap - cap.vcus)
        return update


def _key(external_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"ORDER#{external_id}"}, "sk": {"S": "ORDER"}}


def _owned_key(order_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"ORDERED#{order_id}"}, "sk": {"S": "ORDERED"}}


def _day_key(day: str) -> dict[str, Any]:
    return {"pk": {"S": f"ORDERS#{day}"}, "sk": {"S": "ORDERS"}}


def _number(vcus: Decimal) -> dict[str, Any]:
    return {"N": format(vcus, "f")}


def _translated(error: ClientError, *, has_cap: bool) -> Exception:
    if error.response["Error"]["Code"] != "TransactionCanceledException":
        return error
    reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
    if has_cap and len(reasons) > 1 and reasons[0] in {None, "None"} and reasons[1] == "ConditionalCheckFailed":
        field = FieldProblem("order.vcuAmount", "is more than the day's cap leaves")
        return CapExceeded("the cap of the day has no room for this order", fields=[field])
    if {"ConditionalCheckFailed", "TransactionConflict"} & set(reasons):
        return StaleRecord()
    return error
