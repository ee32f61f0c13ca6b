"""Which events enter a document's timeline, and which are refused before anything is sent (invariant 3).

An event whose time lies before one that has already gone out can't be sent any more: it is dead at once and holds what comes
after it. The status rules are the guide's (docs.carrot.eco, integrations/guides/submitting-a-mass-id, "Document status
lifecycle").
"""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from massid_relay.core.errors import (
    FieldProblem,
    ForbiddenTransition,
    InvalidMessage,
    PayloadConflict,
    PermanentFailure,
    Refusal,
)
from massid_relay.core.record import DocumentRecord, EventEntry, EventState
from massid_relay.core.timeline import CANCEL, CLOSE, RELATED, STATUS_EVENTS, gone_out, in_flight

_BEGINNING = datetime.min.replace(tzinfo=UTC)
CLOSED = "the document is closed: only RELATED is accepted after CLOSE"

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
        if known is not None and in_flight(record, known):
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
    """The event came again (a redrive, or the submission once more): it is tried again from the start. What holds CLOSE over
    other content of it stays."""
    record.events.remove(dead)
    record.holds = [hold for hold in record.holds if hold.event_external_id != dead.external_id or hold.at is None]


def _conflict(entry: EventEntry) -> PayloadConflict:
    field = FieldProblem(f"events.{entry.external_id}", "is already recorded with other content")
    return PayloadConflict("an event of this external id is already recorded with other content", fields=[field])


def _forbidden(record: DocumentRecord, entry: EventEntry) -> Refused | None:
    """Why this event can't enter, if so. A CANCEL must always be possible: no limit and no time stands in its way."""
    error = _after_the_end(record, entry)
    if error is None and entry.name != CANCEL and _is_full(record):
        problem = FieldProblem("events", f"a document holds at most {EVENTS_PER_DOCUMENT} events of ours")
        error = InvalidMessage("too many events", fields=[problem])
    if error is not None:
        return Refused(entry.external_id, error, hold=False)
    if entry.name != CANCEL and entry.at < _last_gone_out(record):
        problem = FieldProblem(f"events.{entry.external_id}.externalCreatedAt", "lies before an event already sent")
        return Refused(entry.external_id, InvalidMessage("its time has passed", fields=[problem]), hold=True)
    return None


def _is_full(record: DocumentRecord) -> bool:
    """What was given up takes no place on the network, unless it may stand there."""
    wanted = [entry for entry in record.events if entry.state is not EventState.DISCARDED or in_flight(record, entry)]
    return len(wanted) >= EVENTS_PER_DOCUMENT


def _last_gone_out(record: DocumentRecord) -> datetime:
    """The time of the latest event that was sent or may have been sent; the beginning of time if there is none."""
    return max((entry.at for entry in record.events if gone_out(record, entry)), default=_BEGINNING)


def _after_the_end(record: DocumentRecord, entry: EventEntry) -> PermanentFailure | None:
    """A CANCEL or CLOSE that was refused ended nothing: another one may take its place."""
    cancel = _standing(record, CANCEL)
    if cancel is not None:
        return _after_cancel(cancel)
    close = _standing(record, CLOSE)
    if close is not None and gone_out(record, close):
        return _after_close(record, close, entry)
    return _before_close(record, close, entry)


def _standing(record: DocumentRecord, name: str) -> EventEntry | None:
    """The one that is to go out, or that went out or may have, be it given up by now."""
    named = (e for e in record.events if e.name == name)
    return next((e for e in named if e.state is EventState.WAITING or gone_out(record, e)), None)


def _after_cancel(cancel: EventEntry) -> PermanentFailure:
    if cancel.state is EventState.DEAD:
        return ForbiddenTransition("it may be cancelled: redrive or discard the dead letter of CANCEL first")
    return ForbiddenTransition("nothing is accepted after CANCEL")


def _after_close(record: DocumentRecord, close: EventEntry, entry: EventEntry) -> PermanentFailure | None:
    """While nobody knows whether CLOSE went out, a CANCEL may come: it is decided when that is known."""
    if entry.name == RELATED:
        return _file_after_close(record, entry)
    if close.state is EventState.CONFIRMED:
        return ForbiddenTransition(CLOSED)
    if entry.name == CANCEL:
        return None
    if close.state is EventState.DEAD:
        return ForbiddenTransition("it may be closed: redrive or discard the dead letter of CLOSE first")
    return ForbiddenTransition("the document is being closed, or may be: only RELATED and CANCEL are accepted")


def _file_after_close(record: DocumentRecord, entry: EventEntry) -> PermanentFailure | None:
    """It would wait for its file for ever (core/attaching.py)."""
    missing = [name for name in entry.files if name not in record.files or not record.files[name].attached]
    if not missing:
        return None
    problem = FieldProblem(f"events.{entry.external_id}.attachments", "names a file that is not attached")
    return ForbiddenTransition("no file is attached after CLOSE", fields=[problem])


def _before_close(record: DocumentRecord, close: EventEntry | None, entry: EventEntry) -> PermanentFailure | None:
    if entry.name == CLOSE:
        another = ForbiddenTransition("another CLOSE is already in the timeline")
        return another if close is not None else _before_what_waits(record, entry)
    dead = (e for e in record.events if e.name == CLOSE and e.state is EventState.DEAD)
    close = close or next(dead, None)
    if close is None or entry.name in {RELATED, CANCEL} or entry.at <= close.at:
        return None
    return ForbiddenTransition("its time lies after CLOSE")


def _before_what_waits(record: DocumentRecord, close: EventEntry) -> PermanentFailure | None:
    """CLOSE comes last: an event that waits already, with a later time, could never follow it."""
    if all(e.at <= close.at or e.name == RELATED or e.state is not EventState.WAITING for e in record.events):
        return None
    problem = FieldProblem(f"events.{close.external_id}.externalCreatedAt", "lies before an event of the timeline")
    return InvalidMessage("CLOSE comes last", fields=[problem])
