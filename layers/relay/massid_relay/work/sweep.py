"""Every few minutes: wake what a lost nudge left waiting, bury what has waited too long, end runs whose execution is gone.

Nothing in normal operation depends on it. A document that goes on waiting is looked at less and less often.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import Forgotten, Refusal, WaitedTooLong
from massid_relay.core.generations import to_be_seen_off
from massid_relay.core.jsons import JsonObject
from massid_relay.core.operation import Operation
from massid_relay.core.record import DocumentRecord, EventEntry, EventState, FileEntry, WaitKind
from massid_relay.core.timeline import next_step, something_waits
from massid_relay.ledger.documents import StaleRecord
from massid_relay.work.burial import bury
from massid_relay.work.changes import save
from massid_relay.work.nudges import addressed_to, ask_for_creation, creation_of, look_for_files, unattached, wake
from massid_relay.work.order_changes import follow_due_orders
from massid_relay.work.source import QueueName, Source
from massid_relay.work.sweep_runs import end_lost_runs
from massid_relay.work.unasked import tell_of_unasked
from massid_relay.work.waits import settle_waits

PER_SWEEP = 200
"""Records in one sweep: well inside a function's timeout. What is left is due at the next one."""
RUNS_PER_SWEEP = 100
LONGEST_INTERVAL = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did."""

    looked_at: int
    dead: int
    runs_ended: int


def sweep(relay: Relay) -> Swept:
    """One sweep."""
    due = relay.documents.waiting(relay.now(), PER_SWEEP)
    follow_due_orders(relay, PER_SWEEP)
    dead = sum(_look(relay, relay.documents.load(external_id, generation)) for external_id, generation in due)
    tell_of_unasked(relay, PER_SWEEP)
    return Swept(len(due), dead, end_lost_runs(relay, RUNS_PER_SWEEP))


def _look(relay: Relay, record: DocumentRecord) -> int:
    """Nudge one record on; how many of its parts have waited too long."""
    late_events, late_files = _late(relay, record)
    for entry in late_events:
        _give_up_event(relay, record, entry)
    for file in late_files:
        _give_up_file(relay, record, file)
    if _creation_is_late(relay, record):
        _give_up_creation(relay, record)
    settle_waits(relay, record)
    if something_waits(record):
        _nudge(relay, record)
    else:
        record.waiting_since = None
    try:
        save(relay, record, look_at=_next_look(relay, record))
    except StaleRecord:
        return 0  # somebody works on it right now: nothing was lost
    return len(late_events) + len(late_files)


def _nudge(relay: Relay, record: DocumentRecord) -> None:
    missing = unattached(record)
    if record.created and missing:
        look_for_files(relay, record, missing)
    if record.replaces is not None and record.create is None:
        ask_for_creation(relay, record)
    if record.events or to_be_seen_off(record) is not None:
        wake(relay, record.external_id, "Swept")


def _next_look(relay: Relay, record: DocumentRecord) -> datetime | None:
    """As long again as it has waited already, within bounds."""
    if record.waiting_since is None:
        return None
    waited = relay.now() - record.waiting_since
    shortest = timedelta(seconds=float(relay.settings.sweep_after_seconds))
    return relay.now() + min(max(waited, shortest), LONGEST_INTERVAL)


def _late(relay: Relay, record: DocumentRecord) -> tuple[list[EventEntry], list[FileEntry]]:
    now, settings = relay.now(), relay.settings
    if record.superseded:
        return [], []
    files = [
        file
        for file in record.files.values()
        if not file.attached and not file.refused and now - file.asked_at > settings.evidence_patience
    ]
    if next_step(record).waits_for == "":
        return [], files
    waiting = (entry for entry in record.events if entry.state is EventState.WAITING)
    late = [e for e in waiting if now - (e.waiting_since or record.waiting_since or now) > settings.event_patience]
    return late[:1], files


def _give_up_event(relay: Relay, record: DocumentRecord, entry: EventEntry) -> None:
    """The first event that has waited too long dies, and holds those behind it."""
    reason = next_step(record).waits_for
    error = WaitedTooLong(f"waited {relay.settings.event_patience_days} days for {reason}")
    source = _stand_in(relay, record, entry.external_id, QueueName.EVENTS)
    entry.state, entry.refusal = EventState.DEAD, Refusal.of(error, source.message_id)
    body: JsonObject | None = None
    with suppress(Forgotten):
        part = relay.parts.get(record.external_id, entry.part)
        events = [event for event in part["events"] if event["externalId"] == entry.external_id]
        body = addressed_to(record) | {"events": events}
    bury(relay, source, error, external_id=record.external_id, item=entry.external_id, body=body)


def _give_up_file(relay: Relay, record: DocumentRecord, file: FileEntry) -> None:
    error = WaitedTooLong(f"the file did not come within {relay.settings.evidence_patience_days} days")
    source = _stand_in(relay, record, file.name, QueueName.EVIDENCE)
    file.operation = file.operation or Operation.started(relay.now(), "", relay.settings.lease)
    file.operation.refuse(Refusal.of(error, source.message_id))
    body: JsonObject = addressed_to(record) | {"fileNames": [file.name]}
    bury(relay, source, error, external_id=record.external_id, item=file.name, body=body)


def _creation_is_late(relay: Relay, record: DocumentRecord) -> bool:
    waits = any(wait.kind is WaitKind.CREATION for wait in record.waits)
    since = record.waiting_since or relay.now()
    return waits and not record.superseded and relay.now() - since > relay.settings.event_patience


def _give_up_creation(relay: Relay, record: DocumentRecord) -> None:
    """The steps that waited for it are told. The document is still created, should the one before it come off the network."""
    reason = f"waited {relay.settings.event_patience_days} days for generation {to_be_seen_off(record)} to be cancelled"
    source = _stand_in(relay, record, "document", QueueName.DOCUMENTS)
    body = creation_of(record)
    letter = bury(relay, source, WaitedTooLong(reason), external_id=record.external_id, item="document", body=body)
    for wait in record.waits:
        if wait.kind is WaitKind.CREATION:
            relay.tokens.fail(wait.token, WaitedTooLong.__name__, letter)
    record.waits = [wait for wait in record.waits if wait.kind is not WaitKind.CREATION]


def _stand_in(relay: Relay, record: DocumentRecord, item: str, queue: QueueName) -> Source:
    """The message that asked for it is long gone; its dead letter is named after the record's version."""
    message_id = f"sweep-{record.external_id}-{record.version}-{item}"
    return Source(queue, message_id, "", "{}", record.external_id, 0, record.waiting_since or relay.now())
