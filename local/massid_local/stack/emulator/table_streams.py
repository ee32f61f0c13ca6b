"""Streams of tables, in place of what in moto would grow for ever, tell of what never was, or answer at once with nothing.

A transaction that failed leaves no trace in the stream. The newest records are kept. A reader waits for the next change for
a while, which spares everybody's processor; DynamoDB itself would answer at once.
"""

import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import moto.dynamodb.models as dynamodb
import moto.dynamodbstreams.models as streams
from moto.core.utils import unix_time
from moto.dynamodb.models.table import StreamShard

KEPT = 5_000
"""Records of a stream. DynamoDB keeps them for a day; the one reader here is seconds behind."""
LONGEST_WAIT = 5.0
"""Seconds."""
_FIRST = 1100000000017454423009

Record = dict[str, Any]


class _Shard:
    """The records of one table. Writers come one at a time (repairs.py), readers beside them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._records: deque[Record] = deque(maxlen=KEPT)
        self._next = _FIRST
        self._held: list[Record] | None = None

    def add(self, record: Record) -> None:
        """In a transaction under way it is held back."""
        if self._held is not None:
            self._held.append(record)
        else:
            self._publish([record])

    def begin(self) -> None:
        """A transaction begins."""
        self._held = []

    def end(self, *, well: bool) -> None:
        """It ends; if not well, it never was."""
        held, self._held = self._held or [], None
        if well:
            self._publish(held)

    def _publish(self, records: list[Record]) -> None:
        with self._changed:
            for record in records:
                record["dynamodb"]["SequenceNumber"] = str(self._next)
                self._records.append(record)
                self._next += 1
            self._changed.notify_all()

    @property
    def newest(self) -> int:
        """The sequence number that comes next."""
        return self._next

    def read(self, start: int, limit: int) -> list[Record]:
        """What begins at that sequence number; waits a while if there is nothing."""
        with self._changed:
            self._changed.wait_for(lambda: self._next > start, LONGEST_WAIT)
            begins = self._next - len(self._records)
            skipped = max(start - begins, 0)
            return [record for place, record in enumerate(self._records) if skipped <= place < skipped + limit]


@dataclass(frozen=True, slots=True)
class _Iterator:
    """All that it is stands in its name, so nothing is kept of it."""

    stream_arn: str
    start: int

    @property
    def arn(self) -> str:
        return f"{self.stream_arn}|1|{self.start}"


def install() -> None:
    """Change moto."""
    backend = dynamodb.DynamoDBBackend
    replaced: list[tuple[type, str, Callable[..., Any]]] = [
        (StreamShard, "__init__", _make),
        (StreamShard, "add", _add),
        (streams.DynamoDBStreamsBackend, "get_shard_iterator", _get_shard_iterator),
        (streams.DynamoDBStreamsBackend, "get_records", _get_records),
        (backend, "transact_write_items", _in_one(backend.transact_write_items)),
    ]
    for owner, name, member in replaced:
        setattr(owner, name, member)


def _make(shard: Any, account_id: str, table: Any) -> None:
    shard.account_id, shard.table = account_id, table
    shard.id = "shardId-00000001541626099285-f35f62ef"
    shard.starting_sequence_number = _FIRST
    shard.created_on = unix_time()
    shard.kept = _Shard()


def _add(shard: Any, old: Any, new: Any) -> None:
    """Images are taken now: moto changes an item in place."""
    images = {
        name: item.to_json()["Attributes"] for name, item in (("OldImage", old), ("NewImage", new)) if item is not None
    }
    known = old or new
    told = {
        "ApproximateCreationDateTime": int(unix_time()),
        "Keys": {
            shard.table.hash_key_attr: known.hash_key.to_json(),
            shard.table.range_key_attr: known.range_key.to_json(),
        },
        "SizeBytes": 1,
        "StreamViewType": shard.table.stream_specification["StreamViewType"],
        **images,
    }
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    about = {"eventID": uuid.uuid4().hex, "eventName": name, "eventVersion": "1.1", "eventSource": "aws:dynamodb"}
    shard.kept.add({**about, "awsRegion": shard.table.region_name, "dynamodb": told})


def _get_shard_iterator(backend: Any, arn: str, shard_id: str, kind: str, sequence_number: int | None = None) -> Any:
    shard = backend._get_table_from_arn(arn).stream_shard
    given = sequence_number or _FIRST
    starts = {
        "TRIM_HORIZON": _FIRST,
        "LATEST": shard.kept.newest,
        "AT_SEQUENCE_NUMBER": given,
        "AFTER_SEQUENCE_NUMBER": given + 1,
    }
    return _Iterator(arn, starts[kind])


def _get_records(backend: Any, iterator_arn: str, limit: int) -> dict[str, Any]:
    arn, _, start = iterator_arn.split("|")
    records = backend._get_table_from_arn(arn).stream_shard.kept.read(int(start), limit)
    after = int(records[-1]["dynamodb"]["SequenceNumber"]) + 1 if records else int(start)
    return {"NextShardIterator": _Iterator(arn, after).arn, "Records": records}


def _in_one(method: Callable[..., Any]) -> Callable[..., Any]:
    """All records of a transaction, or none. Transactions come one at a time."""

    @wraps(method)
    def transact(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        shards = [table.stream_shard.kept for table in backend.tables.values() if table.stream_shard is not None]
        for shard in shards:
            shard.begin()
        well = False
        try:
            method(backend, transact_items)
            well = True
        finally:
            for shard in shards:
                shard.end(well=well)

    return transact
