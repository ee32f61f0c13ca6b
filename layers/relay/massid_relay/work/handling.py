"""One Lambda invocation over a batch of SQS messages: each message gets its own end (invariants 2, 5, 10).

| what the work says | what becomes of the message |
| --- | --- |
| returns | deleted: its effect is confirmed, or the ledger holds it as waiting |
| PermanentFailure | buried, then deleted |
| TransientFailure | comes back after a backoff that grows with its failures |
| NotNow | comes back when that says, or soon; it was no attempt |
| CredentialsRefused | comes back; the fleet pauses |
| anything else | comes back; it is a bug or AWS itself, and is logged as an error |

What would come back for ever is buried before its queue drops it.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import (
    CredentialsRefused,
    NotNow,
    PermanentFailure,
    RefusedBefore,
    RelayError,
    TransientFailure,
    WaitedTooLong,
    WorkerCrashed,
)
from massid_relay.core.identity import is_external_id
from massid_relay.core.operation import CRASHES_ALLOWED
from massid_relay.log import logger
from massid_relay.work.burial import dead_letter_id
from massid_relay.work.holding import bury_whole
from massid_relay.work.source import QueueName, Source

RECEIVED_OFTEN = 20
"""More receives than an hour of ordinary waiting brings. From then on a message might be killing its workers."""
TRACE_KEPT = timedelta(days=14)
"""Longer than any queue keeps the message."""


def handle_each(
    relay: Relay, queue_url: str | None, batch: Sequence[Source], work: Callable[[Source], None]
) -> dict[str, Any]:
    """A standard queue: every message on its own, beside each other. Returns Lambda's partial batch response.

    Without `queue_url` a message that failed comes back after its queue's own visibility timeout, for as long as that queue
    keeps it.
    """
    attempted = _traced if queue_url is None else _patiently

    def handle(messages: list[Source]) -> int:
        delay = _attempt(relay, messages[0], lambda: attempted(relay, messages[0], lambda: work(messages[0])))
        if delay is not None and queue_url is not None:
            relay.queues.come_back(queue_url, messages[0].receipt_handle, delay)
        return int(delay is None)

    return _overlapping(relay, [[source] for source in batch], handle)


def handle_groups(
    relay: Relay, queue_url: str, batch: Sequence[Source], work: Callable[[list[Source]], None]
) -> dict[str, Any]:
    """A FIFO queue: the messages of one group together, in order; groups beside each other.

    A group that fails comes back as a whole. Its followers are set free first: a follower that stays invisible for its
    full timeout would lock the group. Where the first message can't succeed, it alone is buried: nobody knows about the others.
    """
    groups: dict[str, list[Source]] = {}
    for source in batch:
        groups.setdefault(source.group or "", []).append(source)

    def handle(group: list[Source]) -> int:
        done: list[Source] = []
        delay = _attempt(relay, group[0], lambda: _work_through(relay, group, work, done))
        for follower in reversed(group[1:] if delay is not None else group[len(done) :]):
            relay.queues.come_back(queue_url, follower.receipt_handle, 0)
        if delay is not None:
            relay.queues.come_back(queue_url, group[0].receipt_handle, delay)
        return len(done)

    return _overlapping(relay, list(groups.values()), handle)


def _work_through(relay: Relay, group: list[Source], work: Callable[[list[Source]], None], done: list[Source]) -> None:
    """`done` gets what is done with: the whole group, or its first message alone, buried."""
    try:
        _patiently(relay, group[0], lambda: work(group))
    except PermanentFailure as error:
        bury_whole(relay, group[0], error)
        done.append(group[0])
    else:
        done.extend(group)


def _overlapping(relay: Relay, groups: Sequence[list[Source]], handle: Callable[[list[Source]], int]) -> dict[str, Any]:
    """Handle the groups beside each other, so that one waits for its answer while another uses the next slot. A single one
    is handled in the calling thread. `handle` says how many of its group are done with.

    Messages that were received often come last, one by one: if one of them kills its worker, it takes no other along.
    """
    often = [group for group in groups if _received_often(group[0])]
    fresh = [group for group in groups if not _received_often(group[0])]
    done = [handle(group) for group in fresh] if len(fresh) < 2 else _in_threads(relay, fresh, handle)
    done += [handle(group) for group in often]
    failed = [source for group, count in zip([*fresh, *often], done, strict=True) for source in group[count:]]
    return {"batchItemFailures": [{"itemIdentifier": source.message_id} for source in failed]}


def _received_often(source: Source) -> bool:
    return source.receive_count >= RECEIVED_OFTEN


def _patiently(relay: Relay, source: Source, work: Callable[[], None]) -> None:
    """Raises WaitedTooLong in place of what would put the message back on a queue that is about to drop it (invariant 2)."""
    if source.receive_count > 1 and (source.queue is QueueName.ORDERS or _is_old(relay, source)):
        _require_no_end(relay, source)
    try:
        _traced(relay, source, work)
    except PermanentFailure:
        raise
    except Exception as error:
        if not _is_old(relay, source):
            raise
        # an unforeseen error's own words may quote personal data (invariant 7)
        last = str(error) if isinstance(error, RelayError) else type(error).__name__
        raise WaitedTooLong(
            f"its queue keeps it no longer; it came back again and again, at last because: {last}"
        ) from error


def _is_old(relay: Relay, source: Source) -> bool:
    return relay.now() - source.sent_at >= relay.settings.message_patience


def _require_no_end(relay: Relay, source: Source) -> None:
    """What was refused for a reason that time may take away (the day's cap, an outage) must not be done because SQS brings its
    message once more, when a person has read that it was not. Raises RefusedBefore."""
    letter = relay.dead_letters.get(dead_letter_id(source.message_id))
    if letter is not None:
        raise RefusedBefore(letter.refusal(source.message_id))


def _traced(relay: Relay, source: Source, work: Callable[[], None]) -> None:
    """Leave a trace around the work on a message that was received often. Raises WorkerCrashed at the third trace without an
    end: workers die over it before they can write anything else about it."""
    if not _received_often(source):
        work()
        return
    if relay.traces.begin(source.message_id, relay.now() + TRACE_KEPT) >= CRASHES_ALLOWED:
        raise WorkerCrashed("workers keep dying over this message")
    with _trace_taken_away(relay, source):
        work()


@contextmanager
def _trace_taken_away(relay: Relay, source: Source) -> Iterator[None]:
    """Any ordinary end takes the trace away; a dead worker leaves it."""
    try:
        yield
    finally:
        relay.traces.end(source.message_id)


def _in_threads(relay: Relay, groups: Sequence[list[Source]], handle: Callable[[list[Source]], int]) -> list[int]:
    """A thread each: a batch is small. An exception that `handle` lets out fails the whole batch, once all have ended."""
    with relay.overlapping(len(groups)) as ended, ThreadPoolExecutor(len(groups)) as threads:

        def until_ended(group: list[Source]) -> int:
            try:
                return handle(group)
            finally:
                ended()

        return list(threads.map(until_ended, groups))


def _attempt(relay: Relay, source: Source, work: Callable[[], None]) -> int | None:
    """Do it; None if the message is done with, else the seconds after which it comes back."""
    try:
        try:
            work()
        except PermanentFailure as error:
            bury_whole(relay, source, error)
    except NotNow as error:
        _say("comes back", source, error)
        return relay.backoff.after_not_now(error.retry_after, receives=source.receive_count)
    except TransientFailure as error:
        _say("failed for now", source, error)
        return relay.backoff.after_failures(error.failures, receives=source.receive_count)
    except CredentialsRefused as error:
        logger.error("credentials refused", extra=_about(source, error))
        pause = relay.pause_for_credentials(error, orders=source.queue is QueueName.ORDERS)
        return relay.backoff.after_not_now(pause, receives=source.receive_count)
    except Exception as error:
        logger.error(
            "unexpected failure",
            extra=_about(source, error) | {"where": _where(error)},
        )
        return relay.backoff.after_failures(source.receive_count, receives=source.receive_count)
    return None


def _say(what: str, source: Source, error: Exception) -> None:
    logger.info(what, extra=_about(source, error) | {"reason": str(error), "receiveCount": source.receive_count})


def _about(source: Source, error: Exception) -> dict[str, Any]:
    # a group may be anything that its sender wrote
    named = source.group if is_external_id(source.group or "") else None
    return {"messageId": source.message_id, "externalId": named, "errorType": type(error).__name__}


def _where(error: Exception) -> list[str]:
    """The stack without texts: an unforeseen error's own words may quote personal data (invariant 7)."""
    frames, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('massid_relay/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames
