"""submit_massid: one message of the submissions queue starts one run of the lifecycle."""

from typing import Any

from massid_relay.bootstrap import relay_for
from massid_relay.work.handling import handle_each
from massid_relay.work.source import QueueName, sources
from massid_relay.work.submit_massid import submit_massid


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch in, partial batch response out."""
    relay = relay_for(context)
    batch = sources(event, QueueName.SUBMISSIONS)
    return handle_each(relay, relay.settings.submissions_queue_url, batch, lambda source: submit_massid(relay, source))
