"""bury_dead_letter: what SQS moved itself gets its reason, and its token its answer."""

from typing import Any

from massid_relay.bootstrap import relay_for
from massid_relay.work.bury_dead_letter import bury_dead_letter
from massid_relay.work.handling import handle_each
from massid_relay.work.source import undelivered_sources


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch in, partial batch response out. A failure comes back by the queue's own visibility timeout."""
    relay = relay_for(context)
    batch = undelivered_sources(event, relay.settings)
    return handle_each(relay, None, batch, lambda source: bury_dead_letter(relay, source))
