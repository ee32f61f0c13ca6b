"""The end of stored payloads: set once their document is finished, carried out by DynamoDB."""

from massid_relay.bootstrap import Relay
from massid_relay.core.record import DocumentRecord
from massid_relay.core.retention import is_finished


def retire(relay: Relay, record: DocumentRecord) -> None:
    """Give the payloads of a finished document their end. Asked at the end of each turn, so a worker that dies before it is
    made up for when its message comes again. A replaced document's payloads lie beside those of the newest generation, and go
    with them."""
    if is_finished(record) and not record.superseded:
        relay.parts.expire(record.external_id, relay.now() + relay.settings.payload_retention)
