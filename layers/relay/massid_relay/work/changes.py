"""Changing a record that others change too: the call is made once, its result is applied to the record as it now stands."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import Busy
from massid_relay.core.record import DocumentRecord, EventState
from massid_relay.core.timeline import something_waits
from massid_relay.ledger.documents import StaleRecord

_TRIES = 20
"""Writers of one record are few (its FIFO group, its files, its create): so many conflicts in a row are a fault."""


def apply(relay: Relay, record: DocumentRecord, change: Callable[[DocumentRecord], None]) -> DocumentRecord:
    """Change the record and save it; if somebody wrote in between, change what they wrote. Returns what was saved.

    `change` may raise to stop, for instance when another worker has taken the lease over.
    """
    for _ in range(_TRIES):
        change(record)
        try:
            save(relay, record)
        except StaleRecord:
            record = relay.documents.load(record.external_id, record.generation)
            continue
        return record
    raise Busy("too many writers of one record")


def save(
    relay: Relay,
    record: DocumentRecord,
    together_with: Sequence[dict[str, Any]] = (),
    look_at: datetime | None = None,
) -> None:
    """Save the record; while something in it waits without a message on a queue, `sweep` will look at it."""
    for entry in record.events:
        if entry.state is not EventState.WAITING:
            entry.waiting_since = None
    if not something_waits(record):
        record.waiting_since = None
    look_at = (look_at or relay.next_look) if record.waiting_since else None
    relay.documents.save(record, look_at=look_at, together_with=together_with)


def park(relay: Relay, record: DocumentRecord) -> bool:
    """Mark that the message about to be deleted leaves something waiting behind (invariant 2), and which events; whether that
    is news."""
    new = [entry for entry in record.events if entry.state is EventState.WAITING and entry.waiting_since is None]
    for entry in new:
        entry.waiting_since = relay.now()
    if not something_waits(record) or record.waiting_since is not None:
        return bool(new)
    record.waiting_since = relay.now()
    return True
