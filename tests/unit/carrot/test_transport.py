"""httpx behind its one file: each exception has a meaning, none leaks, nothing is logged (invariants 5 and 7)."""

import logging
import re
from collections.abc import Iterator

import httpx
import pytest
from massid_relay.carrot.transport import (
    HTTPX_ERRORS,
    MAYBE_SENT,
    NEVER_SENT,
    Answer,
    Deadline,
    Request,
    exchange,
    failure_of,
    new_http_client,
)
from massid_relay.core.errors import NeverSent, OutcomeUnknown, TransientFailure

URL = "https://storage.example/attachment?X-Amz-Signature=hidden"
CALL = "PUT presigned URL"


def descendants(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for child in kind.__subclasses__():
        yield from descendants(child)


ALL_OF_HTTPX = sorted(
    {kind for root in HTTPX_ERRORS for kind in descendants(root) if kind.__module__.startswith("httpx")},
    key=lambda kind: kind.__name__,
)


def an(kind: type[Exception]) -> Exception:
    """An instance that holds what must not get out."""
    error = kind.__new__(kind)
    error.args = (f"failed for {URL}",)
    return error


def test_every_public_exception_of_httpx_is_in_one_of_the_two_lists() -> None:
    public = {getattr(httpx, name) for name in httpx.__all__}
    exceptions = {kind for kind in public if isinstance(kind, type) and issubclass(kind, Exception)}

    assert exceptions | set(ALL_OF_HTTPX) == (NEVER_SENT | MAYBE_SENT) - {UnicodeError}
    assert not NEVER_SENT & MAYBE_SENT


@pytest.mark.parametrize("kind", ALL_OF_HTTPX, ids=lambda kind: kind.__name__)
def test_every_exception_of_httpx_becomes_one_of_ours(kind: type[Exception]) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise an(kind)

    with new_http_client(httpx.MockTransport(fail)) as http, pytest.raises(TransientFailure) as caught:
        exchange(http, CALL, Request("PUT", URL), Deadline(CALL, 20, 3))

    assert type(caught.value) is (NeverSent if kind in NEVER_SENT else OutcomeUnknown)
    assert str(caught.value) == f"{CALL}: {kind.__name__}"
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "kind",
    [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError],
)
def test_what_fails_before_a_connection_stands_was_never_sent(kind: type[Exception]) -> None:
    assert isinstance(failure_of(CALL, an(kind)), NeverSent)


@pytest.mark.parametrize(
    "kind", [httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError]
)
def test_what_fails_after_that_may_have_been_sent(kind: type[Exception]) -> None:
    assert isinstance(failure_of(CALL, an(kind)), OutcomeUnknown)


def test_an_exception_of_a_later_httpx_counts_as_its_nearest_ancestor() -> None:
    class ConnectRefused(httpx.ConnectError):
        pass

    class Odd(httpx.HTTPError):
        pass

    assert isinstance(failure_of(CALL, an(ConnectRefused)), NeverSent)
    assert isinstance(failure_of(CALL, an(Odd)), OutcomeUnknown)


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (Request("PUT", "https://storage.example:port/?X-Amz-Signature=hidden"), "InvalidURL"),
        (Request("PUT", "ftp://storage.example/?X-Amz-Signature=hidden"), "UnsupportedProtocol"),
        (Request("PUT", "/only/a/path?X-Amz-Signature=hidden"), "UnsupportedProtocol"),
        (Request("PUT", f"http://{'a' * 64}.example/?X-Amz-Signature=hidden"), "Unicode(Encode)?Error"),
        (Request("PUT", URL, headers={"x-amz-meta-name": "João"}), "UnicodeEncodeError"),
    ],
    ids=["port", "scheme", "relative", "host", "header"],
)
def test_a_request_that_can_t_be_written_is_never_sent_and_never_quoted(request_: Request, kind: str) -> None:
    """Invariant 7."""
    with new_http_client() as http, pytest.raises(NeverSent) as caught:
        exchange(http, CALL, request_, Deadline(CALL, 20, 3))

    assert re.fullmatch(f"{CALL}: {kind}", str(caught.value))  # Python 3.13 is more precise than 3.11
    assert caught.value.__context__ is None


def test_a_closed_port_is_never_sent(unused_port: int) -> None:
    with new_http_client() as http, pytest.raises(NeverSent):
        exchange(http, CALL, Request("GET", f"http://127.0.0.1:{unused_port}/"), Deadline(CALL, 20, 3))


class Trickle(httpx.SyncByteStream):
    """A body that takes ten seconds per chunk, on a clock of its own."""

    def __init__(self, clock: list[float]) -> None:
        self.clock = clock
        self.chunks_read = 0

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(100):
            self.clock[0] += 10
            self.chunks_read += 1
            yield b"x"


def test_a_trickling_answer_ends_at_the_call_s_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariant 1: a lease that outlives the timeout outlives the call."""
    now = [1000.0]
    monkeypatch.setattr("massid_relay.carrot.transport.monotonic", lambda: now[0])
    body = Trickle(now)

    with (
        new_http_client(httpx.MockTransport(lambda _: httpx.Response(200, stream=body))) as http,
        pytest.raises(OutcomeUnknown, match="longer than its timeout"),
    ):
        exchange(http, CALL, Request("GET", URL), Deadline(CALL, 20, 3))

    assert body.chunks_read == 3


@pytest.mark.parametrize(("seconds", "connect"), [(20, 3), (1, 3), (60, 0.5)])
def test_the_parts_of_a_timeout_add_up_to_the_whole(seconds: float, connect: float) -> None:
    timeout = Deadline(CALL, seconds, connect).timeout
    parts = [timeout.pool, timeout.connect, timeout.write, timeout.read]

    assert sum(part for part in parts if part is not None) == pytest.approx(seconds)
    assert all(part is not None and part > 0 for part in parts)


def test_httpx_logs_nothing(caplog: pytest.LogCaptureFixture, echo_url: str) -> None:
    """Invariant 7: httpx would log the whole URL at INFO, httpcore the headers at DEBUG."""
    caplog.set_level(logging.DEBUG)

    with new_http_client() as http:
        answer = exchange(
            http,
            CALL,
            Request("GET", f"{echo_url}/?X-Amz-Signature=hidden", headers={"Authorization": "Bearer hidden"}),
            Deadline(CALL, 20, 3),
        )

    assert answer.status == 200
    assert caplog.records == []


def test_redirects_are_not_followed() -> None:
    seen = []

    def redirect(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return httpx.Response(307, headers={"Location": "https://elsewhere.example/"})

    with new_http_client(httpx.MockTransport(redirect)) as http:
        answer = exchange(http, CALL, Request("POST", URL, b"{}"), Deadline(CALL, 20, 3))

    assert answer.status == 307
    assert len(seen) == 1


def test_a_proxy_in_the_environment_is_not_used(
    monkeypatch: pytest.MonkeyPatch, echo_url: str, unused_port: int
) -> None:
    """Tokens go to the hosts of the settings and nowhere else."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    with new_http_client() as http:
        assert exchange(http, CALL, Request("GET", echo_url), Deadline(CALL, 20, 3)).status == 200


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"text"', b"<html>", b"\xff", b'{"a":NaN}', b'{"a":1e999999999}', b"[" * 90_000]
)
def test_an_answer_that_is_no_json_object_leaves_the_outcome_unknown(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        Answer(201, body).json_object("POST /documents")

    assert caught.value.status == 201


def test_secrets_are_in_no_repr() -> None:
    """Invariant 7."""
    request = Request("PUT", URL, b"body", {"q": "hidden"}, {"Authorization": "Bearer hidden"}, ("id", "hidden"))

    assert repr(request) == "Request(method='PUT')"
    assert "hidden" not in repr(Answer(200, b"hidden"))
