"""The undelivered queues: what SQS moved itself, after too many receives, gets its reason, and its token its answer."""

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import PermanentFailure
from massid_relay.work.holding import bury_whole
from massid_relay.work.source import Source


class ReceivedTooOften(PermanentFailure):
    """SQS gave it up: it was received as often as its queue allows, and no worker lived to say why."""


def bury_dead_letter(relay: Relay, source: Source) -> None:
    """Handle one message of an undelivered queue."""
    bury_whole(relay, source, ReceivedTooOften("the queue gave it up after too many receives"))
