"""A document's timeline is its inbox: what may go out next, what waits, and for what (invariant 3).

Events go out in `externalCreatedAt` order; equal times keep their order of arrival (core/inbox.py). CANCEL passes what waits
or lies dead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from massid_relay.core.errors import ForbiddenTransition, Refusal
from massid_relay.core.operation import Stage
from massid_relay.core.record import Batch, DocumentRecord, EventEntry, EventState

CLOSE = "CLOSE"
CANCEL = "CANCEL"
RELATED = "RELATED"
STATUS_EVENTS = frozenset({CLOSE, CANCEL})
"""Events that end a status; they travel alone."""


def gone_out(record: DocumentRecord, entry: EventEntry) -> bool:
    """Whether it was sent, or may have been."""
    return entry.state is EventState.CONFIRMED or in_flight(record, entry)


def in_flight(record: DocumentRecord, entry: EventEntry) -> bool:
    """Whether it is in the batch that is being sent, or whose outcome is unknown."""
    return record.batch is not None and entry.external_id in record.batch.event_ids


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
    """What is in flight is let go, so that CANCEL may follow."""
    REFUSE = "refuse"
    """A CANCEL that came while CLOSE was in flight, and CLOSE went out."""
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
    if record.cancelling_event is None and record.created and (cancel := _waiting_cancel(record)) is not None:
        return _step_to_cancel(record, cancel)
    if record.batch is not None:
        return _step_in_flight(record, record.batch)
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


def _waiting_cancel(record: DocumentRecord) -> EventEntry | None:
    return next((e for e in record.events if e.name == CANCEL and e.state is EventState.WAITING), None)


def _step_to_cancel(record: DocumentRecord, cancel: EventEntry) -> Step:
    """CANCEL passes what waits or lies dead. A CLOSE that may have gone out is settled first, and if it did, CANCEL is
    refused; one that certainly didn't never will."""
    if record.closing_event is not None:
        return Step(StepKind.REFUSE, (cancel,))
    if record.batch is None:
        return Step(StepKind.CANCEL, (cancel,))
    in_the_way = _is_in_the_way(record, record.batch)
    return Step(StepKind.LEAVE, (cancel,)) if in_the_way else _step_in_flight(record, record.batch)


def _is_in_the_way(record: DocumentRecord, batch: Batch) -> bool:
    sent = [e for e in record.events if in_flight(record, e)]
    closing = any(e.name == CLOSE and e.state is EventState.WAITING for e in sent)
    return any(e.state is EventState.DEAD for e in sent) or (closing and not batch.operation.in_doubt)


def _step_to_the_end(record: DocumentRecord) -> Step:
    """Of a replaced document CANCEL alone goes out, past whatever waits, lies dead or is in flight."""
    if not record.created or record.cancelling_event is not None or record.closing_event is not None:
        return Step(StepKind.REST)
    cancels = [e for e in record.events if e.name == CANCEL]
    if record.batch is not None and any(in_flight(record, e) for e in cancels):
        return _step_in_flight(record, record.batch)
    if record.batch is not None or record.newcomers:
        return Step(StepKind.LEAVE)
    waiting = _waiting_cancel(record)
    if waiting is not None:
        return Step(StepKind.CANCEL, (waiting,))
    dead = any(e.state is EventState.DEAD for e in cancels)
    return Step(StepKind.WAIT, (), f"its CANCEL, which {'lies dead' if dead else 'was given up'}")


def _step_in_flight(record: DocumentRecord, batch: Batch) -> Step:
    """What to do about a batch that was begun. One that workers kept dying over waits for a person, then is looked up. A CLOSE
    in doubt is looked up on its own way out (work/close_document.py)."""
    sent = tuple(e for e in record.events if e.external_id in batch.event_ids)
    dead = next((e for e in sent if e.state is EventState.DEAD), None)
    if dead is not None:
        return Step(StepKind.WAIT, sent, f"event {dead.external_id}, which lies dead")
    if batch.operation.in_doubt and (sent[0].name != CLOSE or sent[0].state is EventState.DISCARDED):
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
    return _before_close(record) if entry.name == CLOSE else ""


def _before_close(record: DocumentRecord) -> str:
    """CLOSE goes out over no file that was asked for: afterwards none can be attached to an event. Nor over a CANCEL that was
    refused, whatever their times: somebody wanted the opposite."""
    dead = next((e for e in record.events if e.name == CANCEL and e.state is EventState.DEAD), None)
    if dead is not None:
        return f"event {dead.external_id}, which lies dead"
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
