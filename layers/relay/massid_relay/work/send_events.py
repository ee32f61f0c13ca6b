"""Sending a batch of events, and looking up what became of one whose outcome is unknown."""

from collections.abc import Sequence
from datetime import timedelta

from massid_relay.core.errors import InvalidMessage, NotReady, PermanentFailure, RelayError, WorkerCrashed
from massid_relay.core.first_contact import plan_round
from massid_relay.core.jsons import JsonObject
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.ports import AppendedEvent
from massid_relay.core.record import Batch, DocumentRecord, EventEntry, EventState
from massid_relay.core.timeline import STATUS_EVENTS, end_by_cancel
from massid_relay.core.verification import find_ours
from massid_relay.core.wire import event_body
from massid_relay.ledger.documents import ClaimedElsewhere, StaleRecord
from massid_relay.work.attempt import as_it_must_be_read, give_back, owned
from massid_relay.work.changes import apply, save
from massid_relay.work.known_parties import differences, known_ids, tell
from massid_relay.work.turn import Turn

CLAIM = timedelta(minutes=15)
"""How long a newcomer stays claimed: well beyond a lease and its message's return, so that only a document whose message
died unseen loses its claim."""
CLAIM_OF_UNKNOWN = timedelta(hours=12)
"""The same where it may stand on the network already: each look at it claims it anew."""


def send_events(turn: Turn, events: Sequence[EventEntry]) -> None:
    """Record, call, record (invariant 1). Sends at most one round: what needs an id that this call brings stays behind."""
    known = known_ids(turn.relay, [turn.payload(entry) for entry in events])
    if turn.record.batch is None and not (events := _told_of(turn, events, known)):
        return
    owner = turn.relay.new_owner()
    try:
        entries = _begin(turn, events, owner, known)
    except WorkerCrashed as error:
        _after_crashes(turn, events, error)
        return
    batch = _batch(turn.record)
    try:
        answers = _call(turn, entries, batch)
    except RelayError as error:
        _end_without_answer(turn, entries, owner, as_it_must_be_read(turn.relay, turn.record, error))
        return
    by_id = {entry.external_id: answer for entry, answer in zip(entries, answers, strict=True)}
    turn.record = apply(turn.relay, turn.record, lambda record: _confirm(turn, record, owner, by_id))


def _told_of(turn: Turn, events: Sequence[EventEntry], known: dict[str, str]) -> Sequence[EventEntry]:
    """Tell of known participants and addresses that come with other data. Where the policy refuses them, what stands before
    the first such event may go out; if it is the first, it dies. CLOSE and CANCEL bring the Integrator of an ACTOR."""
    if events[0].name in STATUS_EVENTS:
        return events
    found = differences(turn.relay, [turn.payload(entry) for entry in events], known)
    for number, (entry, changed) in enumerate(zip(events, found, strict=True)):
        try:
            tell(turn.relay, turn.record.external_id, entry.external_id, changed)
        except InvalidMessage as error:
            if number == 0:
                turn.refuse_event(entry, error)
            return events[:number]
    return events


def look_up(turn: Turn, events: Sequence[EventEntry]) -> None:
    """A batch whose outcome is unknown is looked up before it is sent again: nobody says whether deduplication ids work
    inside a batch. What a read doesn't show is believed absent only after the visibility delay. A single event is covered
    by its deduplication id for as long as that is remembered, unless workers died over it and a person redrove it."""
    operation = _batch(turn.record).operation
    sent = operation.sent_at_the_latest
    try:
        operation.end_dead_lease(turn.relay.now())
    except WorkerCrashed as error:
        _after_crashes(turn, events, error)
        return
    alone = len(events) == 1 and events[0].state is EventState.WAITING and operation.stage is not Stage.REFUSED
    if alone and _remembered(turn, operation):
        send_events(turn, events)
        return
    wait = (sent + turn.relay.settings.visibility_delay - turn.relay.now()).total_seconds()
    if wait > 0:
        raise NotReady("the last attempt may not be visible yet", retry_after=wait)
    keep_claims(turn)
    remote = turn.read_remote()
    found = find_ours(remote, events)
    for external_id, event in found.items():
        entry = turn.record.event(external_id)
        if entry is not None:
            entry.state, entry.event_id = EventState.CONFIRMED, event.id
    missing = [entry.external_id for entry in events if entry.state is EventState.WAITING]
    _settle_batch(turn.record, missing, shown=remote.events_shown)
    turn.dirty = True
    if turn.record.newcomers and not missing:
        turn.learn(remote)
    turn.save()


def keep_claims(turn: Turn) -> None:
    """Newcomers that may stand on the network inline stay ours for as long as nobody has looked, be it through a long outage:
    a claim that ran out would let another document introduce them a second time."""
    relay, record, now = turn.relay, turn.record, turn.relay.now()
    if not record.newcomers:
        return
    claims = relay.parties.claims(record.newcomers, record.external_id, now, now + CLAIM_OF_UNKNOWN)
    try:
        save(relay, record, [*claims, *turn.together_with])
    except ClaimedElsewhere:
        return
    except StaleRecord:
        raise NotReady("the record has just changed", retry_after=1) from None
    turn.dirty, turn.together_with = False, []


def _after_crashes(turn: Turn, events: Sequence[EventEntry], error: WorkerCrashed) -> None:
    """Workers keep dying over this batch. One event after the other is tried then, and the one at fault dies."""
    batch = _batch(turn.record)
    if len(events) == 1 or batch.singly:
        turn.refuse_event(events[0], error, maybe_sent=True)
        return
    batch.singly = True
    batch.operation.crashes = 0
    turn.dirty = True
    turn.save()


def _remembered(turn: Turn, operation: Operation) -> bool:
    since = operation.unknown_since or operation.first_attempt
    return turn.relay.now() - since < turn.relay.settings.deduplication_memory


def _settle_batch(record: DocumentRecord, missing: list[str], *, shown: bool) -> None:
    batch = _batch(record)
    if not missing:
        record.batch = None
        return
    batch.event_ids = missing
    batch.operation.set_free()
    batch.singly = batch.singly or not shown


def _begin(turn: Turn, events: Sequence[EventEntry], owner: str, known: dict[str, str]) -> list[EventEntry]:
    """Write the batch and its lease; returns the events that are in it."""
    relay, record, now = turn.relay, turn.record, turn.relay.now()
    if record.batch is None:
        plan = plan_round([turn.payload(entry) for entry in events], known)
        operation = Operation.started(now, owner, relay.settings.lease)
        operation.ids = known
        singly = relay.settings.carrot_batch_mode == "one-by-one"
        record.batch = Batch(operation, [entry.external_id for entry in events[: plan.size]], singly)
        record.newcomers = plan.newcomers
    else:
        record.batch.operation.begin(now, owner, relay.settings.lease)
        name_known(record, record.batch.operation, known)
    claims = relay.parties.claims(record.newcomers, record.external_id, now, now + CLAIM)
    try:
        save(relay, record, [*claims, *turn.together_with])
    except StaleRecord:
        raise NotReady("the record has just changed", retry_after=1) from None
    turn.dirty, turn.together_with = False, []
    batch = _batch(record)
    in_batch = [entry for entry in events if entry.external_id in batch.event_ids]
    return in_batch[:1] if batch.singly else in_batch


def name_known(record: DocumentRecord, operation: Operation, known: dict[str, str]) -> None:
    """Others may have introduced our newcomers since the last attempt: they go out as ids now, as far as nothing that
    names them inline can stand on the network."""
    if operation.unknown_since is None:
        operation.ids |= {key: known[key] for key in record.newcomers if key in known}
    record.newcomers = [key for key in record.newcomers if key not in known]


def _call(turn: Turn, entries: Sequence[EventEntry], batch: Batch) -> list[AppendedEvent]:
    relay, document_id = turn.relay, turn.record.document_id or ""
    bodies = [body_of(turn, entry, batch.operation) for entry in entries]
    permit = relay.permit(batch.operation)
    if len(bodies) == 1:
        return [relay.carrot.append_event(document_id, bodies[0], permit)]
    return relay.carrot.append_events(document_id, bodies, permit)


def body_of(turn: Turn, entry: EventEntry, operation: Operation) -> JsonObject:
    """The event's body on the wire, the same at every attempt."""
    return event_body(
        turn.payload(entry),
        external_id=entry.external_id,
        deduplication_id=entry.deduplication_id,
        ids=operation.ids,
        files=turn.record.files,
        related_id=entry.related_id,
        sensitive_flag=turn.relay.settings.sensitive_flag_name,
    )


def _confirm(turn: Turn, record: DocumentRecord, owner: str, answers: dict[str, AppendedEvent]) -> None:
    batch = _batch(record)
    owned(batch.operation, owner)
    for entry in record.events:
        if entry.external_id in answers:
            entry.state, entry.event_id = EventState.CONFIRMED, answers[entry.external_id].event_id
    batch.event_ids = [external_id for external_id in batch.event_ids if external_id not in answers]
    batch.operation.lease = None
    batch.operation.unknown_since = None
    batch.operation.crashes = 0
    if not batch.event_ids:
        record.batch = None
    if record.cancelling_event is not None:
        end_by_cancel(record, turn.message_id)
    record.last_confirmed = turn.relay.now()


def _end_without_answer(turn: Turn, entries: Sequence[EventEntry], owner: str, error: RelayError) -> None:
    """Give the lease back. A refused batch is taken apart, so that only the event at fault dies."""
    if isinstance(error, PermanentFailure) and len(entries) == 1:
        turn.refuse_event(entries[0], error)
        return

    def change(record: DocumentRecord) -> None:
        batch = _batch(record)
        operation = owned(batch.operation, owner)
        if isinstance(error, PermanentFailure):
            _take_apart(batch, operation, turn)
        else:
            give_back(turn.relay, operation, error, turn.message_id)

    turn.record = apply(turn.relay, turn.record, change)
    if not isinstance(error, PermanentFailure):
        raise error


def _take_apart(batch: Batch, operation: Operation, turn: Turn) -> None:
    """Whether a refused batch left some of its events behind is stated nowhere, so it is looked up like an unknown one."""
    batch.singly = True
    operation.lease = None
    operation.unknown_since = turn.relay.now()


def _batch(record: DocumentRecord) -> Batch:
    if record.batch is None:
        raise RuntimeError("the record has no batch in flight")
    return record.batch
