"""Bulk runs, and the external ids that each has fed.

| pk | sk | what |
| --- | --- | --- |
| `BULK#<file name>` | `VERSION#<object version>` | the run (core/bulk/run.py), as one JSON text |
| `FED#<run>` | `ID#<external id>` | the line that brought it: a second one of the same file is refused |
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from massid_relay.core.bulk.run import BulkRun
from massid_relay.ledger.documents import StaleRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_CLAIMS = 100
"""Items of one transaction (docs.aws.amazon.com, amazondynamodb, API_TransactWriteItems)."""


@cache
def _run() -> TypeAdapter[BulkRun]:
    """Built at its first use, not at import."""
    return TypeAdapter(BulkRun)


class BulkStore:
    """All that the ledger holds of bulk runs."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def load(self, name: str, object_version: str) -> BulkRun | None:
        """The run of that version of that file."""
        answer = self._client.get_item(TableName=self._table, Key=_key(name, object_version), ConsistentRead=True)
        return _run().validate_json(answer["Item"]["body"]["S"]) if "Item" in answer else None

    def save(self, run: BulkRun) -> None:
        """Write it if nobody wrote it since. Raises StaleRecord."""
        run.version += 1
        item = {
            **_key(run.name, run.object_version),
            "version": {"N": str(run.version)},
            "body": {"S": _run().dump_json(run, exclude_defaults=True).decode()},
        }
        condition: Any = {"ConditionExpression": "attribute_not_exists(pk)"}
        if run.version > 1:
            seen = {":seen": {"N": str(run.version - 1)}}
            condition = {"ConditionExpression": "version = :seen", "ExpressionAttributeValues": seen}
        try:
            self._client.put_item(TableName=self._table, Item=item, **condition)
        except self._client.exceptions.ConditionalCheckFailedException:
            run.version -= 1
            raise StaleRecord from None

    def runs(self, name: str) -> list[BulkRun]:
        """All runs of files of that name, oldest first."""
        pages = self._query(f"BULK#{name}", "VERSION#", "body")
        return sorted((_run().validate_json(item["body"]["S"]) for item in pages), key=lambda run: run.started_at)

    def claim(self, run: str, lines: Mapping[str, int]) -> dict[str, int]:
        """Note external ids and the lines that bring them, at most 100. Those that an earlier line has brought, with that
        line; they are not noted. The same line again is no other."""
        earlier: dict[str, int] = {}
        while open_ := [external_id for external_id in lines if external_id not in earlier]:
            try:
                self._client.transact_write_items(
                    TransactItems=[{"Put": self._claim(run, external_id, lines[external_id])} for external_id in open_]
                )
            except ClientError as error:
                taken = _taken(error, open_)
                if not taken:
                    raise
                earlier |= taken
            else:
                break
        return earlier

    def release(self, run: str, external_id: str) -> None:
        """Its line was not fed after all: another may bring it."""
        self._client.delete_item(TableName=self._table, Key=_claim_key(run, external_id))

    def fed(self, run: str) -> Iterator[str]:
        """The external ids that the run has fed, or is about to."""
        return (item["sk"]["S"].removeprefix("ID#") for item in self._query(f"FED#{run}", "ID#", "sk"))

    def _claim(self, run: str, external_id: str, line: int) -> Any:
        return {
            "TableName": self._table,
            "Item": {**_claim_key(run, external_id), "line": {"N": str(line)}},
            "ConditionExpression": "attribute_not_exists(pk) OR #line = :line",
            "ExpressionAttributeNames": {"#line": "line"},
            "ExpressionAttributeValues": {":line": {"N": str(line)}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _query(self, pk: str, begins: str, attribute: str) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :begins)",
            ExpressionAttributeValues={":pk": {"S": pk}, ":begins": {"S": begins}},
            ProjectionExpression=attribute,
        )
        return (item for page in pages for item in page["Items"])


def _taken(error: ClientError, asked: Sequence[str]) -> dict[str, int]:
    if error.response["Error"]["Code"] != "TransactionCanceledException":
        return {}
    reasons: Any = error.response.get("CancellationReasons", [])
    return {
        external_id: int(reason["Item"]["line"]["N"])
        for external_id, reason in zip(asked, reasons, strict=False)
        if reason.get("Code") == "ConditionalCheckFailed"
    }


def _key(name: str, object_version: str) -> dict[str, Any]:
    return {"pk": {"S": f"BULK#{name}"}, "sk": {"S": f"VERSION#{object_version}"}}


def _claim_key(run: str, external_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"FED#{run}"}, "sk": {"S": f"ID#{external_id}"}}
