"""The events queue: one document's messages at a time, in order, into its inbox and from there onto the network."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import (
    Busy,
    FieldProblem,
    InvalidMessage,
    PayloadConflict,
    PermanentFailure,
    RefusedBefore,
    Superseded,
)
from massid_relay.core.generations import to_be_seen_off
from massid_relay.core.identity import is_external_id
from massid_relay.core.inbox import Refused, enter
from massid_relay.core.messages import EventsMessage, WakeMessage, parse_events_message
from massid_relay.core.record import DocumentRecord, EventEntry, EventState, FileEntry, Hold, Wait, WaitKind
from massid_relay.core.timeline import Step, StepKind, next_step
from massid_relay.ledger.documents import StaleRecord
from massid_relay.work.burial import bury, dead_letter_id, is_settled
from massid_relay.work.burial_subject import is_about_replaced
from massid_relay.work.cancelling import end_if_cancelled, ends_nothing, leave, refuse_again, refuse_cancel
from massid_relay.work.changes import park
from massid_relay.work.close_document import close_document, tell, verify_closed
from massid_relay.work.generations import is_current, require_fresh_event_ids
from massid_relay.work.incoming import incoming
from massid_relay.work.nudges import look_for_files
from massid_relay.work.related import resolve_related
from massid_relay.work.replacing import ending_message, go_on_with_successor, older_to_end, want_cancel
from massid_relay.work.retire import retire
from massid_relay.work.send_events import look_up, send_events
from massid_relay.work.source import Source
from massid_relay.work.stored import asked_events
from massid_relay.work.turn import Turn
from massid_relay.work.waits import answer, settle_waits

VERIFY = "Verify"
"""The wake that has a closed document read back once more, after a person looked at it."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What one message wants: these events on the document, and its token answered then. `refused`: one that did not even
    enter the timeline, if any."""

    source: Source
    token: str | None
    event_ids: list[str]
    refused: Refused | None = None


def append_events(relay: Relay, group: list[Source]) -> None:
    """Handle the messages of one document that one invocation brought."""
    newest = relay.documents.load(group[0].group or "")
    try:
        older = older_to_end(relay, newest)
        if older is not None:
            _end(Turn(relay, older, group), newest)
        turn = Turn(relay, newest, group)
        ended = to_be_seen_off(newest)
        _work(turn, [ask for source in group if (ask := _enter(turn, source, ended)) is not None])
    except StaleRecord:
        raise Busy("the record changed meanwhile", retry_after=0) from None


def _end(turn: Turn, newest: DocumentRecord) -> None:
    """A replaced document: its CANCEL, and then its successor's creation."""
    messages = [(source, ending_message(turn.relay, turn.record, source)) for source in turn.sources]
    asks = [_take_up(turn, source, message) for source, message in messages if message is not None]
    want_cancel(turn)
    _work(turn, asks)
    go_on_with_successor(turn.relay, turn.record, newest)


def _work(turn: Turn, asks: Sequence[Ask]) -> None:
    for source in turn.sources:
        _bury_again(turn, source)
    _advance(turn)
    _settle(turn, asks)


def _enter(turn: Turn, source: Source, ended: int | None) -> Ask | None:
    """Write one message's events into the inbox. One that can't be is buried here, so that the others go on. `ended`: the
    replaced generation whose CANCEL was taken up before."""
    _fill_hole(turn, source)
    try:
        message = incoming(turn.relay, parse_events_message, source.body)
        _require_own_group(message, source)
        if isinstance(message, WakeMessage):
            turn.record.verification_failed = turn.record.verification_failed and message.wake != VERIFY
            return None
        if message.generation == ended and message.only_cancels:
            return None
        if not is_current(turn.relay, turn.record, message.generation, message.task_token):
            return None
        if not ends_nothing(turn, message):
            return _take_up(turn, source, message)
        if message.task_token:
            turn.relay.tokens.succeed(message.task_token, {})
    except InvalidMessage as error:
        _bury_invalid(turn, source, error)
    except Superseded as error:
        bury(turn.relay, source, error, external_id=turn.record.external_id)
    return None


def _fill_hole(turn: Turn, source: Source) -> None:
    """What held the place of a redriven message holds it no more, now that the message is here; if it dies again, that holds. The
    same of one that was to be buried whole, and whose worker died before it was."""
    names = {source.deduplication_id, dead_letter_id(source.message_id)}
    kept = [hold for hold in turn.record.holds if hold.dead_letter_id not in names]
    if len(kept) < len(turn.record.holds):
        turn.record.holds, turn.dirty = kept, True


def _take_up(turn: Turn, source: Source, message: EventsMessage) -> Ask:
    asked = asked_events(turn.relay, turn.record, message)
    require_fresh_event_ids(turn.relay, turn.record, asked.entries)
    refused = enter(turn.record, asked.entries, source.message_id)
    entered = [entry for entry in asked.entries if any(entry is known for known in turn.record.events)]
    new_files = _ask_for_files(turn, entered)
    turn.dirty = True
    if entered:  # a repetition isn't, and its payload is not stored once more
        turn.together_with += [item for item in asked.part_items if item not in turn.together_with]
    _bury_refused(turn, source, asked.entries, refused)
    refuse_again(turn, source, [entry.external_id for entry in asked.entries])
    if new_files and turn.record.created:
        look_for_files(turn.relay, turn.record, new_files)
    outside = next((refusal for refusal in refused if not refusal.hold), None)
    return Ask(source, message.task_token, [entry.external_id for entry in asked.entries], outside)


def _bury_refused(turn: Turn, source: Source, entries: Sequence[EventEntry], refused: Sequence[Refused]) -> None:
    """What they hold is saved before their letters, which a person may settle at once."""
    errors = {refusal.external_id: refusal.error for refusal in refused}
    dead = [(entry, errors[entry.external_id]) for entry in entries if entry.external_id in errors]
    for entry, error in dead:
        if isinstance(error, PayloadConflict):  # nobody knows which content is right, and CLOSE can't be undone
            letter = dead_letter_id(source.message_id, entry.external_id)
            _hold_close(turn, Hold(letter, event_external_id=entry.external_id))
    if dead:
        turn.save()
    for entry, error in dead:
        turn.bury_event(entry, error, source)


def _require_own_group(message: EventsMessage | WakeMessage, source: Source) -> None:
    """Order is kept inside a group, so a document's messages must all be in its own."""
    if message.document_external_id != source.group:
        problem = FieldProblem("MessageGroupId", "is not the message's documentExternalId")
        raise InvalidMessage("the message is in another document's group", fields=[problem])


def _bury_invalid(turn: Turn, source: Source, error: InvalidMessage) -> None:
    """Nobody knows which events are in it, so nothing may close or cancel the document over it, unless it is about one that was
    replaced."""
    replaced = is_about_replaced(source.queue, source.body, turn.record.generation)
    if is_external_id(turn.record.external_id) and not replaced:
        _hold_close(turn, Hold(dead_letter_id(source.message_id)))
        turn.save()
    bury(turn.relay, source, error, external_id=turn.record.external_id)


def _hold_close(turn: Turn, hold: Hold) -> None:
    """Until the letter is discarded or redriven well. Of one event's conflicts the newest letter holds, however often the
    same submission comes."""
    record = turn.record
    if record.closing_event is not None or record.cancelling_event is not None or hold in record.holds:
        return
    if is_settled(turn.relay, hold.dead_letter_id):
        return
    record.holds = [known for known in record.holds if not _is_newer(hold, known)] + [hold]
    turn.dirty = True


def _is_newer(hold: Hold, known: Hold) -> bool:
    same = known.event_external_id == hold.event_external_id and known.at is None
    return hold.event_external_id is not None and same


def _bury_again(turn: Turn, source: Source) -> None:
    """Events that died with this very message, in case the worker that refused them did not live to bury them."""
    for entry in turn.record.events:
        if entry.state is EventState.DEAD and entry.refusal and entry.refusal.message_id == source.message_id:
            turn.bury_event(entry, RefusedBefore(entry.refusal), source)


def _ask_for_files(turn: Turn, entries: Sequence[EventEntry]) -> list[str]:
    """Files that these events refer to and that nobody asked for before."""
    names = [name for entry in entries for name in entry.files if name not in turn.record.files]
    for name in names:
        turn.record.files[name] = FileEntry(name, turn.relay.now())
    return list(dict.fromkeys(names))


_STEPS: dict[StepKind, Callable[[Turn, Step], None]] = {
    StepKind.SEND: lambda turn, step: send_events(turn, step.events),
    StepKind.LOOK_UP: lambda turn, step: look_up(turn, step.events),
    StepKind.CANCEL: lambda turn, step: send_events(turn, step.events),
    StepKind.LEAVE: lambda turn, step: leave(turn),
    StepKind.REFUSE: refuse_cancel,
    StepKind.CLOSE: lambda turn, step: close_document(turn, step.events[0]),
    StepKind.VERIFY: lambda turn, step: verify_closed(turn),
}


def _advance(turn: Turn) -> None:
    """Step after step until nothing is left to do or something must be waited for. What fails for now leaves the inbox saved."""
    resolve_related(turn)
    while (step := next_step(turn.record)).kind in _STEPS:
        try:
            _take(turn, step)
        except PermanentFailure as error:
            _give_up(turn, step, error)
    end_if_cancelled(turn)
    _learn_now(turn)


def _learn_now(turn: Turn) -> None:
    """Who went out inline is learnt before the turn ends: the next step may be months away, and the claims end sooner."""
    if turn.record.newcomers and turn.record.created and turn.record.batch is None:
        with suppress(PermanentFailure):  # a document that can't be read any more is found out by its next step
            turn.learn(turn.read_remote())


def _take(turn: Turn, step: Step) -> None:
    if not turn.record.newcomers or turn.record.batch is not None or step.kind is StepKind.LEAVE:
        _STEPS[step.kind](turn, step)
        return
    try:
        turn.learn(turn.read_remote())
    except PermanentFailure:
        if step.kind is not StepKind.CANCEL:
            raise
        leave(turn)  # a document that can't be read is cancelled all the same


def _give_up(turn: Turn, step: Step, error: PermanentFailure) -> None:
    """Workers keep dying over the step, or the document can't be read. Its first event dies and holds the rest."""
    if step.kind is StepKind.VERIFY:
        tell(turn, error)
    else:
        turn.refuse_event(step.events[0], error, maybe_sent=True)


def _settle(turn: Turn, asks: Sequence[Ask]) -> None:
    """Answer what is done, leave the rest in the ledger with its tokens, and only then let the messages go."""
    relay, record = turn.relay, turn.record
    stored = {wait.token for wait in record.waits}
    for ask in asks:
        if ask.token and ask.refused is not None:
            letter = dead_letter_id(ask.source.message_id, ask.refused.external_id)
            relay.tokens.fail(ask.token, ask.refused.error.error_type, letter)
        elif ask.token and ask.token not in stored:
            wait = Wait(WaitKind.EVENTS, ask.token, ask.event_ids)
            if not answer(relay, record, wait):
                record.waits.append(wait)
                turn.dirty = True
    turn.dirty = settle_waits(relay, record) or turn.dirty
    turn.dirty = park(relay, record) or turn.dirty
    turn.save()
    retire(relay, record)
