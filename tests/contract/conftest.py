"""The sandbox over real HTTP, and a client whose every exchange is held against the sandbox's own OpenAPI description."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from massid_local.carrot_sandbox.app import app_of
from massid_local.carrot_sandbox.effects import effects
from massid_local.carrot_sandbox.faults import ScriptedFault
from massid_local.carrot_sandbox.sandbox import Sandbox as SandboxState
from massid_local.carrot_sandbox.server import SandboxServer
from massid_local.carrot_sandbox.settings import Credential, SandboxSettings
from massid_relay.carrot.auth import CarrotCredentials
from massid_relay.carrot.client import CarrotClient
from massid_relay.carrot.settings import CarrotSettings
from massid_relay.carrot.transport import new_http_client
from massid_relay.core import jsons
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

CREDENTIAL = Credential()


class OpenPermit:
    """Everything may pass; calls and 429s are remembered."""

    def __init__(self) -> None:
        self.entered: list[str] = []
        self.throttles: list[float | None] = []

    def enter(self, call: str, timeout: float) -> None:
        self.entered.append(call)

    def throttled(self, retry_after: float | None) -> None:
        self.throttles.append(retry_after)

    def answered(self) -> None:
        """Nothing to slow down."""

    def failed(self) -> None:
        """Nothing to stop."""


class Recorder(httpx.BaseTransport):
    """A real transport that keeps what passes over it."""

    def __init__(self) -> None:
        self._real = httpx.HTTPTransport()
        self.exchanges: list[tuple[httpx.Request, httpx.Response]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = request.read()
        response = self._real.handle_request(request)
        response.read()
        kept = httpx.Request(request.method, request.url, headers=request.headers, content=sent)
        self.exchanges.append((kept, response))
        return httpx.Response(response.status_code, headers=response.headers, content=response.content)

    def close(self) -> None:
        self._real.close()

    @property
    def statuses(self) -> list[int]:
        """Of every answer, in order."""
        return [response.status_code for _, response in self.exchanges]


class Sandbox:
    """A running sandbox, the clients made for it, and what they sent."""

    def __init__(self, state: SandboxState, url: str, opened: ExitStack) -> None:
        self.state = state
        self.url = url
        self.recorder = Recorder()
        self._opened = opened

    def client(self, secret: str = CREDENTIAL.client_secret, **settings: Any) -> CarrotClient:
        """A client of the only credential pair, on the sandbox's clock."""
        pair = CarrotCredentials(CREDENTIAL.client_id, secret)
        chosen = {"base_url": self.url, "token_url": f"{self.url}/oauth2/token"} | settings
        http = self._opened.enter_context(new_http_client(self.recorder))
        return CarrotClient(CarrotSettings(**chosen), lambda: pair, self.state.clock, http=http)

    def fault_next(self, method: str, path: str, kind: str) -> None:
        """The next request of that kind meets a fault."""
        self.state.faults.add(ScriptedFault(kind, method, path))

    def effects(self) -> Any:
        """What really happened, by the sandbox's own count."""
        return effects(self.state)

    def check_exchanges(self, *, requests: bool = True) -> None:
        """Hold every exchange with the API and the token endpoint against the description. Raises OpenAPIError."""
        description = _parsed(jsons.dumps(app_of(self.state).openapi()))
        api = [item for item in self.recorder.exchanges if self._is_described(item[0])]
        assert api
        for request, response in api:
            asked, answered = _described_request(self.url, request), _described_response(response)
            if requests:
                description.validate_request(asked)
            description.validate_response(asked, answered)

    def _is_described(self, request: httpx.Request) -> bool:
        return request.url.path.startswith((f"{self.state.settings.path_prefix}/documents", "/oauth2/token"))


@lru_cache
def _parsed(description: str) -> OpenAPI:
    """Parsing takes longer than a whole test."""
    return OpenAPI.from_dict(jsons.loads(description))


def _described_request(host: str, request: httpx.Request) -> MockRequest:
    return MockRequest(
        host,
        request.method,
        unquote(request.url.raw_path.split(b"?")[0].replace(b"%2F", b"_").decode()),
        args=dict(request.url.params),
        headers=dict(request.headers),
        data=request.content,
        content_type=request.headers.get("Content-Type", ""),
    )


def _described_response(response: httpx.Response) -> MockResponse:
    media_type = response.headers.get("Content-Type", "")
    return MockResponse(response.content, response.status_code, dict(response.headers), media_type)


@pytest.fixture
def permit() -> OpenPermit:
    return OpenPermit()


def new_server(**settings: Any) -> SandboxServer:
    return SandboxServer(SandboxSettings(**{"requests_per_second": None, "slow_seconds": 0} | settings))


@pytest.fixture(scope="module")
def usual_sandbox() -> Iterator[tuple[SandboxState, str]]:
    """One for all tests that need nothing special of it."""
    server = new_server()
    url = server.start()
    yield server.sandbox, url
    server.stop()


@pytest.fixture
def run_sandbox(usual_sandbox: tuple[SandboxState, str]) -> Iterator[Callable[..., Sandbox]]:
    """A sandbox on a loopback port: the usual one, emptied, or one with these settings, which stops with the test."""
    with ExitStack() as opened:

        def run(**settings: Any) -> Sandbox:
            if not settings:
                usual_sandbox[0].reset()
                return Sandbox(*usual_sandbox, opened)
            server = new_server(**settings)
            opened.callback(server.stop)
            return Sandbox(server.sandbox, server.start(), opened)

        yield run
