"""Reading a message by the stack's setting for older forms."""

from collections.abc import Callable
from typing import TypeVar

from massid_relay.bootstrap import Relay
from massid_relay.core.messages import Submission
from massid_relay.core.migration import OldForms, Upgrade
from massid_relay.log import logger
from massid_relay.work.burial import named_external_id
from massid_relay.work.older_pick_up import require_only_pick_up

_Message = TypeVar("_Message")


def incoming(
    relay: Relay, parse: Callable[[str, OldForms, Callable[[Upgrade], None]], _Message], text: str
) -> _Message:
    """What `parse` reads. Each upgrade is told by its fields, so that the senders of older forms are found.
    Raises InvalidMessage."""
    upgrades: list[Upgrade] = []
    message = parse(text, relay.settings.old_message_forms, upgrades.append)
    for done in upgrades:
        if isinstance(message, Submission):
            require_only_pick_up(relay, message, done)
        paths = [change.path for change in done.old_forms]
        logger.info("older form upgraded", extra={"externalId": named_external_id(text), "fields": paths})
    return message
