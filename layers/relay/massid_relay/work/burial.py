"""Laying a message to rest: into the dead-letter queue, its reason into the index, its token answered.

The order makes it safe to stop anywhere: message, reason, token; only then is the original deleted (invariant 2).
"""

import uuid

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import PermanentFailure
from massid_relay.core.identity import is_external_id
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.ledger.dead_letters import DeadLetter, DeadLetterState
from massid_relay.log import logger
from massid_relay.work.burial_subject import bulk_run_of, generation_of, object_of
from massid_relay.work.source import Source

_NAMESPACE = uuid.UUID("7f0c9a52-9c1c-5d8e-a3ab-1f6e7f0f2b11")


def bury(
    relay: Relay,
    source: Source,
    error: PermanentFailure,
    *,
    external_id: str | None = None,
    item: str | None = None,
    body: JsonObject | None = None,
) -> str:
    """Bury one message, or one item of it (an event's external id, a file's name) with a message of its own as `body`.

    Returns the dead letter's id.

    A letter in the index lies in the queue already, so burying twice leaves one.
    """
    letter_id = dead_letter_id(source.message_id, item)
    if relay.dead_letters.get(letter_id) is None:
        text = dumps(body) if body is not None else without_token(source.body)
        letter = _letter(relay, source, error, letter_id, external_id, item, text)
        attributes = {"deadLetterId": letter_id, "queue": letter.queue, "errorType": letter.error_type}
        relay.queues.rest(relay.settings.dead_letter_queue_url, text, attributes)
        relay.dead_letters.put(letter)
        _say(letter)
    token = task_token(source.body)
    if token and item is None:
        relay.tokens.fail(token, error.error_type, letter_id)
    return letter_id


def _letter(
    relay: Relay,
    source: Source,
    error: PermanentFailure,
    letter_id: str,
    external_id: str | None,
    item: str | None,
    text: str,
) -> DeadLetter:
    """`text`: what rests in the queue, which names the generation."""
    external_id = external_id or source.group
    if not is_external_id(external_id or ""):  # a group may be anything that its sender wrote (invariant 7)
        external_id = named_external_id(source.body)
    return DeadLetter(
        id=letter_id,
        queue=source.queue.value,
        error_type=error.error_type,
        reason=error.reason,
        at=relay.now(),
        first_attempt=source.sent_at,
        external_id=external_id,
        item=item or bulk_run_of(source.queue, source.body),
        fields=error.fields,
        vendor_error_id=error.vendor_error_id,
        generation=generation_of(relay, source.queue, external_id, text),
    )


def _say(letter: DeadLetter) -> None:
    extra = {
        "deadLetterId": letter.id,
        "queue": letter.queue,
        "errorType": letter.error_type,
        "externalId": letter.external_id,
        "fields": [field.path for field in letter.fields],
    }
    logger.warning("dead letter", extra=extra)


def is_settled(relay: Relay, letter_id: str) -> bool:
    """Whether a person discarded or redrove it. Then it tells nothing to anybody any more, and holds nothing."""
    letter = relay.dead_letters.get(letter_id)
    return letter is not None and letter.state is not DeadLetterState.RESTING


def dead_letter_id(message_id: str, item: str | None = None) -> str:
    """The same message, buried again after a crash, has the same id."""
    return str(uuid.uuid5(_NAMESPACE, f"{message_id}\x1f{item or ''}"))


def task_token(body: str) -> str | None:
    """The task token in a message, if it can be read at all."""
    token = object_of(body).get("taskToken")
    return token if isinstance(token, str) else None


def without_token(body: str) -> str:
    """What a redrive sends: the message as it came, less its token, which is answered."""
    message = object_of(body)
    if "taskToken" not in message:
        return body
    return dumps({name: value for name, value in message.items() if name != "taskToken"})


def named_external_id(body: str) -> str | None:
    """The document that the message names, if it can be read and the name has our form."""
    message = object_of(body)
    for field in ("documentExternalId", "externalId"):
        if isinstance(message.get(field), str) and is_external_id(message[field]):
            return str(message[field])
    return None
