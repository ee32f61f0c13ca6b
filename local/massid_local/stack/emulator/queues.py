"""SQS as its developer guide describes it, in place of the parts of moto that are slow with depth, race or differ.

From the guide: a FIFO group with a message in flight gives nothing out; a deduplication id is remembered for five minutes, also
after its message is gone; only the newest receipt handle deletes; a visibility ends twelve hours after its receive.
"""

import time
from collections import Counter
from collections.abc import Iterator
from copy import copy, deepcopy
from typing import Any
from weakref import WeakKeyDictionary

import moto.sqs.models as sqs
from moto.core.utils import unix_time_millis
from moto.sqs.exceptions import InvalidParameterValue, ReceiptHandleIsInvalid, SQSException

_DEDUPLICATION_MS = 5 * 60 * 1000
_LONGEST_VISIBILITY_MS = 12 * 60 * 60 * 1000
_SECOND_MS = 1000

Queue = Any
Message = Any
Backend = Any
"""moto's own classes. Their settings become attributes at run time, which no type checker can follow."""

_recent: "WeakKeyDictionary[Queue, dict[tuple[str | None, str], Message]]" = WeakKeyDictionary()
"""Per FIFO queue: the messages whose deduplication ids are still remembered."""


_REPLACED: dict[type, dict[str, Any]] = {}
"""Filled at the end of this file: what `install` puts into moto's classes."""


def install() -> None:
    """Replace moto's versions."""
    for owner, members in _REPLACED.items():
        for name, member in members.items():
            setattr(owner, name, member)


def wake() -> None:
    """The clock has moved: let waiting receives look again."""
    for regions in sqs.sqs_backends.values():
        for backend in regions.values():
            for queue in backend.queues.values():
                with queue._messages_lock:
                    queue._messages_lock.notify_all()


def _count(queue: Queue) -> Counter[str]:
    now = unix_time_millis()
    return Counter(
        "in flight" if message.visible_at > now else "delayed" if message.delayed_until > now else "visible"
        for message in queue._messages
    )


def _add(queue: Queue, message: Message) -> None:
    with queue._messages_lock:
        if queue.fifo_queue:
            original = _remembered(queue, message)
            if original is not None:
                message.id = original.id  # SQS answers with the first message's id
                return
            message.sequence_number = f"{time.time_ns():020d}"
        queue._messages.append(message)
        queue._messages_lock.notify_all()


def _remembered(queue: Queue, message: Message) -> Message | None:
    """The message that this one repeats; None, and remember this one, if there is none."""
    if message.deduplication_id is None:
        return None
    known = _recent.setdefault(queue, {})
    scope = message.group_id if queue.deduplication_scope == "messageGroup" else None
    key = (scope, message.deduplication_id)
    earlier = known.get(key)
    if earlier is not None and message.sent_timestamp - earlier.sent_timestamp < _DEDUPLICATION_MS:
        return earlier
    known[key] = copy(message)
    return None


def _receive(
    backend: Backend,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[Message]:
    queue = backend.get_queue(queue_name)
    deadline = time.monotonic() + wait_seconds_timeout
    with queue._messages_lock:
        while True:
            taken = [_hand_out(message, visibility_timeout) for message in _available(queue, count)]
            patience = deadline - time.monotonic()
            if taken or patience <= 0:
                break
            queue._messages_lock.wait(min(patience, _until_next(queue)))
    for message in taken:
        sqs._filter_message_attributes(message, message_attribute_names or [])
    return taken


def _hand_out(message: Message, visibility_timeout: int) -> Message:
    message.mark_received(visibility_timeout=visibility_timeout)
    message.received_at = unix_time_millis()
    return deepcopy(message)


def _available(queue: Queue, count: int) -> list[Message]:
    """The messages to hand out now, oldest first. What is past its retention or its receives leaves the queue."""
    now = unix_time_millis()
    _drop_expired(queue, now)
    locked = {message.group_id for message in queue._messages if queue.fifo_queue and message.visible_at > now}
    found: list[Message] = []
    spent: list[Message] = []
    for message in queue._messages:
        if message.visible_at > now or message.delayed_until > now or message.group_id in locked:
            continue
        (spent if _is_spent(queue, message) else found).append(message)
        if len(found) == count:
            break
    for message in spent:
        _dead_letter(queue, message, now)
    return found


def _drop_expired(queue: Queue, now: float) -> None:
    oldest = now - queue.message_retention_period * _SECOND_MS
    if any(message.sent_timestamp <= oldest for message in queue._messages):
        queue._messages = [message for message in queue._messages if message.sent_timestamp > oldest]


def _is_spent(queue: Queue, message: Message) -> bool:
    policy = queue.redrive_policy
    return bool(policy) and message.approximate_receive_count >= policy["maxReceiveCount"]


def _dead_letter(queue: Queue, message: Message, now: float) -> None:
    """A standard message keeps its age in the dead-letter queue, a FIFO message starts anew."""
    target = queue.dead_letter_queue
    queue._messages.remove(message)
    if queue.fifo_queue:
        message.sent_timestamp = int(now)
    message.visible_at = 0.0
    with target._messages_lock:
        target._messages.append(message)
        target._messages_lock.notify_all()


def _until_next(queue: Queue) -> float:
    """Seconds until a message may come into sight by itself."""
    now = unix_time_millis()
    times = [max(message.visible_at, message.delayed_until) for message in queue._messages]
    return min((moment - now for moment in times if moment > now), default=60.0 * _SECOND_MS) / _SECOND_MS + 0.001


def _delete(queue: Queue, receipt_handle: str) -> None:
    with queue._messages_lock:
        message = _by_handle(queue, receipt_handle)
        if message is None:
            if receipt_handle in queue.deleted_messages:
                return
            raise ReceiptHandleIsInvalid
        if queue.fifo_queue and message.visible_at <= unix_time_millis():
            raise ReceiptHandleIsInvalid  # SQS: the receipt handle has expired
        if message.receipt_handle != receipt_handle:
            return  # SQS: succeeds, but only the newest handle deletes
        queue._messages.remove(message)
        queue.deleted_messages.update(message.all_receipt_handles)
        queue._messages_lock.notify_all()  # the next of its group may go


def _change_visibility(backend: Backend, queue_name: str, receipt_handle: str, visibility_timeout: int) -> None:
    queue = backend.get_queue(queue_name)
    now = unix_time_millis()
    with queue._messages_lock:
        message = _by_handle(queue, receipt_handle)
        if message is None or message.receipt_handle != receipt_handle:
            raise ReceiptHandleIsInvalid
        if message.visible_at <= now:
            raise SQSException("MessageNotInflight", "The message isn't in flight.")
        visible_at = now + int(visibility_timeout) * _SECOND_MS
        if visible_at > message.received_at + _LONGEST_VISIBILITY_MS:
            raise InvalidParameterValue(
                "Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"
            )
        message.visible_at = visible_at
        queue._messages_lock.notify_all()


def _by_handle(queue: Queue, receipt_handle: str) -> Message | None:
    matching: Iterator[Any] = (message for message in queue._messages if message.had_receipt_handle(receipt_handle))
    return next(matching, None)


_REPLACED |= {
    sqs.SQSBackend: {"receive_message": _receive, "change_message_visibility": _change_visibility},
    sqs.Queue: {
        "add_message": _add,
        "delete_message": _delete,
        # moto asks for these several times in each send, and reads the time for each message
        "approximate_number_of_messages": property(lambda queue: _count(queue)["visible"]),
        "approximate_number_of_messages_not_visible": property(lambda queue: _count(queue)["in flight"]),
        "approximate_number_of_messages_delayed": property(lambda queue: _count(queue)["delayed"]),
    },
}
