"""create_document: one message of the documents queue becomes one document on the Carrot Network."""

from typing import Any

from massid_relay.bootstrap import relay_for
from massid_relay.work.create_document import create_document
from massid_relay.work.handling import handle_each
from massid_relay.work.source import QueueName, sources


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch in, partial batch response out."""
    relay = relay_for(context)
    batch = sources(event, QueueName.DOCUMENTS)
    return handle_each(relay, relay.settings.documents_queue_url, batch, lambda source: create_document(relay, source))
