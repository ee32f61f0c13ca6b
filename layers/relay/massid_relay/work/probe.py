"""A read that asks whether the platform answers at all, before a create is risked.

A create whose outcome stays unknown for longer than the platform remembers deduplication ids is left to a person (invariant
1), and no read can look it up. So while the last call has failed and none was answered since, a read goes first: an outage of
days (invariant 5) meets at most one create of each container.
"""

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import PermanentFailure
from massid_relay.core.ports import Permit

NOBODY = "00000000-0000-0000-0000-000000000000"
"""An id that no document has: 404 is an answer too."""


class _Asking:
    """The permit of a probe. That a read was answered doesn't end an outage of writes, so it is not told of it."""

    def __init__(self, permit: Permit) -> None:
        self.enter, self.throttled, self.failed = permit.enter, permit.throttled, permit.failed

    def answered(self) -> None:
        """Only the call that follows may say so."""


def require_answers(relay: Relay) -> None:
    """Raises what the read met, unless it was answered or there is no doubt. Not a call more while all goes well."""
    if not relay.slots.in_doubt():
        return
    permit = relay.permit_until(relay.now() + relay.settings.lease)
    try:
        relay.carrot.get_document(NOBODY, _Asking(permit))
    except PermanentFailure:
        return
