"""Every few minutes: wake what a lost nudge left waiting, bury what has waited too long, end runs whose execution is gone.

Nothing in normal operation depends on it. A document that goes on waiting is looked at less and less often.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import Forgotten, Refusal, RefusedBefore, WaitedTooLong
from massid_relay.core.evidence import digest_of
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
_TRIES = 3
_SWEEP = "sweep-"


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
    """Nudge one record on; how many of its parts have waited too long. If somebody changes it meanwhile, look once more: what
    looked late may have come."""
    for _ in range(_TRIES):
        try:
            return _look_once(relay, record)
        except StaleRecord:
            record = relay.documents.load(record.external_id, record.generation)
    return 0  # it is due still, and nothing was lost


def _look_once(relay: Relay, record: DocumentRecord) -> int:
    late = _give_up_late(relay, record)
    _bury_given_up(relay, record)
    if _creation_is_late(relay, record):
        _give_up_creation(relay, record)
    settle_waits(relay, record)
    if something_waits(record):
        _nudge(relay, record)
    else:
        record.waiting_since = None
    save(relay, record, look_at=_next_look(relay, record))
    return late


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


def _give_up_late(relay: Relay, record: DocumentRecord) -> int:
    """Written before the letters, which a person may settle at once; and due until they are written. The first event that has
    waited too long dies, and holds those behind it."""
    late_events, late_files = _late(relay, record)
    for entry in late_events:
        reason = next_step(record).waits_for
        error = WaitedTooLong(f"waited {relay.settings.event_patience_days} days for {reason}")
        entry.state, entry.refusal = EventState.DEAD, Refusal.of(error, _stand_in(record, entry.external_id))
    for file in late_files:
        error = WaitedTooLong(f"the file did not come within {relay.settings.evidence_patience_days} days")
        file.operation = file.operation or Operation.started(relay.now(), "", relay.settings.lease)
        file.operation.refuse(Refusal.of(error, _stand_in(record, file.name)))
    if late_events or late_files:
        relay.documents.save(record, look_at=relay.now())
    return len(late_events) + len(late_files)


def _bury_given_up(relay: Relay, record: DocumentRecord) -> None:
    """Also what an earlier sweep gave up and did not live to bury: a letter that is there already stays as it is."""
    for entry in record.events:
        if entry.state is EventState.DEAD and entry.refusal and entry.refusal.message_id.startswith(_SWEEP):
            _bury(relay, record, QueueName.EVENTS, entry.external_id, entry.refusal, _sent_again(relay, record, entry))
    for file in record.files.values():
        if file.refusal is not None and file.refusal.message_id.startswith(_SWEEP):
            body = addressed_to(record) | {"fileNames": [file.name]}
            _bury(relay, record, QueueName.EVIDENCE, file.name, file.refusal, body)


def _sent_again(relay: Relay, record: DocumentRecord, entry: EventEntry) -> JsonObject | None:
    """The message that would redrive the event; none where its payload was forgotten."""
    with suppress(Forgotten):
        part = relay.parts.get(record.external_id, entry.part)
        events = [event for event in part["events"] if event["externalId"] == entry.external_id]
        return addressed_to(record) | {"events": events}
    return None


def _bury(
    relay: Relay, record: DocumentRecord, queue: QueueName, item: str, refusal: Refusal, body: JsonObject | None
) -> str:
    """The message that asked for it is long gone; another stands in for it."""
    source = Source(queue, refusal.message_id, "", "{}", record.external_id, 0, record.waiting_since or relay.now())
    return bury(relay, source, RefusedBefore(refusal), external_id=record.external_id, item=item, body=body)


def _creation_is_late(relay: Relay, record: DocumentRecord) -> bool:
    waits = any(wait.kind is WaitKind.CREATION for wait in record.waits)
    since = record.waiting_since or relay.now()
    return waits and not record.superseded and relay.now() - since > relay.settings.event_patience


def _give_up_creation(relay: Relay, record: DocumentRecord) -> None:
    """The steps that waited for it are told. The document is still created, should the one before it come off the network."""
    reason = f"waited {relay.settings.event_patience_days} days for generation {to_be_seen_off(record)} to be cancelled"
    tokens = [wait.token for wait in record.waits if wait.kind is WaitKind.CREATION]
    # one letter for these steps, whoever changes the record meanwhile
    message_id = f"{_SWEEP}{record.external_id}-{digest_of(token.encode() for token in tokens)}"
    refusal = Refusal.of(WaitedTooLong(reason), message_id)
    letter = _bury(relay, record, QueueName.DOCUMENTS, "document", refusal, creation_of(record))
    for token in tokens:
        relay.tokens.fail(token, WaitedTooLong.__name__, letter)
    record.waits = [wait for wait in record.waits if wait.kind is not WaitKind.CREATION]


def _stand_in(record: DocumentRecord, item: str) -> str:
    """A message id of its own: named after the record's version, since what was redriven may wait too long again."""
    return f"{_SWEEP}{record.external_id}-{record.version}-{item}"
