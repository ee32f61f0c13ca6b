"""upload_evidence: files dropped into the bucket become attachments of their document."""

from typing import Any

from massid_relay.bootstrap import relay_for
from massid_relay.work.handling import handle_each
from massid_relay.work.source import QueueName, sources
from massid_relay.work.upload_evidence import upload_evidence


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch in, partial batch response out."""
    relay = relay_for(context)
    batch = sources(event, QueueName.EVIDENCE)
    return handle_each(relay, relay.settings.evidence_queue_url, batch, lambda source: upload_evidence(relay, source))
