"""OAuth 2.0 client credentials (docs.carrot.eco, api/authentication)."""

from __future__ import annotations

import base64
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import httpx
import pytest
from massid_relay.carrot.auth import CarrotCredentials, TokenSource
from massid_relay.carrot.settings import CarrotSettings
from massid_relay.carrot.transport import new_http_client
from massid_relay.core.errors import CredentialsRefused, NeverSent, RelayError, Throttled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.carrot.conftest import MovableClock, Provider

CREDENTIALS = CarrotCredentials("client-id", "client-secret")


@pytest.fixture
def tokens(provider: Provider, clock: MovableClock) -> Iterator[TokenSource]:
    with new_http_client(httpx.MockTransport(provider)) as http:
        yield TokenSource(CarrotSettings(token_renewal_margin=60), http, lambda: CREDENTIALS, clock)


def test_a_token_is_asked_for_with_basic_header_grant_type_and_scope(tokens: TokenSource, provider: Provider) -> None:
    assert tokens.current().value == "token-1"

    (request,) = provider.token_requests
    assert (request.method, str(request.url)) == ("POST", "https://auth.api.carrot.eco/oauth2/token")
    assert request.headers["Authorization"] == "Basic " + base64.b64encode(b"client-id:client-secret").decode()
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    form = {"grant_type": ["client_credentials"], "scope": ["api.carrot.eco/main-scope"]}
    assert parse_qs(request.content.decode()) == form


@pytest.mark.parametrize(
    ("expires_in", "kept"),
    [
        (3600, 3540),
        (100, 50),  # half its life, if the margin would take more
        (2, 1),
        (None, 240),  # unstated: taken for five minutes
        ("3600", 240),
        (0, 240),
        (-5, 240),
        (10**9, 240),
    ],
)
def test_a_token_is_renewed_ahead_of_its_end(
    tokens: TokenSource, provider: Provider, clock: MovableClock, expires_in: Any, kept: int
) -> None:
    provider.expires_in = expires_in
    start = clock.moment
    tokens.current()

    clock.moment = start + timedelta(seconds=kept, milliseconds=-1)
    assert tokens.current().value == "token-1"
    clock.moment = start + timedelta(seconds=kept)
    assert tokens.current().value == "token-2"


def test_a_refused_token_is_replaced_once_for_all_threads(tokens: TokenSource, provider: Provider) -> None:
    refused = tokens.current()

    assert tokens.after_refusal_of(refused).value == "token-2"
    assert tokens.after_refusal_of(refused).value == "token-2"
    assert len(provider.token_requests) == 2


def test_threads_share_one_token(tokens: TokenSource, provider: Provider) -> None:
    start = threading.Barrier(8)
    seen: list[str] = []

    def work() -> None:
        start.wait()
        seen.append(tokens.current().value)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == ["token-1"] * 8
    assert len(provider.token_requests) == 1


def test_a_rotated_secret_is_picked_up_with_the_next_token(provider: Provider, clock: MovableClock) -> None:
    pairs = iter([CarrotCredentials("old", "old-secret"), CarrotCredentials("new", "new-secret")])
    with new_http_client(httpx.MockTransport(provider)) as http:
        tokens = TokenSource(CarrotSettings(), http, lambda: next(pairs), clock)
        tokens.after_refusal_of(tokens.current())

    used = [base64.b64decode(request.headers["Authorization"][6:]) for request in provider.token_requests]
    assert used == [b"old:old-secret", b"new:new-secret"]


INVALID_CLIENT = b'{"error":"invalid_client","error_description":"client-id is unknown"}'


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (httpx.Response(400, content=INVALID_CLIENT), CredentialsRefused),
        (httpx.Response(401, content=INVALID_CLIENT), CredentialsRefused),
        (httpx.Response(403), CredentialsRefused),
        (httpx.Response(404), CredentialsRefused),
        (httpx.Response(302, headers={"Location": "https://x.example"}), CredentialsRefused),
        (httpx.Response(408), NeverSent),
        (httpx.Response(429, headers={"Retry-After": "4"}), Throttled),
        (httpx.Response(500), NeverSent),
        (httpx.Response(503, content=b"<html>"), NeverSent),
        (httpx.Response(200, content=b"<html>"), NeverSent),
        (httpx.Response(200, json={"token_type": "Bearer"}), NeverSent),
        (httpx.Response(200, json={"access_token": "two\r\nlines"}), NeverSent),
        (httpx.Response(200, json={"access_token": "não"}), NeverSent),
        (httpx.ReadTimeout("late"), NeverSent),
        (httpx.ConnectError("refused"), NeverSent),
        (httpx.RemoteProtocolError("gone"), NeverSent),
    ],
    ids=lambda value: getattr(value, "__name__", None) or str(getattr(value, "status_code", type(value).__name__)),
)
def test_a_failing_token_endpoint_leaves_no_api_call_unknown(
    tokens: TokenSource, provider: Provider, reply: httpx.Response | Exception, expected: type[RelayError]
) -> None:
    """Invariant 5: credentials are nobody's message; everything else comes back, and nothing was sent to the API."""
    provider.token_replies = [reply]

    with pytest.raises(RelayError) as caught:
        tokens.current()

    assert type(caught.value) is expected
    assert "client" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_after_a_failure_the_next_call_asks_again(tokens: TokenSource, provider: Provider) -> None:
    provider.token_replies = [httpx.Response(503)]
    with pytest.raises(NeverSent):
        tokens.current()

    assert tokens.current().value == "token-2"


def test_the_secret_holds_client_id_and_client_secret() -> None:
    credentials = CarrotCredentials.from_secret('{"clientId":"id","clientSecret":"secret"}')

    assert (credentials.client_id, credentials.client_secret) == ("id", "secret")
    assert "secret" not in repr(credentials)


@pytest.mark.parametrize(
    "text", ["", "hidden", "[]", '{"clientId":"hidden"}', '{"clientId":"hidden","clientSecret":""}']
)
def test_an_unreadable_secret_pauses_the_fleet_and_is_not_quoted(text: str) -> None:
    """Invariants 5 and 7."""
    with pytest.raises(CredentialsRefused) as caught:
        CarrotCredentials.from_secret(text)

    assert "hidden" not in str(caught.value)
