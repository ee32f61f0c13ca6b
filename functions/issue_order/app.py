"""issue_order: messages of the orders queue become orders at Carbonext, never twice."""

from typing import Any

from massid_relay.bootstrap import relay_for
from massid_relay.work.handling import handle_each
from massid_relay.work.issue_order import issue_order
from massid_relay.work.source import QueueName, sources


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch in, partial batch response out."""
    relay = relay_for(context)
    batch = sources(event, QueueName.ORDERS)
    return handle_each(relay, relay.settings.orders_queue_url, batch, lambda source: issue_order(relay, source))
