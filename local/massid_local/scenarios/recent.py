"""The ledger as it was a moment ago: many scenarios look at one table all the time, and one read of it serves them all."""

import threading
import time
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from botocore.exceptions import ClientError

MOMENT_SECONDS: Final = 0.5


class RecentLedger:
    """A DynamoDB client for readers. What it answers may be `MOMENT_SECONDS` old; everything but reading is refused."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table
        self._reading = threading.Lock()
        self._items: dict[tuple[str, str], dict[str, Any]] = {}
        self._read_at = 0.0

    def get_item(self, *, Key: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """As boto3's."""
        item = self._now().get((Key["pk"]["S"], Key["sk"]["S"]))
        return {"Item": item} if item is not None else {}

    def query(self, **asked: Any) -> dict[str, Any]:
        """As boto3's, for the conditions that `_holds` knows."""
        told = asked["KeyConditionExpression"]
        values = {name: value["S"] for name, value in asked["ExpressionAttributeValues"].items()}
        conditions = [part.strip() for part in told.split(" AND ")]
        found = [item for item in self._now().values() if all(_holds(one, item, values) for one in conditions)]
        sort = "gsk" if "gpk" in told else "sk"
        found.sort(key=lambda item: item.get(sort, {}).get("S", ""), reverse=not asked.get("ScanIndexForward", True))
        return {"Items": found[: asked.get("Limit")]}

    def get_paginator(self, operation: str) -> "_Pages":
        """As boto3's, for `query`."""
        if operation != "query":
            raise NotImplementedError(operation)
        return _Pages(self)

    def _now(self) -> dict[tuple[str, str], dict[str, Any]]:
        with self._reading:
            if time.monotonic() - self._read_at > MOMENT_SECONDS:
                pages = self._client.get_paginator("scan").paginate(TableName=self._table)
                items = [item for page in pages for item in page["Items"]]
                self._items = {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
                self._read_at = time.monotonic()
            return self._items


class NoExecutions:
    """A Step Functions client that knows none: scenarios read the list of executions, not each one's history."""

    def describe_execution(self, **_: Any) -> NoReturn:
        """As boto3's for an execution that doesn't exist."""
        raise ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "DescribeExecution")


class _Pages:
    """All of a query is one page."""

    def __init__(self, ledger: RecentLedger) -> None:
        self._ledger = ledger

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        yield self._ledger.query(**asked)


def _holds(condition: str, item: dict[str, Any], values: dict[str, str]) -> bool:
    """`gpk = :dead`, `gsk < :before` or `begins_with(sk, :beginning)`."""
    if condition.startswith("begins_with("):
        name, value = condition.removeprefix("begins_with(").rstrip(")").split(", ")
        return bool(item.get(name, {}).get("S", "").startswith(values[value]))
    name, operator, value = condition.split(" ")
    if name not in item:
        return False
    return bool(item[name]["S"] < values[value] if operator == "<" else item[name]["S"] == values[value])
