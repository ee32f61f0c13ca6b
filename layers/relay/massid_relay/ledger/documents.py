"""Document records: loaded with a consistent read, written whole under the condition that nobody wrote in between."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from massid_relay.core.clock import iso
from massid_relay.core.errors import Busy
from massid_relay.core.record import DocumentRecord
from massid_relay.ledger.pages import items_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WAITING = "WAITING"


@cache
def _record() -> TypeAdapter[DocumentRecord]:
    """Built at its first use, not at import."""
    return TypeAdapter(DocumentRecord)


def packed(record: DocumentRecord) -> bytes:
    """The record as the ledger keeps it: JSON, compressed, for DynamoDB bills a write by the KB and most of it is hex."""
    return zlib.compress(_record().dump_json(record, exclude_defaults=True))


def unpacked(body: bytes) -> DocumentRecord:
    """The record that `packed` made."""
    return _record().validate_json(zlib.decompress(body))


class StaleRecord(Exception):
    """Somebody else wrote the record since it was loaded. Load it again and decide again."""


class ClaimedElsewhere(Busy):
    """A newcomer of this call is being introduced by another document."""


class DocumentStore:
    """The records of all documents."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def load(self, external_id: str, generation: int | None = None) -> DocumentRecord:
        """The record of that generation, by default of the newest; a new one (version 0) if the ledger does not know it."""
        found = self._newest(external_id) if generation is None else self._exactly(external_id, generation)
        return unpacked(found["body"]["B"]) if found else DocumentRecord(external_id, generation or 1)

    def _exactly(self, external_id: str, generation: int) -> dict[str, Any] | None:
        answer: Any = self._client.get_item(
            TableName=self._table, Key=_key(external_id, generation), ConsistentRead=True, ProjectionExpression="body"
        )
        found: dict[str, Any] | None = answer.get("Item")
        return found

    def _newest(self, external_id: str) -> dict[str, Any] | None:
        """One item is read and billed, as with GetItem: the payloads under the same key sort elsewhere."""
        answer: Any = self._client.query(**self._of_document(external_id), ScanIndexForward=False, Limit=1)
        return next(iter(answer["Items"]), None)

    def _of_document(self, external_id: str) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "ConsistentRead": True,
            "ProjectionExpression": "body",
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :generation)",
            "ExpressionAttributeValues": {":pk": _key(external_id, 1)["pk"], ":generation": {"S": "GEN#"}},
        }

    def generations(self, external_id: str) -> list[DocumentRecord]:
        """Every record of that external id, oldest generation first; none if the ledger does not know it."""
        return [unpacked(item["body"]["B"]) for item in items_of(self._client, **self._of_document(external_id))]

    def save(
        self,
        record: DocumentRecord,
        *,
        look_at: datetime | None = None,
        together_with: Sequence[dict[str, Any]] = (),
    ) -> None:
        """Write the record if nobody wrote it since; `together_with` are further items of the same transaction.

        `look_at`: when `sweep` shall look at it again, because something waits. Raises StaleRecord, ClaimedElsewhere.
        """
        record.version += 1
        put: Any = {"TableName": self._table, "Item": self._item(record, look_at), **_unchanged(record.version - 1)}
        try:
            if together_with:
                items: Any = [{"Put": put}, *together_with]
                self._client.transact_write_items(TransactItems=items)
            else:
                self._client.put_item(**put)
        except ClientError as error:
            record.version -= 1
            raise _translated(error) from None

    def replace(self, old: DocumentRecord, new: DocumentRecord, look_at: datetime) -> None:
        """Write the next generation and the mark on the one that it replaces, both or none. Raises StaleRecord."""
        new.version = 1
        put: Any = {"TableName": self._table, "Item": self._item(new, look_at), **_unchanged(0)}
        self.save(old, together_with=[{"Put": put}])

    def waiting(self, before: datetime, limit: int) -> list[tuple[str, int]]:
        """External id and generation of documents whose next look is due."""
        answer = self._client.query(
            TableName=self._table,
            IndexName="index",
            KeyConditionExpression="gpk = :waiting AND gsk < :before",
            ExpressionAttributeValues={":waiting": {"S": WAITING}, ":before": {"S": iso(before)}},
            Limit=limit,
        )
        return [_identity(item["pk"]["S"], item["sk"]["S"]) for item in answer["Items"]]

    def _item(self, record: DocumentRecord, look_at: datetime | None) -> dict[str, Any]:
        item = {
            **_key(record.external_id, record.generation),
            "version": {"N": str(record.version)},
            "body": {"B": packed(record)},
        }
        if look_at is not None:
            item |= {"gpk": {"S": WAITING}, "gsk": {"S": iso(look_at)}}
        return item


def _key(external_id: str, generation: int) -> dict[str, Any]:
    return {"pk": {"S": f"DOC#{external_id}"}, "sk": {"S": f"GEN#{generation:05}"}}


def _identity(pk: str, sk: str) -> tuple[str, int]:
    return pk.removeprefix("DOC#"), int(sk.removeprefix("GEN#"))


def _unchanged(version: int) -> dict[str, Any]:
    if version == 0:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "version = :seen",
        "ExpressionAttributeValues": {":seen": {"N": str(version)}},
    }


def _translated(error: ClientError) -> Exception:
    code = error.response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        return StaleRecord()
    if code == "TransactionCanceledException":
        reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
        if reasons and reasons[0] == "ConditionalCheckFailed":
            return StaleRecord()
        if "ConditionalCheckFailed" in reasons:
            return ClaimedElsewhere("another document introduces the same newcomer", retry_after=2)
        if "TransactionConflict" in reasons:
            return StaleRecord()
    if code == "TransactionConflictException":
        return StaleRecord()
    return error
