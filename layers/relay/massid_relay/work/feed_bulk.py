"""The bulk queue: the submissions of a file go to the submissions queue, a turn at a time.

A turn ends when its invocation's time does, or when enough waits for Carrot. Then a message of our own carries the run on, and
only after that the present one is deleted. docs/decisions/0015-bulk-files.md tells why.
"""

from contextlib import suppress
from dataclasses import replace
from itertools import islice

from massid_relay.bootstrap import Relay
from massid_relay.core.bulk.files import GONE, format_of, report_key
from massid_relay.core.bulk.reading import entries_of
from massid_relay.core.bulk.run import BulkRun, BulkState, CarriedOn
from massid_relay.core.errors import BulkRefused, RelayError
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages import BulkFile, parse_bulk_message
from massid_relay.ledger.dead_letters import DeadLetterState
from massid_relay.log import logger
from massid_relay.work.bulk_chunk import TIME_TO_SEND, feed_chunk, read_chunk, save_run
from massid_relay.work.burial import bury, dead_letter_id
from massid_relay.work.source import Source

VERSION = 1
REPORTED_LINES = 100
"""Refused lines in the report itself; all of them are in its parts."""
NO_ROOM = 60
"""Seconds until the next look when the stack has enough to do."""
ROOM_USED = 10
"""Seconds after as much was fed as there was room for. SQS needs a while to count it."""


def feed_bulk(relay: Relay, source: Source) -> None:
    """Handle one message of the bulk queue: a notification of the bucket, or our own."""
    files = [_of_a_version(relay, file) for file in parse_bulk_message(source.body)]
    named = [file for file in files if file.object_version is not None]
    if len(files) == len(named) == 1:
        _turn(relay, source, _run(relay, named[0]))
        return
    for file in named:  # each gets a message, and with it an end, of its own
        relay.queues.send(relay.settings.bulk_queue_url, _going_on(file.name, file.object_version))
    if len(named) < len(files):
        raise BulkRefused(GONE)


def _of_a_version(relay: Relay, file: BulkFile) -> BulkFile:
    """S3 names the version; one that isn't named is the newest."""
    return BulkFile(file.name, file.object_version or relay.bulk_files.newest(file.name))


def _run(relay: Relay, file: BulkFile) -> BulkRun:
    object_version = file.object_version or ""
    run = relay.bulk.load(file.name, object_version)
    if run is None:
        size = relay.bulk_files.size(file.name, object_version)
        run = BulkRun(file.name, object_version, size or 0, relay.now(), relay.now())
        if size is None:
            run.end(relay.now(), GONE)
            save_run(relay, run)
    return run


def _turn(relay: Relay, source: Source, run: BulkRun) -> None:
    """Feed on, tell how far it came, see to it that it goes on."""
    pause = 0
    if run.state is BulkState.RUNNING:
        try:
            run.take(relay.now(), relay.new_owner(), relay.settings.lease, source.message_id)
        except CarriedOn:
            return
        save_run(relay, run)
        pause = _fed(relay, run)
    relay.bulk_files.write_report(report_key(run.name, run.id), report_of(relay, run))
    if run.state is BulkState.RUNNING:
        relay.queues.send(relay.settings.bulk_queue_url, _going_on(run.name, run.object_version), delay=pause)
        return
    logger.info(
        "bulk file fed",
        extra={"run": run.id, "state": run.state.value, "accepted": run.accepted, "refused": run.refused},
    )
    if run.state is BulkState.REFUSED:
        _bury(relay, source, run)


def _bury(relay: Relay, source: Source, run: BulkRun) -> None:
    """The dead letter is the run's own, so that a file that is told of twice has one. Once it was redriven or discarded, what
    comes is another message, and gets another."""
    letter = relay.dead_letters.get(dead_letter_id(run.id))
    if letter is None or letter.state is DeadLetterState.RESTING or source.sent_at < letter.at:
        source = replace(source, message_id=run.id)
    bury(relay, source, BulkRefused(run.problem or ""))


def _going_on(name: str, object_version: str | None) -> JsonObject:
    return {"version": VERSION, "file": name, "objectVersion": object_version}


def _fed(relay: Relay, run: BulkRun) -> int:
    """The seconds until it shall go on, if it has not ended."""
    try:
        pause = _feed(relay, run)
        if pause is None:
            run.end(relay.now())
        else:
            run.give_back()
    except BulkRefused as error:
        pause = None
        run.end(relay.now(), error.reason)
    except Exception:
        run.give_back()
        with suppress(RelayError):
            save_run(relay, run)
        raise
    save_run(relay, run)
    return pause or 0


def _feed(relay: Relay, run: BulkRun) -> int | None:
    """Feed as long as there is time and room; the seconds until it shall go on, None at the end. Raises BulkRefused."""
    room = relay.settings.bulk_backlog - _backlog(relay)
    if room <= 0:
        return NO_ROOM
    open_at = relay.bulk_files.opener(run.name, run.object_version, run.size)
    entries = entries_of(format_of(run.name), open_at, run.position)
    while room > 0:
        chunk = read_chunk(relay, run.position, entries, room)
        feed_chunk(relay, run, chunk)
        if chunk.stopped is not None:
            raise chunk.stopped
        if chunk.ended:
            if not run.accepted + run.refused:
                raise BulkRefused("the file holds no submission")
            return None
        room -= len(chunk.accepted)
        if relay.deadline() < TIME_TO_SEND:
            return 0
    return ROOM_USED


def _backlog(relay: Relay) -> int:
    """About how many submissions the stack is at work on. What waits for days waits in the ledger and doesn't count."""
    own = relay.settings
    urls = (own.submissions_queue_url, own.documents_queue_url, own.evidence_queue_url, own.events_queue_url)
    return sum(relay.queues.depth(url) for url in urls)


def report_of(relay: Relay, run: BulkRun) -> JsonObject:
    """What the report says. It quotes nothing of the file but external ids (invariant 7)."""
    return run.to_json() | {"refusedLines": list(islice(relay.bulk_files.refused(run), REPORTED_LINES))}
