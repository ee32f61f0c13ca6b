"""Carbonext for the local stack: the sandbox, unless the template's parameters name another one."""

from collections.abc import Collection
from typing import Any

from massid_local.carbonext_sandbox import CarbonextSandboxSettings, CarbonextServer
from massid_local.carbonext_sandbox.settings import TOKEN_PATH
from massid_local.stack.clock import StackClock

BASE_URL = "CarbonextBaseUrl"
TOKEN_URL = "CarbonextTokenUrl"  # noqa: S105 - a parameter's name
REQUESTS_PER_SECOND = "CarbonextRequestsPerSecond"
CREDENTIALS = "CarbonextCredentials"

_CALLS_PER_SECOND = 20
"""The sandbox needs no politeness."""


class Carbonext:
    """The sandbox as part of a stack: brings its own parameters and secret for the template."""

    def __init__(self, settings: CarbonextSandboxSettings, clock: StackClock) -> None:
        self._server = CarbonextServer(settings, clock)
        self.sandbox = self._server.sandbox
        """Its state: orders, money, journal of requests, faults."""
        self.url = self._server.start()

    def stop(self) -> None:
        """End it."""
        self._server.stop()

    def parameters(self) -> dict[str, str]:
        """What the template must be told to meet the sandbox."""
        values: dict[str, Any] = {
            BASE_URL: self.url,
            TOKEN_URL: self.url + TOKEN_PATH,
            REQUESTS_PER_SECOND: _CALLS_PER_SECOND,
        }
        return {name: str(value) for name, value in values.items()}

    def secrets(self) -> dict[str, dict[str, str]]:
        """The credentials as the functions read them."""
        account = self.sandbox.settings.account
        return {CREDENTIALS: {"clientId": account.client_id, "clientSecret": account.client_secret}}


def wants_sandbox(declared: Collection[str], given: Collection[str]) -> bool:
    """A template that talks to Carbonext, and nobody said where Carbonext is."""
    return BASE_URL in declared and BASE_URL not in given
