"""The index of dead letters: why each lies dead. The message itself rests in the dead-letter queue.

One that rests stays in the index for as long as it takes; one that was redriven or discarded for a year more.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from massid_relay.core.clock import iso
from massid_relay.core.errors import FieldProblem, Refusal
from massid_relay.ledger.pages import items_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DEAD = "DEAD"
KEPT = timedelta(days=365)
"""For how long one can be asked what became of a letter: longer than any queue keeps a message that could be buried again."""


class DeadLetterState(StrEnum):
    """What became of it."""

    RESTING = "resting"
    REDRIVEN = "redriven"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One reason, without personal data (invariant 7). `queue` is the resource name of the queue it came from."""

    id: str
    queue: str
    error_type: str
    reason: str
    at: datetime
    first_attempt: datetime
    external_id: str | None = None
    item: str | None = None
    """The event's external id or the file's name, where only one part of a message lies dead; a bulk file's run."""
    fields: tuple[FieldProblem, ...] = ()
    vendor_error_id: str | None = None
    state: DeadLetterState = DeadLetterState.RESTING
    why: str | None = None
    """Why a person discarded it."""
    generation: int | None = None
    """Which document of the external id it is about, as it was when it died; none where no document was known then."""

    def refusal(self, message_id: str) -> Refusal:
        """The answer that it tells of, to that message."""
        return Refusal(message_id, self.error_type, self.reason, self.fields, self.vendor_error_id)


@cache
def _letter() -> TypeAdapter[DeadLetter]:
    """Built at its first use, not at import."""
    return TypeAdapter(DeadLetter)


def letter_of(item: dict[str, Any]) -> DeadLetter:
    """The reason in an item of the ledger."""
    return _letter().validate_json(item["body"]["S"])


class DeadLetterIndex:
    """Writes and reads the reasons."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def put(self, letter: DeadLetter) -> None:
        """Write the reason; writing it again under the same id changes nothing that matters."""
        place = f"{iso(letter.at)}#{letter.external_id or ''}#{letter.id}"
        self._write(letter, {"gpk": {"S": DEAD}, "gsk": {"S": place}})

    def settle(self, letter: DeadLetter, now: datetime) -> None:
        """Write what became of it: it is listed no longer, and deleted by DynamoDB in a year."""
        self._write(letter, {"expires": {"N": str(int((now + KEPT).timestamp()))}})

    def _write(self, letter: DeadLetter, more: dict[str, Any]) -> None:
        item = {**_key(letter.id), "body": {"S": _letter().dump_json(letter).decode()}, **more}
        self._client.put_item(TableName=self._table, Item=item)

    def get(self, dead_letter_id: str) -> DeadLetter | None:
        """The reason of that id."""
        answer = self._client.get_item(TableName=self._table, Key=_key(dead_letter_id), ConsistentRead=True)
        return letter_of(answer["Item"]) if "Item" in answer else None

    def resting(self) -> Sequence[DeadLetter]:
        """All that lie dead, oldest first."""
        return self._read(item["pk"]["S"] for item in self._listed())

    def resting_of(self, external_id: str) -> Sequence[DeadLetter]:
        """Those of one document, oldest first. The index tells whose each one is, so no other is read."""
        return self._read(item["pk"]["S"] for item in self._listed() if _whose(item["gsk"]["S"]) == external_id)

    def _listed(self) -> Iterator[dict[str, Any]]:
        return items_of(
            self._client,
            TableName=self._table,
            IndexName="index",
            KeyConditionExpression="gpk = :dead",
            ExpressionAttributeValues={":dead": {"S": DEAD}},
        )

    def _read(self, keys: Iterable[str]) -> list[DeadLetter]:
        ids = [key.removeprefix("DEAD#") for key in keys]
        return [letter for letter in map(self.get, ids) if letter is not None]


def _whose(place: str) -> str:
    """The external id between the time and the letter's own id."""
    return place.partition("#")[2].rpartition("#")[0]


def _key(dead_letter_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"DEAD#{dead_letter_id}"}, "sk": {"S": "DEAD"}}
