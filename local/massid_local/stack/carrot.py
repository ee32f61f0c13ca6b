"""Carrot for the local stack: the sandbox, unless the template's parameters name another one.

Addresses, limit and assumptions reach the functions through template parameters, the credentials through the secret; the
sandbox is set to the same values, so that changing a parameter changes both sides.
"""

from collections.abc import Collection, Mapping
from typing import Any

from massid_local.carrot_sandbox import SandboxServer, SandboxSettings
from massid_local.stack.clock import StackClock

BASE_URL = "CarrotBaseUrl"
TOKEN_URL = "CarrotTokenUrl"  # noqa: S105 - a parameter's name
REQUESTS_PER_SECOND = "CarrotRequestsPerSecond"
CREDENTIALS = "CarrotCredentials"

_SHARED = {
    REQUESTS_PER_SECOND: "requests_per_second",
    "CarrotPathPrefix": "path_prefix",
    "CarrotScope": "scope",
    "CarrotBatchDocumentField": "batch_document_field",
}
"""Parameters that are settings of the sandbox too."""


_TOKEN_PATH = "/oauth2/token"  # noqa: S105 - a path


class Carrot:
    """The sandbox as part of a stack: brings its own parameters and secret for the template."""

    def __init__(self, settings: SandboxSettings, given: Mapping[str, str], clock: StackClock) -> None:
        self._server = SandboxServer(_with_parameters(settings, given), clock)
        self.sandbox = self._server.sandbox
        """Its state: documents, journal of requests, faults."""
        self.url = self._server.start()

    def stop(self) -> None:
        """End it."""
        self._server.stop()

    def parameters(self) -> dict[str, str]:
        """What the template must be told to meet the sandbox."""
        settings = self.sandbox.settings
        shared = {parameter: getattr(settings, setting) for parameter, setting in _SHARED.items()}
        values: dict[str, Any] = {**shared, BASE_URL: self.url, TOKEN_URL: self.url + _TOKEN_PATH}
        return {name: str(value) for name, value in values.items() if value is not None}

    def secrets(self) -> dict[str, dict[str, str]]:
        """The credentials as the functions read them."""
        credential = self.sandbox.settings.credentials[0]
        return {CREDENTIALS: {"clientId": credential.client_id, "clientSecret": credential.client_secret}}


def wants_sandbox(declared: Collection[str], given: Collection[str]) -> bool:
    """A template that talks to Carrot, and nobody said where Carrot is."""
    return BASE_URL in declared and BASE_URL not in given


def _with_parameters(settings: SandboxSettings, given: Mapping[str, str]) -> SandboxSettings:
    changes = {setting: given[parameter] for parameter, setting in _SHARED.items() if parameter in given}
    return SandboxSettings.model_validate(settings.model_dump() | changes)
