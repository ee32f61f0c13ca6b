"""Events that relate their document to another one by its external id: the other one's network id comes from the ledger.

While the other document is not confirmed, the event waits in the record (core/timeline.py). What will wake it is written
into the other document's record *before* the event is left to wait (invariant 2); creating that document reads it there at
no cost. Neither document waits for an event of the other, so two that relate to each other don't lock.
"""

from massid_relay.bootstrap import Relay
from massid_relay.core.record import DocumentRecord, EventState
from massid_relay.work.changes import apply
from massid_relay.work.turn import Turn


def resolve_related(turn: Turn) -> None:
    """Look up the other document of each event that waits for its turn. Of several generations the newest counts."""
    record = turn.record
    if not record.created or record.superseded:
        return
    in_flight = record.batch.event_ids if record.batch else []
    for entry in record.events:
        if entry.related is None or entry.state is not EventState.WAITING or entry.external_id in in_flight:
            continue
        found = _document_id(turn.relay, entry.related, record.external_id)
        if found != entry.related_id:
            entry.related_id, turn.dirty = found, True


def _document_id(relay: Relay, external_id: str, waiter: str) -> str | None:
    """The network id of that document; while it has none, the waiter is written into its record."""
    other = relay.documents.load(external_id)
    if not other.created and waiter not in other.wanted_by:
        other = apply(relay, other, lambda fresh: _want(fresh, waiter))
    return other.document_id if other.created else None


def _want(other: DocumentRecord, waiter: str) -> None:
    if not other.created and waiter not in other.wanted_by:
        other.wanted_by.append(waiter)
