"""Sending dead letters back, or giving them up. Both can be stopped anywhere and done again.

A redrive lets go of nothing: what a letter holds goes on when its message is back, whose deduplication id is the letter's
(work/append_events.py). The workers meet what they know already with silence.
SQS's own message move can't choose messages, so the queue is read through.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any

from massid_relay.core.clock import SystemClock, iso
from massid_relay.core.errors import Refusal
from massid_relay.core.jsons import JsonObject, loads
from massid_relay.core.record import DocumentRecord, EventState
from massid_relay.ledger.dead_letters import DeadLetter, DeadLetterState
from massid_relay.ledger.documents import StaleRecord
from massid_relay.ledger.runs import RunState
from massid_relay.work.burial import dead_letter_id
from massid_relay.work.next_run import next_run
from massid_relay.work.source import QueueName

from massid_cli.operations.target import Target

HOLD_SECONDS = 120
"""How long a message is out of sight while the queue is read through."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one dead letter."""

    dead_letter_id: str
    external_id: str | None
    became: str


@dataclass(frozen=True, slots=True)
class _Resting:
    """A message of the dead-letter queue."""

    dead_letter_id: str
    body: str
    receipt_handle: str


def letter_json(letter: DeadLetter) -> JsonObject:
    """For programs."""
    return asdict(letter) | {"at": iso(letter.at), "first_attempt": iso(letter.first_attempt)}


def redrive(target: Target, chosen: Callable[[DeadLetter], bool]) -> list[Outcome]:
    """Send the chosen dead letters back to their queues, and start the next run of lifecycles that failed over them."""
    wanted = {letter.id: letter for letter in target.dead_letters.resting() if chosen(letter)}
    found: dict[str, list[_Resting]] = {}
    for message in _read_through(target):
        if message.dead_letter_id in wanted:
            found.setdefault(message.dead_letter_id, []).append(message)
        else:
            _put_down_or_take_away(target, message)
    outcomes = []
    for external_id, letters in groupby(sorted(wanted.values(), key=_document_of), _document_of):
        outcomes += _redrive_together(target, external_id, list(letters), found)
    return outcomes


def _document_of(letter: DeadLetter) -> str:
    return letter.external_id or ""


def _redrive_together(
    target: Target, external_id: str, letters: Sequence[DeadLetter], found: Mapping[str, Sequence[_Resting]]
) -> list[Outcome]:
    """The letters of one document. They count as redriven before anything is sent, so that a message that dies again beside them
    is told by a letter of its own; they are listed until the next run was asked for, so that a command that was broken off finds
    them again."""
    gone = [letter for letter in letters if letter.id not in found]
    back = [replace(letter, state=DeadLetterState.REDRIVEN) for letter in letters if letter.id in found]
    for letter in back:
        target.dead_letters.put(letter)
        _send_back(target, letter, found[letter.id][0])
    outcomes = [Outcome(one.id, one.external_id, f"sent back to the {one.queue} queue") for one in back]
    outcomes += [Outcome(letter.id, letter.external_id, "its message is gone") for letter in gone]
    outcomes += _start_next_run(target, external_id) if external_id else []
    for letter in back:
        target.dead_letters.settle(letter, SystemClock().now())
        for message in found[letter.id]:
            _take_away(target, message)
    return outcomes


def discard(target: Target, dead_letter_id: str, why: str) -> Outcome:
    """Give one dead letter up: what it held goes on without it. Raises KeyError if there is none of that id."""
    letter = target.dead_letters.get(dead_letter_id)
    if letter is None:
        raise KeyError(dead_letter_id)
    (outcome,) = discard_every(target, [letter], why)
    return outcome


def discard_every(target: Target, letters: Sequence[DeadLetter], why: str) -> list[Outcome]:
    """Give these dead letters up."""
    for letter in letters:
        _discard(target, letter, why)
    ids = {letter.id for letter in letters}
    for message in _read_through(target):
        if message.dead_letter_id in ids:
            _take_away(target, message)
        else:
            _put_down(target, message)
    _wake_all(target, [letter for letter in letters if letter.queue != QueueName.ORDERS])
    return [Outcome(letter.id, letter.external_id, "discarded") for letter in letters]


def _read_through(target: Target) -> list[_Resting]:
    """Every message that rests, held out of sight so that none comes twice."""
    return list(_receive_all(target))


def _receive_all(target: Target) -> Iterator[_Resting]:
    while True:
        answer = target.client("sqs").receive_message(
            QueueUrl=target.dead_letter_queue_url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=HOLD_SECONDS,
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        if not messages:
            return
        for message in messages:
            named = message.get("MessageAttributes", {}).get("deadLetterId", {})
            yield _Resting(named.get("StringValue", ""), message["Body"], message["ReceiptHandle"])


def _send_back(target: Target, letter: DeadLetter, message: _Resting) -> None:
    queue = QueueName(letter.queue)
    fifo = queue is QueueName.EVENTS  # the letter's id as deduplication id: a redrive that was broken off sends it once
    body: JsonObject | None = _object(message.body)
    if body is None:
        _resend_as_it_is(target, queue, message.body, letter)
    else:
        target.queues.send(
            target.queue_url(queue),
            body,
            group=letter.external_id or letter.id if fifo else None,
            fresh_id=letter.id if fifo else None,
        )


def _resend_as_it_is(target: Target, queue: QueueName, body: str, letter: DeadLetter) -> None:
    """What isn't even JSON goes back as it came; it will be refused again, and says so."""
    fifo = {"MessageGroupId": letter.external_id or letter.id, "MessageDeduplicationId": letter.id}
    extra = fifo if queue is QueueName.EVENTS else {}
    target.client("sqs").send_message(QueueUrl=target.queue_url(queue), MessageBody=body, **extra)


def _discard(target: Target, letter: DeadLetter, why: str) -> None:
    """Its document lets go before that is written, so that a command that was broken off is done again, and after it: a worker
    that handles the message once more holds nothing over a letter that is settled."""
    _let_go(target, letter)
    target.dead_letters.settle(replace(letter, state=DeadLetterState.DISCARDED, why=why), SystemClock().now())
    _let_go(target, letter)


def _let_go(target: Target, letter: DeadLetter) -> None:
    """Take the letter's hold off its document, and what died with it out of it.

    A conflict with a worker is met by looking again, on both sides: the record is saved whether it held or not, so that a worker
    that is about to write the hold must look again.
    """
    while letter.external_id is not None:
        record = _held_by(target, letter)
        if record is None:
            return
        release(record, letter)
        try:
            target.documents.save(record, look_at=record.waiting_since)
        except StaleRecord:
            continue
        return


def _held_by(target: Target, letter: DeadLetter) -> DocumentRecord | None:
    """The generation that the letter is about: the one in which something died with it, or the newest."""
    found = target.documents.generations(letter.external_id or "")
    mine = (record for record in reversed(found) if _died_with(record, letter))
    return next(mine, found[-1] if found else None)


def _died_with(record: DocumentRecord, letter: DeadLetter) -> bool:
    event, file = record.event(letter.item or ""), record.files.get(letter.item or "")
    refusals = [event.refusal if event else None, file.operation.refusal if file and file.operation else None]
    return any(_tells_of(letter, refusal) for refusal in refusals)


def _tells_of(letter: DeadLetter, refusal: Refusal | None) -> bool:
    """Whether it is this refusal's letter. What was refused may have others of its name, say of other content."""
    return refusal is not None and dead_letter_id(refusal.message_id, letter.item) == letter.id


def release(record: DocumentRecord, letter: DeadLetter) -> bool:
    """Take a discarded letter's hold off the record, and what died with it out of it; whether that changed it."""
    holds = [hold for hold in record.holds if hold.dead_letter_id != letter.id]
    changed = len(holds) < len(record.holds)
    record.holds = holds
    if letter.item is None:
        return changed
    event = record.event(letter.item)
    if event is not None and event.state is EventState.DEAD and _tells_of(letter, event.refusal):
        event.state, changed = EventState.DISCARDED, True
    file = record.files.get(letter.item)
    if (
        file is not None
        and file.operation is not None
        and not file.attached
        and _tells_of(letter, file.operation.refusal)
    ):
        del record.files[letter.item]
        changed = True
    return changed


def _start_next_run(target: Target, external_id: str) -> list[Outcome]:
    """A run that failed is resumed by a redrive: the stored submission is submitted once more. One that is open may be about to
    fail over the letter."""
    run = target.runs.newest(external_id)
    if run is None or run.state is RunState.ENDED:
        return []
    body, delay = next_run(external_id, run)
    target.queues.send(target.queue_url(QueueName.SUBMISSIONS), body, delay=delay)
    failed = run.state is RunState.FAILED
    return [Outcome("", external_id, f"run {run.number} failed: the next one was asked for")] if failed else []


def _wake_all(target: Target, letters: Sequence[DeadLetter]) -> None:
    """Their documents: what they held may go on."""
    for external_id in sorted({letter.external_id for letter in letters if letter.external_id}):
        body: JsonObject = {"version": 1, "documentExternalId": external_id, "wake": "Released"}
        target.queues.send(target.queue_url(QueueName.EVENTS), body, group=external_id, fresh_id=uuid.uuid4().hex)


def _put_down_or_take_away(target: Target, message: _Resting) -> None:
    """A second copy of a letter that was dealt with before has no business here any more."""
    letter = target.dead_letters.get(message.dead_letter_id)
    if letter is not None and letter.state is not DeadLetterState.RESTING:
        _take_away(target, message)
    else:
        _put_down(target, message)


def _put_down(target: Target, message: _Resting) -> None:
    target.queues.come_back(target.dead_letter_queue_url, message.receipt_handle, 0)


def _take_away(target: Target, message: _Resting) -> None:
    target.client("sqs").delete_message(QueueUrl=target.dead_letter_queue_url, ReceiptHandle=message.receipt_handle)


def _object(body: str) -> JsonObject | None:
    try:
        message = loads(body)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
