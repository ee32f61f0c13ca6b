"""What a message that can't succeed is about: which generation of its document, or which run of which bulk file."""

from massid_relay.bootstrap import Relay
from massid_relay.core.bulk.files import run_id
from massid_relay.core.errors import InvalidMessage
from massid_relay.core.identity import is_external_id
from massid_relay.core.jsons import JsonObject, loads
from massid_relay.core.messages import parse_bulk_message
from massid_relay.work.source import QueueName

_LAST_GENERATION = 99_999
_ABOUT_WHATEVER_STANDS = ("wake", "Records")
"""Wakes and S3's notifications name no generation."""


def object_of(body: str) -> JsonObject:
    """The message, if it can be read at all; else an empty one."""
    try:
        message = loads(body)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def generation_of(relay: Relay, queue: QueueName, external_id: str | None, body: str) -> int | None:
    """The generation that the message names; the newest as of now, where its kind names none. None: it is about no document,
    or about none that is known."""
    message = object_of(body)
    if external_id is None or queue is QueueName.BULK:
        return None
    if queue is QueueName.ORDERS:
        return relay.documents.load(external_id).generation if _names_a_document(message) else None
    named = _named(queue, message)
    if named is not None:
        return named
    record = relay.documents.load(external_id)
    return record.generation if record.version else None


def is_about_replaced(queue: QueueName, body: str, newest: int) -> bool:
    """Whether a message, be it readable or not, names a generation before the newest one, or none where the first is meant."""
    named = _named(queue, object_of(body))
    return named is not None and named < newest


def _names_a_document(message: JsonObject) -> bool:
    named = message.get("documentExternalId")
    return isinstance(named, str) and is_external_id(named)


def _named(queue: QueueName, message: JsonObject) -> int | None:
    named = message.get("generation")
    if isinstance(named, int) and not isinstance(named, bool) and 1 <= named <= _LAST_GENERATION:
        return named
    if not message or any(name in message for name in _ABOUT_WHATEVER_STANDS):
        return None
    if queue is QueueName.SUBMISSIONS and "document" not in message:  # it refers to a stored one
        return None
    return 1  # docs/messages.md: the first is meant where none is named


def bulk_run_of(queue: QueueName, body: str) -> str | None:
    """The run of the one file that a message of the bulk queue is about. Never its name: the sender's own words (invariant 7)."""
    if queue is not QueueName.BULK:
        return None
    try:
        files = parse_bulk_message(body)
    except InvalidMessage:
        return None
    if len(files) != 1 or files[0].object_version is None:
        return None
    return run_id(files[0].name, files[0].object_version)
