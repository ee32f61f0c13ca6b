"""announce: what the ledger's stream tells goes onto the event bus."""

from typing import Any

from massid_relay.bootstrap import relay_for
from massid_relay.work.announce import announce


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Batch of a DynamoDB stream in, partial batch response out."""
    return announce(relay_for(context), event)
