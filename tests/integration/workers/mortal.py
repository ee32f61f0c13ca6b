"""A container whose process dies after its n-th effect: a write of the ledger, a message, an answered token, a call to Carrot."""

from collections.abc import Callable
from typing import Any

from massid_relay.bootstrap import Relay

from tests.integration.workers.bench import Bench

EFFECTS = {
    "put_item",
    "update_item",
    "delete_item",
    "transact_write_items",
    "send_message",
    "start_execution",
    "send_task_success",
    "send_task_failure",
    "create_document",
    "append_event",
    "append_events",
    "upload",
}


class KilledError(BaseException):
    """What no worker survives."""


class Lifetime:
    """Counts effects down; at the last one everything ends."""

    def __init__(self, effects: int) -> None:
        self.left = effects

    def spend(self) -> None:
        """One effect took place."""
        self.left -= 1
        if self.left == 0:
            raise KilledError


class _Mortal:
    def __init__(self, client: Any, lifetime: Lifetime) -> None:
        self._client = client
        self._lifetime = lifetime

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return self._deadly(found) if name in EFFECTS else found

    def _deadly(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            answer = call(*given, **named)
            self._lifetime.spend()
            return answer

        return called


def mortal(bench: Bench, effects: int) -> Relay:
    """A container of the bench that dies right after so many effects, before it hears of the last one."""
    lifetime = Lifetime(effects)
    relay = bench.container()
    make = relay._make_client
    relay._make_client = lambda service: _Mortal(make(service), lifetime)
    relay.carrot = _Mortal(bench.carrot, lifetime)
    return relay


def run_and_die(bench: Bench, effects: int) -> bool:
    """Let the bench's workers run until nothing is left to do, the first of them dying on the way; whether it did."""
    bench.relay = mortal(bench, effects)
    try:
        bench.run()
        died = False
    except KilledError:
        died = True
    bench.relay = bench.container()
    bench.run()
    return died
