"""A scripted provider behind httpx's mock transport, a permit that remembers, a clock that tests move."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from massid_relay.carrot.auth import CarrotCredentials
from massid_relay.carrot.client import CarrotClient
from massid_relay.carrot.settings import CarrotSettings
from massid_relay.carrot.transport import new_http_client
from massid_relay.core.ports import CarrotApi

Reply = httpx.Response | Exception


class MovableClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class RecordingPermit:
    """Lets everything pass, unless `refusals` holds an error for that entry; `diary` is shared with the provider."""

    diary: list[str] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)
    throttles: list[float | None] = field(default_factory=list)
    refusals: dict[int, Exception] = field(default_factory=dict)

    def enter(self, call: str, timeout: float) -> None:
        self.timeouts.append(timeout)
        refusal = self.refusals.get(len(self.timeouts))
        if refusal is not None:
            raise refusal
        self.diary.append(f"enter {call}")

    def throttled(self, retry_after: float | None) -> None:
        self.throttles.append(retry_after)

    def answered(self) -> None:
        """Nothing to slow down."""

    def failed(self) -> None:
        """Nothing to stop."""


class Provider:
    """Answers token requests with token-1, token-2, ... and API requests with `replies`, in order."""

    def __init__(self, diary: list[str]) -> None:
        self.replies: list[Reply] = []
        self.token_replies: list[Reply] = []
        self.requests: list[httpx.Request] = []
        self.token_requests: list[httpx.Request] = []
        self.expires_in: Any = 3600
        self.diary = diary

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        if request.url.host == "auth.api.carrot.eco":
            self.diary.append("token")
            self.token_requests.append(request)
            return _answer(self.token_replies.pop(0) if self.token_replies else self._token(), request)
        self.diary.append(f"{request.method} {request.url.path}")
        self.requests.append(request)
        return _answer(self.replies.pop(0), request)

    def _token(self) -> httpx.Response:
        body = {
            "access_token": f"token-{len(self.token_requests)}",
            "token_type": "Bearer",
            "expires_in": self.expires_in,
        }
        return httpx.Response(200, json=body)


def _answer(reply: Reply, request: httpx.Request) -> httpx.Response:
    if isinstance(reply, httpx.RequestError):
        reply.request = request  # as the real transport does: the exception then holds the bearer token
    if isinstance(reply, Exception):
        raise reply
    return reply


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def permit() -> RecordingPermit:
    return RecordingPermit()


@pytest.fixture
def provider(permit: RecordingPermit) -> Provider:
    return Provider(permit.diary)


@pytest.fixture
def client_with(provider: Provider, clock: MovableClock) -> Iterator[Callable[..., CarrotApi]]:
    """A client with these settings, connected to the scripted provider only."""
    opened: list[CarrotClient] = []

    def make(**settings: Any) -> CarrotApi:
        http = new_http_client(httpx.MockTransport(provider))
        credentials = CarrotCredentials("client-id", "client-secret")
        opened.append(
            CarrotClient(CarrotSettings(**settings), lambda: credentials, clock, http=http, jitter=lambda: 0.5)
        )
        return opened[-1]

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def client(client_with: Callable[..., CarrotApi]) -> CarrotApi:
    return client_with()


class _Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def echo_url() -> Iterator[str]:
    """A real server on loopback that answers every GET with `{}`."""
    with HTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A loopback port that nobody listens on: bound, so that nobody takes it meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]
