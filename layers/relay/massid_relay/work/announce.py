"""The ledger's stream: every change that makes an operation certain or dead, or ends a lifecycle, goes onto the event bus.

The ledger is written first and the stream tells what was written, so nothing is announced that isn't so, and nothing is forgotten
(docs/decisions/0014-the-ledgers-stream-is-the-outbox.md). At least once: the checkpoint follows the publishing. The stream keeps
the changes of one item in order, not those of several.
"""

from typing import Any

from massid_relay.bootstrap import Relay
from massid_relay.core.announcements.details import Announcement
from massid_relay.core.jsons import JsonObject
from massid_relay.core.record import DocumentRecord
from massid_relay.ledger.stream import Change, Unreadable, announcements, changes
from massid_relay.log import logger

Told = tuple[Change, Announcement]


def announce(relay: Relay, event: Any) -> JsonObject:
    """Handle one batch of the stream; its partial batch response. What comes after the first failure comes again with it, for a
    stream goes on in order (docs.aws.amazon.com, lambda, "Reporting batch item failures for DynamoDB")."""
    told = [pair for change in changes(event) for pair in _read(relay, change)]
    if not told:
        return {"batchItemFailures": []}
    done = relay.event_bus.publish([announcement for _, announcement in told], told[0][0].table_arn)
    if done == len(told):
        return {"batchItemFailures": []}
    failed = told[done][0]
    logger.warning("not announced yet", extra={"sequence": failed.sequence, "announcements": len(told) - done})
    return {"batchItemFailures": [{"itemIdentifier": failed.sequence}]}


def _read(relay: Relay, change: Change) -> list[Told]:
    """What can't be read is set aside with an alarm: held back, it would hold up everything behind it until it is too old."""

    def lookup(external_id: str, generation: int | None) -> DocumentRecord | None:
        record = relay.documents.load(external_id, generation)
        return record if record.version else None

    try:
        return [(change, announcement) for announcement in announcements(change, lookup)]
    except Unreadable as error:
        where: JsonObject = {"pk": change.pk, "sk": change.sk, "sequence": change.sequence, "errorType": str(error)}
        relay.queues.send(relay.settings.unannounced_queue_url, where)
        logger.error("unreadable change", extra=where)
        return []
