"""append_events: the messages of a document's FIFO group go into its timeline and from there onto the network."""

from typing import Any

from massid_relay.bootstrap import relay_for
from massid_relay.work.append_events import append_events
from massid_relay.work.handling import handle_groups
from massid_relay.work.source import QueueName, sources


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch of a FIFO queue in, partial batch response out."""
    relay = relay_for(context)
    batch = sources(event, QueueName.EVENTS)
    return handle_groups(relay, relay.settings.events_queue_url, batch, lambda group: append_events(relay, group))
