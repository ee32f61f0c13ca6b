"""A document's timeline is its inbox: what may go out next, what waits, and for what (invariant 3).

Events go out in `externalCreatedAt` order; equal times keep their order of arrival. An event whose time lies before one that
has already gone out can't be sent any more: it is dead at once and holds what comes after it.
"""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from massid_relay.core.errors import (
    FieldProblem,
    ForbiddenTransition,
    InvalidMessage,
    PayloadConflict,
    PermanentFailure,
    Refusal,
)
from massid_relay.core.operation import Stage
from massid_relay.core.record import Batch, DocumentRecord, EventEntry, EventState

_BEGINNING = datetime.min.replace(tzinfo=UTC)
CLOSE = "CLOSE"
CANCEL = "CANCEL"
RELATED = "RELATED"
STATUS_EVENTS = frozenset({CLOSE, CANCEL})
"""Events that end a status; they travel alone."""

EVENTS_PER_DOCUMENT = 99
"""100 per document (docs.carrot.eco, integrations/reference/rate-limits), less the platform's own ACTOR event
(docs.carrot.eco, integrations/guides/permissions). Whether that one counts is stated nowhere: read carefully, it does."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that can't enter the timeline or can't be sent. `hold`: later events must not pass it."""

    external_id: str
    error: PermanentFailure
    hold: bool


def enter(record: DocumentRecord, incoming: Sequence[EventEntry], message_id: str) -> list[Refused]:
    """Write new events into the inbox; known ones with the same content are met with silence.

    Changes `record`; returns what was refused. Nothing that was refused stands in the timeline afterwards, except
    events whose time has passed: they stand there dead, since their content is wanted on the document.
    """
    refusals = []
    for entry in incoming:
        known = record.event(entry.external_id)
        if known is not None and known.content_hash != entry.content_hash:
            refusals.append(Refused(entry.external_id, _conflict(entry), hold=False))
            continue
        if known is not None and (known.state is not EventState.DEAD or _refused_with(known, message_id)):
            continue
        if known is not None and _in_flight(record, known):
            known.state, known.refusal = EventState.WAITING, None
            continue
        if known is not None:
            _forget_dead(record, known)
        refusal = _forbidden(record, entry)
        if refusal is None or refusal.hold:
            insort(record.events, entry, key=_place)
        if refusal is not None:
            entry.state, entry.refusal = EventState.DEAD, Refusal.of(refusal.error, message_id)
            refusals.append(refusal)
    return refusals


def _refused_with(entry: EventEntry, message_id: str) -> bool:
    return entry.refusal is not None and entry.refusal.message_id == message_id


def _place(entry: EventEntry) -> tuple[datetime, bool]:
    """By time; at one time the events that end a status come last."""
    return entry.at, entry.name in STATUS_EVENTS


def _forget_dead(record: DocumentRecord, dead: EventEntry) -> None:
    """The event came again (a redrive, or the submission once more): it is tried again from the start."""
    record.events.remove(dead)
    record.holds = [hold for hold in record.holds if hold.event_external_id != dead.external_id]


def _conflict(entry: EventEntry) -> PayloadConflict:
    field = FieldProblem(f"events.{entry.external_id}", "is already recorded with other content")
    return PayloadConflict("an event of this external id is already recorded with other content", fields=[field])


def _forbidden(record: DocumentRecord, entry: EventEntry) -> Refused | None:
    """Why this event can't enter, if so. The status rules are the guide's
    (docs.carrot.eco, integrations/guides/submitting-a-mass-id, "Document status lifecycle")."""
    error = _after_the_end(record, entry)
    if error is None and len(record.events) >= EVENTS_PER_DOCUMENT:
        problem = FieldProblem("events", f"a document holds at most {EVENTS_PER_DOCUMENT} events of ours")
        error = InvalidMessage("too many events", fields=[problem])
    if error is not None:
        return Refused(entry.external_id, error, hold=False)
    if entry.at < last_gone_out(record) and entry.name != CANCEL:
        problem = FieldProblem(f"events.{entry.external_id}.externalCreatedAt", "lies before an event already sent")
        return Refused(entry.external_id, InvalidMessage("its time has passed", fields=[problem]), hold=True)
    return None


def _after_the_end(record: DocumentRecord, entry: EventEntry) -> PermanentFailure | None:
    if _alive(record, CANCEL) is not None:
        return ForbiddenTransition("nothing is accepted after CANCEL")
    close = _alive(record, CLOSE)
    if close is None and entry.name == CLOSE:
        return _before_what_waits(record, entry)
    if close is None or entry.name == RELATED:
        return None
    if _gone_out(record, close):
        return ForbiddenTransition("the document is closed: only RELATED is accepted after CLOSE")
    if entry.name == CLOSE:
        return ForbiddenTransition("another CLOSE is already in the timeline")
    return ForbiddenTransition("its time lies after CLOSE") if entry.name != CANCEL and entry.at > close.at else None


def _before_what_waits(record: DocumentRecord, close: EventEntry) -> PermanentFailure | None:
    """CLOSE comes last: an event that waits already, with a later time, could never follow it."""
    if all(e.at <= close.at or e.name == RELATED or e.state is not EventState.WAITING for e in record.events):
        return None
    problem = FieldProblem(f"events.{close.external_id}.externalCreatedAt", "lies before an event of the timeline")
    return InvalidMessage("CLOSE comes last", fields=[problem])


def _alive(record: DocumentRecord, name: str) -> EventEntry | None:
    return next((e for e in record.events if e.name == name and e.state is not EventState.DISCARDED), None)


def _gone_out(record: DocumentRecord, entry: EventEntry) -> bool:
    return entry.state is EventState.CONFIRMED or _in_flight(record, entry)


def _in_flight(record: DocumentRecord, entry: EventEntry) -> bool:
    return record.batch is not None and entry.external_id in record.batch.event_ids


def last_gone_out(record: DocumentRecord) -> datetime:
    """The time of the latest event that was sent or may have been sent; the beginning of time if there is none."""
    return max((entry.at for entry in record.events if _gone_out(record, entry)), default=_BEGINNING)


def end_by_cancel(record: DocumentRecord, message_id: str) -> None:
    """CANCEL stands: what still waits will never go out. Whoever asked for it is told; nothing of it needs a person."""
    for entry in record.events:
        if entry.state is EventState.WAITING:
            entry.state = EventState.DISCARDED
            entry.refusal = Refusal.of(ForbiddenTransition("the document was cancelled"), message_id)


class StepKind(StrEnum):
    """What the worker of a document's FIFO group does next."""

    SEND = "send"
    """A batch of events."""
    LOOK_UP = "look up"
    """The last batch's outcome is unknown."""
    CLOSE = "close"
    CANCEL = "cancel"
    LEAVE = "leave"
    """What is in flight on a replaced document is let go, so that its CANCEL may follow."""
    VERIFY = "verify"
    """CLOSE went out; the document has not been read back yet."""
    WAIT = "wait"
    """There are events, and something named holds them back."""
    REST = "rest"
    """Nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next step, the events it is about, and in words what they wait for."""

    kind: StepKind
    events: tuple[EventEntry, ...] = ()
    waits_for: str = ""


def next_step(record: DocumentRecord) -> Step:
    """Plan one step. The record decides alone: no clock, no look at the network."""
    if record.superseded:
        return _step_to_the_end(record)
    if record.batch is not None:
        return _step_in_flight(record, record.batch)
    cancel = next((e for e in record.events if e.name == CANCEL and e.state is EventState.WAITING), None)
    if cancel is not None and record.created:
        return Step(StepKind.CANCEL, (cancel,))
    if record.cancelling_event is not None:
        return Step(StepKind.REST)
    if record.closing_event is not None and not (record.verified_at or record.verification_failed):
        return Step(StepKind.VERIFY, (record.closing_event,))
    waiting = [e for e in record.events if e.state in {EventState.WAITING, EventState.DEAD}]
    if not waiting:
        return Step(StepKind.REST)
    ready, obstacle = _ready_prefix(record, waiting)
    if not ready:
        return Step(StepKind.WAIT, tuple(e for e in waiting if e.state is EventState.WAITING), obstacle)
    return Step(_kind_of(ready[0]), tuple(ready))


def _step_to_the_end(record: DocumentRecord) -> Step:
    """Of a replaced document CANCEL alone goes out, past whatever waits, lies dead or is in flight."""
    if not record.created or record.cancelling_event is not None or record.closing_event is not None:
        return Step(StepKind.REST)
    cancels = [e for e in record.events if e.name == CANCEL]
    if record.batch is not None and any(_in_flight(record, e) for e in cancels):
        return _step_in_flight(record, record.batch)
    if record.batch is not None or record.newcomers:
        return Step(StepKind.LEAVE)
    waiting = next((e for e in cancels if e.state is EventState.WAITING), None)
    if waiting is not None:
        return Step(StepKind.CANCEL, (waiting,))
    return Step(StepKind.WAIT, (), f"its CANCEL, which {'lies dead' if _alive(record, CANCEL) else 'was given up'}")


def _step_in_flight(record: DocumentRecord, batch: Batch) -> Step:
    """What to do about a batch that was begun. One that workers kept dying over waits for a person, then is looked up."""
    sent = tuple(e for e in record.events if e.external_id in batch.event_ids)
    dead = next((e for e in sent if e.state is EventState.DEAD), None)
    if dead is not None:
        return Step(StepKind.WAIT, sent, f"event {dead.external_id}, which lies dead")
    operation = batch.operation
    unknown = operation.unknown_since or operation.lease or operation.stage is Stage.REFUSED  # a lease left behind too
    if unknown and (sent[0].name not in STATUS_EVENTS or sent[0].state is EventState.DISCARDED):
        return Step(StepKind.LOOK_UP, sent)
    return Step(_kind_of(sent[0]), sent)


def _ready_prefix(record: DocumentRecord, waiting: Sequence[EventEntry]) -> tuple[list[EventEntry], str]:
    ready: list[EventEntry] = []
    if not record.created:
        return ready, "the document"
    for entry in waiting:
        obstacle = _obstacle(record, entry)
        if obstacle:
            return ready, obstacle
        if entry.name in STATUS_EVENTS:
            return ready or [entry], ""
        ready.append(entry)
    return ready, ""


def _obstacle(record: DocumentRecord, entry: EventEntry) -> str:
    """What stands between this event and the network, in words; empty if nothing does."""
    if entry.state is EventState.DEAD:
        return f"event {entry.external_id}, which lies dead"
    for hold in record.holds:
        if hold.at is not None and hold.at <= entry.at and hold.event_external_id != entry.external_id:
            return f"dead letter {hold.dead_letter_id}"
        if hold.at is None and entry.name in STATUS_EVENTS:
            return f"dead letter {hold.dead_letter_id}"
    if entry.related is not None and entry.related_id is None:
        return f"document {entry.related}, to which event {entry.external_id} relates"
    missing = [name for name in entry.files if name not in record.files or not record.files[name].attached]
    if missing:
        return f"file {missing[0]}" if len(missing) == 1 else f"{len(missing)} files, first {missing[0]}"
    if entry.name == CLOSE:
        return _unattached(record)
    return ""


def _unattached(record: DocumentRecord) -> str:
    """CLOSE goes out over no file that was asked for: afterwards none can be attached to an event."""
    missing = next((name for name, file in record.files.items() if not file.attached), None)
    return f"file {missing}" if missing else ""


def _kind_of(entry: EventEntry) -> StepKind:
    return {CLOSE: StepKind.CLOSE, CANCEL: StepKind.CANCEL}.get(entry.name, StepKind.SEND)


def something_waits(record: DocumentRecord) -> bool:
    """Whether a step of the lifecycle, an event or a file of this document waits for something."""
    if record.superseded or record.cancelling_event is not None:
        return bool(record.waits)
    return (
        bool(record.waits)
        or _to_be_created(record)
        or next_step(record).kind is not StepKind.REST
        or any(not (file.attached or file.refused) for file in record.files.values())
    )


def _to_be_created(record: DocumentRecord) -> bool:
    """A generation from the second on is created by itself, as soon as the one before it is off the network."""
    create = record.create
    return record.replaces is not None and (create is None or create.stage is Stage.STARTED)
