"""The ledger's stream as Lambda hands it over: each change of an item with its image before and after.

docs.aws.amazon.com, lambda, "Using AWS Lambda with Amazon DynamoDB": images are DynamoDB's JSON, bytes in Base64.
"""

import base64
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from massid_relay.core.announcements.details import Announcement
from massid_relay.core.announcements.documents import Lookup, of_document
from massid_relay.core.announcements.letters import of_letter
from massid_relay.core.announcements.orders import of_order
from massid_relay.core.announcements.runs import of_run
from massid_relay.core.record import DocumentRecord
from massid_relay.ledger.dead_letters import letter_of
from massid_relay.ledger.documents import unpacked
from massid_relay.ledger.orders import order_of
from massid_relay.ledger.runs import run_of

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One write of one item. `sequence` orders the changes of a shard; `at` is when the ledger took it, to the second."""

    sequence: str
    pk: str
    sk: str
    at: datetime
    old: Item | None
    new: Item | None
    table_arn: str


class Unreadable(Exception):
    """An image that this version of the code can't read; the text names the kind of error only."""


def changes(event: Any) -> list[Change]:
    """The changes in a Lambda event, in the shard's order. Anything but a stream's event is a KeyError or TypeError."""
    return [_change(record) for record in event["Records"]]


def _change(record: Item) -> Change:
    told = record["dynamodb"]
    return Change(
        sequence=told["SequenceNumber"],
        pk=told["Keys"]["pk"]["S"],
        sk=told["Keys"]["sk"]["S"],
        at=datetime.fromtimestamp(int(told["ApproximateCreationDateTime"]), UTC),
        old=told.get("OldImage"),
        new=told.get("NewImage"),
        table_arn=record["eventSourceARN"].partition("/stream/")[0],
    )


def announcements(change: Change, lookup: Lookup) -> list[Announcement]:
    """What a change tells; nothing of an item that was deleted, or of a kind that has nothing to tell. Raises Unreadable."""
    read = _READERS.get(change.sk.partition("#")[0])
    if read is None or change.new is None:
        return []
    try:
        return read(change, change.new, lookup)
    except (ValueError, KeyError, zlib.error) as error:
        raise Unreadable(type(error).__name__) from None


def _of_document(change: Change, new: Item, _: Lookup) -> list[Announcement]:
    return of_document(_document(change.old) if change.old else None, _document(new), change.at)


def _document(image: Item) -> DocumentRecord:
    return unpacked(base64.b64decode(image["body"]["B"], validate=True))


def _of_run(change: Change, new: Item, lookup: Lookup) -> list[Announcement]:
    external_id = change.pk.removeprefix("RUN#")
    return of_run(external_id, run_of(change.old) if change.old else None, run_of(new), change.at, lookup)


def _of_letter(change: Change, new: Item, lookup: Lookup) -> list[Announcement]:
    return of_letter(letter_of(change.old) if change.old else None, letter_of(new), change.at, lookup)


def _of_order(change: Change, new: Item, lookup: Lookup) -> list[Announcement]:
    return of_order(order_of(change.old) if change.old else None, order_of(new), change.at, lookup)


_READERS: dict[str, Callable[[Change, Item, Lookup], list[Announcement]]] = {
    "GEN": _of_document,
    "RUN": _of_run,
    "DEAD": _of_letter,
    "ORDER": _of_order,
}
"""By the first word of the sort key."""
KINDS = frozenset(_READERS)
"""What the mapping's filter in template.yaml lets through."""
