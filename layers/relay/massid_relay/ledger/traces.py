"""Traces of messages that workers might be dying over before they write anything else.

A message that was received often leaves a trace before it is handled, and takes it away when it is done with, whatever the
end. A trace that is still there was left by a worker that died.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class TraceStore:
    """Counts beginnings without an end, by message id."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def begin(self, message_id: str, kept_until: datetime) -> int:
        """Leave a trace; how many workers began before and never ended."""
        answer = self._client.update_item(
            TableName=self._table,
            Key=_key(message_id),
            UpdateExpression="ADD beginnings :one SET expires = :until",
            ExpressionAttributeValues={":one": {"N": "1"}, ":until": {"N": str(int(kept_until.timestamp()))}},
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["beginnings"]["N"]) - 1

    def end(self, message_id: str) -> None:
        """Take the trace away: the worker lived."""
        self._client.delete_item(TableName=self._table, Key=_key(message_id))


def _key(message_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"TRACE#{message_id}"}, "sk": {"S": "TRACE"}}
