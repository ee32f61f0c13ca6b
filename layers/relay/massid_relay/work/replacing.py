"""Seeing a replaced document off: its CANCEL through its FIFO group, and its successor's creation after that.

Everything follows from the two records, so that any wake, and `sweep`, can take it up where a worker died. At most one
generation of an external id stands on the network, or may stand there, without being cancelled.
"""

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import InvalidMessage, PermanentFailure
from massid_relay.core.generations import Standing, standing, to_be_seen_off
from massid_relay.core.inbox import enter
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages import EventsMessage, WakeMessage, parse_events_message
from massid_relay.core.record import DocumentRecord, Wait, WaitKind
from massid_relay.core.timeline import CANCEL
from massid_relay.work.burial import dead_letter_id
from massid_relay.work.cancelling import bury_cancel
from massid_relay.work.changes import apply, park
from massid_relay.work.nudges import ask_for_creation, wake
from massid_relay.work.source import Source
from massid_relay.work.stored import asked_events
from massid_relay.work.turn import Turn
from massid_relay.work.waits import settle_waits


def older_to_end(relay: Relay, newest: DocumentRecord) -> DocumentRecord | None:
    """The replaced document that the newest generation waits for, if there is one."""
    generation = to_be_seen_off(newest)
    return relay.documents.load(newest.external_id, generation) if generation is not None else None


def seen_off(relay: Relay, record: DocumentRecord) -> bool:
    """Whether nothing of an older generation is in the way of this document."""
    older = older_to_end(relay, record)
    return older is None or standing(older) is Standing.GONE


def note_seen_off(relay: Relay, record: DocumentRecord) -> None:
    """With the first attempt to create the document: what it replaced, and that this was off the network."""
    older = older_to_end(relay, record)
    if older is not None and record.replaces is not None:
        record.replaces.cleared_at, record.replaces.document_id = relay.now(), older.document_id


def wait_for_older(relay: Relay, record: DocumentRecord, token: str | None) -> None:
    """Leave the lifecycle's step in the ledger until the older document is off the network (invariant 2)."""
    apply(relay, record, lambda fresh: _leave_token(relay, fresh, token))
    wake(relay, record.external_id, "Replaced")


def _leave_token(relay: Relay, record: DocumentRecord, token: str | None) -> None:
    known = {wait.token for wait in record.waits}
    if token is not None and token not in known:
        record.waits.append(Wait(WaitKind.CREATION, token, []))
    settle_waits(relay, record)
    park(relay, record)


def answer_creation(relay: Relay, record: DocumentRecord) -> None:
    """The document stands: answer the steps that were left waiting for that."""
    if any(wait.kind is WaitKind.CREATION for wait in record.waits):
        apply(relay, record, lambda fresh: _leave_token(relay, fresh, None))


def fail_creation(relay: Relay, record: DocumentRecord, error: PermanentFailure, source: Source) -> None:
    """The document can't be created: tell the steps that were left waiting for it. `source`: the message that is buried."""
    letter = dead_letter_id(source.message_id)

    def change(fresh: DocumentRecord) -> None:
        for wait in fresh.waits:
            if wait.kind is WaitKind.CREATION:
                relay.tokens.fail(wait.token, error.error_type, letter)
        fresh.waits = [wait for wait in fresh.waits if wait.kind is not WaitKind.CREATION]

    fresh = relay.documents.load(record.external_id, record.generation)
    if any(wait.kind is WaitKind.CREATION for wait in fresh.waits):
        apply(relay, fresh, change)


def ending_message(relay: Relay, record: DocumentRecord, source: Source) -> EventsMessage | None:
    """The message, if it asks for nothing but the CANCEL of this replaced document. Others are the newest generation's affair."""
    try:
        message = parse_events_message(source.body, relay.settings.old_message_forms)
    except InvalidMessage:
        return None
    if isinstance(message, WakeMessage) or message.generation != record.generation or not message.only_cancels:
        return None
    return message if message.document_external_id == source.group else None


def want_cancel(turn: Turn) -> None:
    """Have CANCEL in the replaced document's inbox. One that was given up by hand stays given up."""
    record = turn.record
    if standing(record) is not Standing.STANDS or any(entry.name == CANCEL for entry in record.events):
        return
    message: JsonObject = {
        "version": 1,
        "documentExternalId": record.external_id,
        "generation": record.generation,
        "events": [{"name": CANCEL, "isPublic": True}],
    }
    asked = asked_events(turn.relay, record, EventsMessage.model_validate(message))
    refused = enter(record, asked.entries, turn.message_id)
    for refusal in refused:
        bury_cancel(turn, refusal.external_id, refusal.error, message)
    if not refused:
        turn.together_with += asked.part_items
        turn.dirty = True


def go_on_with_successor(relay: Relay, older: DocumentRecord, newest: DocumentRecord) -> None:
    """The replaced document is off the network: have the next one created."""
    if standing(older) is Standing.GONE and newest.create is None:
        ask_for_creation(relay, newest)
