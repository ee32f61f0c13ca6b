"""One Lambda invocation over a batch of SQS messages: each message gets its own end (invariants 2, 5, 10).

| what the work says | what becomes of the message |
| --- | --- |
| returns | deleted: its effect is confirmed, or the ledger holds it as waiting |
| PermanentFailure | buried, then deleted |
| TransientFailure | comes back after a backoff that grows with its failures |
| NotNow | comes back when that says, or soon; it was no attempt |
| CredentialsRefused | comes back; the fleet pauses |
| anything else | comes back; it is a bug or AWS itself, and is logged as an error |
"""

from collections.abc import Callable, Sequence
from typing import Any

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import CredentialsRefused, NotNow, PermanentFailure, TransientFailure
from massid_relay.log import logger
from massid_relay.work.burial import bury
from massid_relay.work.source import Source


def handle_each(
    relay: Relay, queue_url: str | None, batch: Sequence[Source], work: Callable[[Source], None]
) -> dict[str, Any]:
    """A standard queue: every message on its own. Returns Lambda's partial batch response.

    Without `queue_url` a message that failed comes back after its queue's own visibility timeout.
    """
    failed = []
    for source in batch:
        delay = _attempt(relay, source, lambda source=source: work(source))  # type: ignore[misc]
        if delay is None:
            continue
        failed.append(source)
        if queue_url is not None:
            relay.queues.come_back(queue_url, source.receipt_handle, delay)
    return _partial_response(failed)


def handle_groups(
    relay: Relay, queue_url: str, batch: Sequence[Source], work: Callable[[list[Source]], None]
) -> dict[str, Any]:
    """A FIFO queue: the messages of one group together, in order.

    A group that fails comes back as a whole. Its followers are set free first: a follower that stays invisible for its
    full timeout would lock the group.
    """
    groups: dict[str, list[Source]] = {}
    for source in batch:
        groups.setdefault(source.group or "", []).append(source)
    failed: list[Source] = []
    for group in groups.values():
        delay = _attempt(relay, group[0], lambda group=group: work(group))  # type: ignore[misc]
        if delay is not None:
            for follower in reversed(group[1:]):
                relay.queues.come_back(queue_url, follower.receipt_handle, 0)
            relay.queues.come_back(queue_url, group[0].receipt_handle, delay)
            failed += group
    return _partial_response(failed)


def _attempt(relay: Relay, source: Source, work: Callable[[], None]) -> int | None:
    """Do it; None if the message is done with, else the seconds after which it comes back."""
    try:
        try:
            work()
        except PermanentFailure as error:
            bury(relay, source, error)
    except NotNow as error:
        _say("comes back", source, error)
        return relay.backoff.after_not_now(error.retry_after)
    except TransientFailure as error:
        _say("failed for now", source, error)
        return relay.backoff.after_failures(error.failures)
    except CredentialsRefused as error:
        logger.error("credentials refused", extra=_about(source, error))
        return relay.backoff.after_not_now(relay.pause_for_credentials(error))
    except Exception as error:
        logger.error(
            "unexpected failure",
            extra=_about(source, error) | {"where": _where(error)},
        )
        return relay.backoff.after_failures(source.receive_count)
    return None


def _say(what: str, source: Source, error: Exception) -> None:
    logger.info(what, extra=_about(source, error) | {"reason": str(error), "receiveCount": source.receive_count})


def _about(source: Source, error: Exception) -> dict[str, Any]:
    return {"messageId": source.message_id, "externalId": source.group, "errorType": type(error).__name__}


def _where(error: Exception) -> list[str]:
    """The stack without texts: an unforeseen error's own words may quote personal data (invariant 7)."""
    frames, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('massid_relay/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames


def _partial_response(failed: Sequence[Source]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": source.message_id} for source in failed]}
