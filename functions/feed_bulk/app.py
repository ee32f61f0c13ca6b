"""feed_bulk: a bulk file's submissions go to the submissions queue."""

from typing import Any

from massid_relay.bootstrap import relay_for
from massid_relay.work.feed_bulk import feed_bulk
from massid_relay.work.handling import handle_each
from massid_relay.work.source import QueueName, sources


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch in, partial batch response out."""
    relay = relay_for(context)
    batch = sources(event, QueueName.BULK)
    return handle_each(relay, relay.settings.bulk_queue_url, batch, lambda source: feed_bulk(relay, source))
