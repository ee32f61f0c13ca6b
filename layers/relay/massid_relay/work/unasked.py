"""Files that nobody asks for: noted when they are dropped, told of after the stack's patience.

A file that comes before its submission is noted too; the look at it finds that it was asked for meanwhile. A file that was asked
for before it came costs nothing here.
"""

from massid_relay.bootstrap import Relay
from massid_relay.core.evidence import EvidenceKey, asked_name
from massid_relay.log import logger


def note_unasked(relay: Relay, file: EvidenceKey) -> None:
    """It was dropped, and nobody has asked for it so far."""
    relay.unasked.note(file, relay.now(), relay.now() + relay.settings.unasked_evidence)


def tell_of_unasked(relay: Relay, limit: int) -> int:
    """Look at those that are due; how many were told of. The line is counted by an alarm, and `massid evidence --unasked` lists
    them."""
    told = 0
    for file in relay.unasked.due(relay.now(), limit):
        if asked_name(relay.documents.load(file.external_id).files, file.file_name) is not None:
            relay.unasked.remove(file)
            continue
        logger.warning("a file that nobody asked for", extra={"externalId": file.external_id})
        relay.unasked.tell(file, relay.now())
        told += 1
    return told
