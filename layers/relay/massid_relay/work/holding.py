"""A whole message of a document's FIFO group that lies dead leaves a hole: what comes later must not pass it (invariant 3)."""

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import PermanentFailure
from massid_relay.core.identity import is_external_id
from massid_relay.core.messages import WakeMessage, parse_events_message
from massid_relay.core.record import DocumentRecord, Hold
from massid_relay.work.burial import bury, dead_letter_id, is_settled
from massid_relay.work.burial_subject import is_about_replaced
from massid_relay.work.changes import apply
from massid_relay.work.source import QueueName, Source
from massid_relay.work.stored import asked_events


def bury_whole(relay: Relay, source: Source, error: PermanentFailure) -> None:
    """Bury a message as a whole. What it holds is written before its letter, which a person may settle at once."""
    _hold_document(relay, source, dead_letter_id(source.message_id))
    bury(relay, source, error)


def _hold_document(relay: Relay, source: Source, letter_id: str) -> None:
    """Have the dead letter hold its document from the time of its first event on; CLOSE and CANCEL if nobody can tell it.

    Events that are in the inbox already are safe there, and a wake holds nothing.
    """
    if source.queue is not QueueName.EVENTS or not is_external_id(source.group or ""):
        return
    record = relay.documents.load(source.group or "")
    hold = _hold(relay, record, source, letter_id)
    if hold is not None or any(known.dead_letter_id == source.deduplication_id for known in record.holds):
        apply(relay, record, lambda fresh: _put(relay, fresh, hold, source.deduplication_id))


def _hold(relay: Relay, record: DocumentRecord, source: Source, letter_id: str) -> Hold | None:
    try:
        message = parse_events_message(source.body, relay.settings.old_message_forms)
        if isinstance(message, WakeMessage) or message.generation < record.generation:
            return None
        entries = asked_events(relay, record, message).entries
    except PermanentFailure:  # whatever it is, it must not keep the message from being buried
        replaced = is_about_replaced(source.queue, source.body, record.generation)
        return None if replaced else Hold(letter_id)
    outside = [entry.at for entry in entries if record.event(entry.external_id) is None]
    return Hold(letter_id, min(outside)) if outside else None


def _put(relay: Relay, record: DocumentRecord, hold: Hold | None, redriven: str | None) -> None:
    """In the place of the letter that was redriven with this message, if any."""
    record.holds = [known for known in record.holds if known.dead_letter_id != redriven]
    known_ids = {known.dead_letter_id for known in record.holds}
    if hold is not None and hold.dead_letter_id not in known_ids and not is_settled(relay, hold.dead_letter_id):
        record.holds.append(hold)
