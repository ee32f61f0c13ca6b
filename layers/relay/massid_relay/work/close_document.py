"""CLOSE with its checks. After it nothing can be mended, cancelled or repeated, so the document is read before and after.

The checks are the guide's (core/verification.py). Before CLOSE a failed check leaves CANCEL and repair possible: only the
CLOSE event dies. After CLOSE it can only be told. A CLOSE whose outcome is unknown is looked up first: nobody asks a document
that may be closed to be open.
"""

from datetime import datetime

from massid_relay.core.errors import (
    NotReady,
    PermanentFailure,
    Refusal,
    RelayError,
    VerificationFailed,
    WorkerCrashed,
)
from massid_relay.core.first_contact import newcomers_of, with_ids
from massid_relay.core.operation import Operation
from massid_relay.core.reading import RemoteDocument
from massid_relay.core.record import Batch, DocumentRecord, EventEntry, EventState
from massid_relay.core.verification import Expected, find_ours, has_status, verify
from massid_relay.ledger.documents import StaleRecord
from massid_relay.work.attempt import as_it_must_be_read, give_back, owned
from massid_relay.work.burial import bury
from massid_relay.work.changes import apply, save
from massid_relay.work.known_parties import known_ids
from massid_relay.work.send_events import CLAIM, body_of, keep_claims, name_known
from massid_relay.work.turn import Turn

OPEN = "OPEN"
CLOSED = "CLOSED"


def close_document(turn: Turn, close: EventEntry) -> None:
    """GET, the six checks, CLOSE, GET, the six checks. Where an earlier CLOSE may have gone out, only that is settled."""
    if turn.record.batch is not None and turn.record.batch.operation.in_doubt:
        _look_up(turn, close, turn.record.batch.operation)
        return
    owner = turn.relay.new_owner()
    operation = _begin(turn, close, owner)
    sent = False
    try:
        remote = turn.read_remote()
        if not _is_there(remote, close):
            _require(turn, remote, OPEN)
            body, permit = body_of(turn, close, operation), turn.relay.permit(operation)
            sent = True
            turn.relay.carrot.append_event(turn.record.document_id or "", body, permit)
    except RelayError as error:
        _end_without_answer(turn, close, owner, as_it_must_be_read(turn.relay, turn.record, error), sent=sent)
        return
    _confirm_and_verify(turn, close, owner)


def verify_closed(turn: Turn) -> None:
    """CLOSE went out earlier; read the document back now."""
    try:
        _require(turn, turn.read_remote(), CLOSED)
    except VerificationFailed as error:
        tell(turn, error)
        return
    turn.record.verified_at = turn.relay.now()
    turn.dirty = True
    turn.save()


def _look_up(turn: Turn, close: EventEntry, operation: Operation) -> None:
    """A CLOSE that shows, or the status that it brings, proves itself at once, and the checks after CLOSE follow. It is
    believed absent only when what was sent last must be visible; then it may go out, unless workers keep dying over it."""
    relay = turn.relay
    visible_from = operation.sent_at_the_latest + relay.settings.visibility_delay
    crashed = _end_dead_lease(operation, relay.now())
    keep_claims(turn)
    remote = turn.read_remote()
    if _is_there(remote, close) or has_status(remote, CLOSED):
        _settle_as_closed(turn, close)
    elif (remaining := (visible_from - (turn.read_at or relay.now())).total_seconds()) > 0:
        raise NotReady("the last attempt may not be visible yet", retry_after=remaining)
    elif crashed is not None:
        raise crashed
    else:
        operation.set_free()
    turn.dirty = True
    turn.save()


def _end_dead_lease(operation: Operation, now: datetime) -> WorkerCrashed | None:
    """That too many workers died over it counts only once it is known that CLOSE doesn't stand. Raises Busy."""
    try:
        operation.end_dead_lease(now)
    except WorkerCrashed as error:
        return error
    return None


def _settle_as_closed(turn: Turn, close: EventEntry) -> None:
    close.state, close.refusal = EventState.CONFIRMED, None
    turn.record.batch = None
    turn.record.last_confirmed = turn.relay.now()


def _is_there(remote: RemoteDocument, close: EventEntry) -> bool:
    return close.external_id in find_ours(remote, [close])


def _begin(turn: Turn, close: EventEntry, owner: str) -> Operation:
    relay, record = turn.relay, turn.record
    if record.batch is None:
        operation = Operation.started(relay.now(), owner, relay.settings.lease)
        operation.ids = known_ids(relay, [turn.payload(close)])
        record.newcomers = newcomers_of(turn.payload(close), operation.ids)
        record.batch = Batch(operation, [close.external_id])
    else:
        record.batch.operation.begin(relay.now(), owner, relay.settings.lease)
        name_known(record, record.batch.operation, known_ids(relay, [turn.payload(close)]))
    claims = relay.parties.claims(record.newcomers, record.external_id, relay.now(), relay.now() + CLAIM)
    try:
        save(relay, record, [*claims, *turn.together_with])
    except StaleRecord:
        raise NotReady("the record has just changed", retry_after=1) from None
    turn.dirty, turn.together_with = False, []
    return owned(record.batch.operation, owner)


def _require(turn: Turn, remote: RemoteDocument, status: str) -> None:
    """Raises NotReady while reads may lag behind what was confirmed, else VerificationFailed with every failed point."""
    problems = verify(remote, _expected(turn), status=status)
    if not problems:
        return
    confirmed = turn.record.last_confirmed
    read_at = turn.read_at or turn.relay.now()
    if confirmed is not None and read_at - confirmed < turn.relay.settings.visibility_delay:
        raise NotReady("what was confirmed a moment ago is not all visible yet", retry_after=1)
    raise VerificationFailed("the document on the network is not what was asked for", fields=problems)


def _expected(turn: Turn, closed_by: EventEntry | None = None) -> list[Expected]:
    """Every event that we know to be on the document, with ids in place of parties whose ids are known. `closed_by`: the CLOSE
    that was just answered."""
    entries = [entry for entry in turn.record.events if entry.state is EventState.CONFIRMED or entry is closed_by]
    payloads = [turn.payload(entry) for entry in entries]
    known = known_ids(turn.relay, payloads)
    return [Expected(entry, with_ids(payload, known)) for entry, payload in zip(entries, payloads, strict=True)]


def _confirm_and_verify(turn: Turn, close: EventEntry, owner: str) -> None:
    """Read back at once; whatever that brings, CLOSE itself is recorded as confirmed."""
    outcome: RelayError | None = None
    verified = False
    try:
        verified = not verify(turn.read_remote(), _expected(turn, closed_by=close), status=CLOSED)
    except RelayError as error:
        outcome = error

    def change(record: DocumentRecord) -> None:
        owned(record.batch.operation if record.batch else None, owner)
        entry = record.event(close.external_id)
        if entry is not None:
            entry.state = EventState.CONFIRMED
        record.batch = None
        record.last_confirmed = turn.relay.now()
        record.verified_at = turn.relay.now() if verified else None

    turn.record = apply(turn.relay, turn.record, change)
    if outcome is not None:
        raise outcome


def _end_without_answer(turn: Turn, close: EventEntry, owner: str, error: RelayError, *, sent: bool) -> None:
    """`sent`: CLOSE went out. A read that got no answer leaves nothing in doubt."""
    if isinstance(error, PermanentFailure):
        turn.refuse_event(close, error)
        return

    def change(record: DocumentRecord) -> None:
        operation = owned(record.batch.operation if record.batch else None, owner)
        give_back(turn.relay, operation, error, turn.message_id)
        if not sent:
            operation.set_free()

    turn.record = apply(turn.relay, turn.record, change)
    raise error


def tell(turn: Turn, error: PermanentFailure) -> None:
    """The document is closed and wrong, or can't be read. Nothing can be sent any more; a person must know.

    The dead letter comes first: whoever dies before the record says so will read the document again."""

    def change(record: DocumentRecord) -> None:
        record.verification_failed = True
        if record.closing_event is not None:
            record.closing_event.refusal = Refusal.of(error, source.message_id)

    turn.save()  # what this turn has entered, with its payloads: the record may change under it
    close = turn.record.closing_event
    body = {"version": 1, "documentExternalId": turn.record.external_id, "wake": "Verify"}
    item = close.external_id if close else None
    source = turn.who_tells(item)
    bury(turn.relay, source, error, external_id=turn.record.external_id, item=item, body=body)
    turn.record = apply(turn.relay, turn.record, change)
