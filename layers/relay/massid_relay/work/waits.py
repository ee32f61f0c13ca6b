"""Answering the lifecycle's waiting steps from what the record now says."""

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import ForbiddenTransition, Superseded
from massid_relay.core.operation import Stage
from massid_relay.core.record import DocumentRecord, EventEntry, EventState, Wait, WaitKind
from massid_relay.core.timeline import STATUS_EVENTS
from massid_relay.work.burial import dead_letter_id


def settle_waits(relay: Relay, record: DocumentRecord) -> bool:
    """Answer every stored token whose wants are met or dead; whether there were any. The caller saves the record.

    The answer comes before the save: a token answered twice is no matter, one forgotten would wait for ever.
    """
    settled = [wait for wait in record.waits if answer(relay, record, wait)]
    record.waits = [wait for wait in record.waits if wait not in settled]
    return bool(settled)


def answer(relay: Relay, record: DocumentRecord, wait: Wait) -> bool:
    """Answer one token if the time has come."""
    if record.superseded:
        relay.tokens.fail(wait.token, Superseded.__name__, "")
        return True
    if wait.kind is WaitKind.CREATION:
        return record.created and not record.newcomers and _succeed(relay, record, wait)
    if wait.kind is WaitKind.FILES:
        return _answer_files(relay, record, wait)
    events = [record.event(external_id) for external_id in wait.wants]
    lost = [event for event in events if event is None or _lost(record, event)]
    if lost:
        _fail(relay, wait, lost[0])
        return True
    confirmed = all(event is not None and event.settled for event in events)
    closes = any(event is not None and event.name == "CLOSE" for event in events)
    return confirmed and (not closes or record.verified_at is not None) and _succeed(relay, record, wait)


def _answer_files(relay: Relay, record: DocumentRecord, wait: Wait) -> bool:
    if any(name not in record.files for name in wait.wants):  # refused, and discarded before this was answered
        relay.tokens.fail(wait.token, "Refused", "")
        return True
    for name in wait.wants:
        operation = record.files[name].operation
        if operation is not None and operation.stage is Stage.REFUSED and operation.refusal is not None:
            letter = dead_letter_id(operation.refusal.message_id, name)
            relay.tokens.fail(wait.token, operation.refusal.error_type, letter)
            return True
    if all(record.files[name].attached for name in wait.wants):
        return _succeed(relay, record, wait)
    if record.cancelling_event is not None:  # no file is attached to a cancelled document any more
        relay.tokens.fail(wait.token, ForbiddenTransition.__name__, "")
        return True
    return False


def _lost(record: DocumentRecord, event: EventEntry) -> bool:
    """Dead; or a status that was given up or went wrong; or left behind by CANCEL. Any other discarded event is done with."""
    ends = event.name in STATUS_EVENTS or record.cancelling_event is not None
    return event.state is EventState.DEAD or (
        ends and (event.state is EventState.DISCARDED or record.verification_failed)
    )


def _succeed(relay: Relay, record: DocumentRecord, wait: Wait) -> bool:
    relay.tokens.succeed(wait.token, {"documentId": record.document_id})
    return True


def _fail(relay: Relay, wait: Wait, event: EventEntry | None) -> None:
    if event is None or event.refusal is None:
        relay.tokens.fail(wait.token, "Refused", "")
        return
    buried = event.state is not EventState.DISCARDED
    letter = dead_letter_id(event.refusal.message_id, event.external_id) if buried else ""
    relay.tokens.fail(wait.token, event.refusal.error_type, letter)
