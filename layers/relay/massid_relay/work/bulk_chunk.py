"""One chunk of a bulk file: read, examined as submit_massid would, sent to the submissions queue, recorded.

The order makes a crash harmless: external ids are noted, messages sent, refused lines written, and only then the run moves on.
What a dead worker had sent is sent again, and a submission that comes again is a repetition.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from massid_relay.bootstrap import Relay
from massid_relay.core.bulk.entries import WHOLE, Entry, LineProblem, Position, Refused
from massid_relay.core.bulk.files import refused_key
from massid_relay.core.bulk.run import BulkRun
from massid_relay.core.errors import BulkRefused, Busy, InvalidMessage, PermanentFailure
from massid_relay.core.messages import Submission, parse_submission
from massid_relay.core.orders.rules import valid_order
from massid_relay.ledger.bulk import MOST_CLAIMS
from massid_relay.ledger.documents import StaleRecord
from massid_relay.work.burial import named_external_id
from massid_relay.work.checked import check
from massid_relay.work.incoming import incoming

MOST_LINES = MOST_CLAIMS
MOST_BYTES = 4 * 1024 * 1024
"""Text of one chunk in memory."""
TIME_TO_SEND = 10
"""Seconds that an invocation keeps for what comes after reading."""


@dataclass(slots=True)
class Chunk:
    """What was read. `after`: where the next one begins; `ended`: there is none."""

    after: Position
    accepted: dict[str, Entry] = field(default_factory=dict)
    """By external id."""
    refused: list[Refused] = field(default_factory=list)
    ended: bool = True
    stopped: BulkRefused | None = None
    """Why the file can't be read on from there. What was read before it is fed all the same."""


def read_chunk(relay: Relay, start: Position, entries: Iterator[Entry], most: int) -> Chunk:
    """Up to so many submissions, and as many as there is time for."""
    chunk, size = Chunk(start), 0
    for entry in _until_stopped(entries, chunk):
        chunk.after = entry.after
        size += len(entry.text or "")
        _sort(relay, entry, chunk)
        count = len(chunk.accepted) + len(chunk.refused)
        if count >= min(most, MOST_LINES) or size >= MOST_BYTES or relay.deadline() < TIME_TO_SEND:
            chunk.ended = False
            break
    return chunk


def _until_stopped(entries: Iterator[Entry], chunk: Chunk) -> Iterator[Entry]:
    """`entries` stays open: the next chunk goes on with it."""
    while True:
        try:
            entry = next(entries)
        except StopIteration:
            return
        except BulkRefused as error:
            chunk.stopped = error
            return
        yield entry


def feed_chunk(relay: Relay, run: BulkRun, chunk: Chunk) -> None:
    """Send it, and record that it was sent. Raises Busy if another worker has taken the run over."""
    earlier = relay.bulk.claim(run.id, {name: entry.line for name, entry in chunk.accepted.items()})
    for external_id, line in earlier.items():
        chunk.refused.append(Refused.repeated(chunk.accepted.pop(external_id), external_id, line))
    _send(relay, run, chunk)
    if chunk.refused:
        chunk.refused.sort(key=lambda one: one.line)
        key = refused_key(run.name, run.id, run.parts + 1)
        relay.bulk_files.write_refused(key, (one.to_json() for one in chunk.refused))
    run.fed(relay.now(), chunk.after, len(chunk.accepted), len(chunk.refused))
    save_run(relay, run)


def _send(relay: Relay, run: BulkRun, chunk: Chunk) -> None:
    """To the submissions queue. What it will never take is a refused line, or the whole chunk would come back for ever."""
    entries = list(chunk.accepted.items())
    texts = [entry.text or "" for _, entry in entries]
    for place in relay.queues.send_all(relay.settings.submissions_queue_url, texts):
        external_id, entry = entries[place]
        problem = LineProblem(WHOLE, "is no message that the submissions queue takes")
        chunk.refused.append(Refused(entry.line, (problem,), external_id))
        del chunk.accepted[external_id]
        relay.bulk.release(run.id, external_id)


def save_run(relay: Relay, run: BulkRun) -> None:
    """Raises Busy if another worker has taken it over."""
    try:
        relay.bulk.save(run)
    except StaleRecord:
        raise Busy("another worker has taken the file over", retry_after=1) from None


def _sort(relay: Relay, entry: Entry, chunk: Chunk) -> None:
    if entry.problems:
        chunk.refused.append(Refused(entry.line, entry.problems, entry.external_id))
    elif entry.text is not None:
        try:
            external_id = _examined(relay, entry.text)
        except PermanentFailure as error:
            chunk.refused.append(Refused.because(entry, error, named_external_id(entry.text)))
            return
        first = chunk.accepted.setdefault(external_id, entry)
        if first is not entry:
            chunk.refused.append(Refused.repeated(entry, external_id, first.line))


def _examined(relay: Relay, text: str) -> str:
    """The submission's external id, once everything was looked at that would refuse it at the submissions queue."""
    submission = incoming(relay, parse_submission, text)
    if not isinstance(submission, Submission):
        raise InvalidMessage("a bulk file holds whole submissions")
    if submission.order is not None:
        valid_order(submission.order, relay.settings.order_policy)
    check(relay, submission)
    return submission.external_id
