"""CANCEL passes what is in flight: that is let go first, or found to be a CLOSE that went out."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from massid_relay.core.errors import (
    Busy,
    ForbiddenTransition,
    Forgotten,
    NotReady,
    PayloadConflict,
    PermanentFailure,
    Refusal,
    RefusedBefore,
)
from massid_relay.core.generations import require_same_document
from massid_relay.core.inbox import CLOSED
from massid_relay.core.jsons import JsonObject, content_hash
from massid_relay.core.messages import EventsMessage
from massid_relay.core.reading import RemoteDocument
from massid_relay.core.record import DocumentRecord, EventState
from massid_relay.core.timeline import CLOSE, Step, end_by_cancel, in_flight
from massid_relay.core.verification import find_ours, has_status
from massid_relay.work.burial import bury, dead_letter_id, is_settled
from massid_relay.work.source import Source
from massid_relay.work.stored import stored_submission
from massid_relay.work.turn import Turn


def ends_nothing(turn: Turn, message: EventsMessage) -> bool:
    """A lifecycle that failed asks for the CANCEL of its document (`onFailure`), and that doesn't stand: it was never created, or
    the one that stands is of another submission, which is why this one failed. Whether a create of unknown outcome took effect is
    for a person to find out (`LeftToAPerson`)."""
    if message.select != "cancel" or message.submission_ref is None:
        return False
    try:
        submission = stored_submission(turn.relay, message.document_external_id, message.submission_ref).submission
        require_same_document(turn.record, content_hash(submission.document.to_payload()))
    except PayloadConflict:
        return True
    except Forgotten:  # its run was open until now, so the document is its own
        pass
    return not turn.record.created


def leave(turn: Turn) -> None:
    """Let go of what is in flight. Of a replaced document only the ids of participants and addresses that went out inline are
    still wanted, so that nobody is introduced twice. Else what stands is noted first: should Carrot refuse the CANCEL, a
    redrive must not send it again."""
    record, relay = turn.record, turn.relay
    lease = record.batch.operation.lease if record.batch else None
    if lease is not None and lease.until > relay.now():
        raise Busy("another worker may be sending", retry_after=(lease.until - relay.now()).total_seconds())
    if _is_to_be_looked_at(turn):
        _learn_what_is_shown(turn)
    left = record.newcomers
    record.batch, record.newcomers, turn.dirty = None, [], True
    turn.save()
    relay.parties.release(left, record.external_id)


def _is_to_be_looked_at(turn: Turn) -> bool:
    record = turn.record
    if record.superseded or record.batch is None:
        return bool(record.newcomers)
    return record.batch.operation.in_doubt


def _learn_what_is_shown(turn: Turn) -> None:
    """Once, after whatever was sent last must be visible. A document that can't be read is cancelled all the same, unless it may
    be closed: then the CANCEL dies with that error, and the doubt about CLOSE stays."""
    record, relay = turn.record, turn.relay
    last = record.batch.operation.sent_at_the_latest if record.batch else record.last_confirmed
    quiet = relay.now() - last if last is not None else relay.settings.visibility_delay
    if quiet < relay.settings.visibility_delay:
        left = relay.settings.visibility_delay - quiet
        raise NotReady("the last attempt may not be visible yet", retry_after=left.total_seconds())
    try:
        remote = turn.read_remote()
    except PermanentFailure:
        if _may_be_closed(record):
            raise
        return
    _note_what_stands(turn, remote)
    with suppress(NotReady):
        turn.learn(remote)


def _may_be_closed(record: DocumentRecord) -> bool:
    closing = any(entry.name == CLOSE and in_flight(record, entry) for entry in record.events)
    return closing and record.batch is not None and record.batch.operation.in_doubt


def _note_what_stands(turn: Turn, remote: RemoteDocument) -> None:
    sent = [entry for entry in turn.record.events if in_flight(turn.record, entry)]
    found = find_ours(remote, sent)
    for entry in sent:
        shown = found.get(entry.external_id)
        if shown is not None or (entry.name == CLOSE and has_status(remote, "CLOSED")):
            entry.state, entry.refusal = EventState.CONFIRMED, None
            entry.event_id = shown.id if shown is not None else None
            turn.record.last_confirmed = turn.relay.now()


def refuse_cancel(turn: Turn, step: Step) -> None:
    """CLOSE went out before it. The letter comes first; it has one id, whichever turn a worker died in."""
    error = ForbiddenTransition(CLOSED)
    for entry in step.events:
        source = replace(turn.sources[0], message_id=_refused_over_close(turn))
        if is_settled(turn.relay, dead_letter_id(source.message_id, entry.external_id)):
            source = turn.who_tells(entry.external_id)
        turn.bury_event(entry, error, source)
        entry.state, entry.refusal, turn.dirty = EventState.DISCARDED, Refusal.of(error, source.message_id), True
    turn.save()


def _refused_over_close(turn: Turn) -> str:
    return f"{turn.record.external_id}-g{turn.record.generation}-after-close"


def refuse_again(turn: Turn, source: Source, external_ids: Iterable[str]) -> None:
    """A CANCEL that was refused so, and is asked for after that: its letter was redriven, and the answer is the same."""
    for entry in filter(None, map(turn.record.event, external_ids)):
        if entry.state is not EventState.DISCARDED or entry.refusal is None or entry.refusal.reason != CLOSED:
            continue
        letter = turn.relay.dead_letters.get(dead_letter_id(entry.refusal.message_id, entry.external_id))
        if letter is not None and (source.deduplication_id == letter.id or letter.at < source.sent_at):
            turn.bury_event(entry, RefusedBefore(entry.refusal), source)


def end_if_cancelled(turn: Turn) -> None:
    """A CANCEL that was found to stand ends what waits, whichever turn found it."""
    record = turn.record
    if record.cancelling_event is not None and any(entry.state is EventState.WAITING for entry in record.events):
        end_by_cancel(record, turn.message_id)
        turn.dirty = True


def bury_cancel(turn: Turn, external_id: str, error: PermanentFailure, message: JsonObject) -> None:
    """A CANCEL of a replaced document that did not enter its timeline. Asked for again and again, it leaves one letter."""
    record = turn.record
    source = replace(turn.sources[0], message_id=f"{record.external_id}-g{record.generation}-cancel")
    bury(turn.relay, source, error, external_id=record.external_id, item=external_id, body=message)
