"""The bulk queue: the submissions of a file go to the submissions queue, a turn at a time.

A turn ends when its invocation's time does, or when enough waits for Carrot. Then a message of our own carries the run on, and
only after that the present one is deleted. docs/decisions/0015-bulk-files.md tells why.
"""

from contextlib import suppress
from itertools import islice

from massid_relay.bootstrap import Relay
from massid_relay.core.bulk.files import format_of, report_key
from massid_relay.core.bulk.reading import entries_of
from massid_relay.core.bulk.run import BulkRun, BulkState, CarriedOn
from massid_relay.core.errors import BulkRefused, RelayError
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages import parse_bulk_message
from massid_relay.log import logger
from massid_relay.work.bulk_chunk import TIME_TO_SEND, feed_chunk, read_chunk, save_run
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
    for file in parse_bulk_message(source.body):
        object_version = file.object_version or relay.bulk_files.newest(file.name)
        _turn(relay, source, _run(relay, file.name, object_version or ""))


def _run(relay: Relay, name: str, object_version: str) -> BulkRun:
    run = relay.bulk.load(name, object_version)
    if run is None:
        size = relay.bulk_files.size(name, object_version) if object_version else None
        if size is None:
            raise BulkRefused("the file is not in the bucket any more")
        run = BulkRun(name, object_version, size, relay.now(), relay.now())
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
        body: JsonObject = {"version": VERSION, "file": run.name, "objectVersion": run.object_version}
        relay.queues.send(relay.settings.bulk_queue_url, body, delay=pause)
        return
    logger.info(
        "bulk file fed",
        extra={"run": run.id, "state": run.state.value, "accepted": run.accepted, "refused": run.refused},
    )
    if run.state is BulkState.REFUSED:
        raise BulkRefused(run.problem or "")


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
