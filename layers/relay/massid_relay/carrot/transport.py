"""One HTTP exchange over httpx, whose exceptions never leave this file.

Each is turned into NeverSent (proven: no byte of the request reached the provider) or OutcomeUnknown. The new error is raised
outside the `except` block and carries only the call's name and the exception's class: httpx's own text, and the request that
hangs on its exceptions, may hold URLs with signatures and the bearer token (invariant 7).
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Self

import httpx

from massid_relay.core import jsons
from massid_relay.core.errors import NeverSent, OutcomeUnknown, TransientFailure

NEVER_SENT: frozenset[type[Exception]] = frozenset(
    {
        httpx.ConnectError,  # DNS, refused, TLS handshake
        httpx.ConnectTimeout,
        httpx.PoolTimeout,  # no free connection
        httpx.ProxyError,  # the tunnel was not built
        httpx.UnsupportedProtocol,  # not http or https
        httpx.InvalidURL,
        UnicodeError,  # a host or header that can't be written; not httpx's own, but it comes out of it
    }
)

MAYBE_SENT: frozenset[type[Exception]] = frozenset(
    {
        httpx.HTTPError,
        httpx.RequestError,
        httpx.TransportError,
        httpx.TimeoutException,
        httpx.ReadTimeout,
        httpx.WriteTimeout,  # a part may have gone out
        httpx.NetworkError,
        httpx.ReadError,
        httpx.WriteError,
        httpx.CloseError,
        httpx.ProtocolError,
        httpx.LocalProtocolError,  # found while sending, perhaps after the headers
        httpx.RemoteProtocolError,  # "server disconnected without sending a response" too
        httpx.DecodingError,  # an answer came
        httpx.TooManyRedirects,
        httpx.HTTPStatusError,
        httpx.CookieConflict,
        httpx.StreamError,
        httpx.StreamConsumed,
        httpx.StreamClosed,
        httpx.ResponseNotRead,
        httpx.RequestNotRead,
    }
)

HTTPX_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError)
"""The roots of httpx's exceptions."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. The body may hold personal data or a token: it is in no `repr`."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str | None = None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json_object(self, call: str) -> jsons.JsonObject:
        """The body as a JSON object; raises OutcomeUnknown with the status if it is none."""
        try:
            decoded: Any = jsons.loads(self.body)
        except ValueError:
            decoded = None
        if not isinstance(decoded, dict):
            raise OutcomeUnknown(f"{call}: {self.status} without a JSON object", status=self.status)
        return decoded


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. Only the method shows in a `repr`: the rest may hold a secret."""

    method: str
    url: str = field(repr=False)
    content: bytes | Iterable[bytes] | None = field(default=None, repr=False)
    params: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    basic_auth: tuple[str, str] | None = field(default=None, repr=False)

    @classmethod
    def with_json(
        cls, method: str, url: str, token: str, body: jsons.JsonObject | None, params: Mapping[str, str] | None
    ) -> Self:
        """A call with a bearer token, and a JSON body if there is one."""
        headers = {"Authorization": f"Bearer {token}"}
        if body is None:
            return cls(method, url, None, params, headers)
        headers["Content-Type"] = "application/json"
        return cls(method, url, jsons.dumps(body).encode(), params, headers)


class Deadline:
    """The end of one exchange. httpx limits each read and write alone; a slow trickle is stopped by this.

    Connecting, sending and waiting share the whole, so that their sum stays within it.
    """

    def __init__(self, call: str, seconds: float, connect: float) -> None:
        self._call = call
        self._end = monotonic() + seconds
        short = min(connect, seconds / 4)
        self.timeout = httpx.Timeout(pool=short, connect=short, write=short, read=seconds - 3 * short)

    def check(self) -> None:
        """Raises OutcomeUnknown once the time is over."""
        if monotonic() > self._end:
            raise OutcomeUnknown(f"{self._call}: took longer than its timeout")


def new_http_client(transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """The one client of a container; tests give it a transport of their own.

    No redirects: they would carry bodies to places nobody named. Nothing is taken from the environment: a proxy variable
    or a .netrc would send tokens elsewhere.
    """
    silence_httpx()
    limits = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=5.0)
    headers = {"Accept": "application/json", "User-Agent": "massid-relay"}
    return httpx.Client(transport=transport, follow_redirects=False, trust_env=False, limits=limits, headers=headers)


def silence_httpx() -> None:
    """httpx logs every URL at INFO, presigned ones with their signature; httpcore logs headers at DEBUG (invariant 7)."""
    for name in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy"):
        logging.getLogger(name).addFilter(_nothing)


def _nothing(_: logging.LogRecord) -> bool:
    return False


def exchange(
    http: httpx.Client,
    call: str,
    request: Request,
    deadline: Deadline,
    take: Callable[[Iterator[bytes]], bytes] = b"".join,
) -> Answer:
    """Send one request and read its answer whole, or what `take` makes of it piece by piece. Raises NeverSent or
    OutcomeUnknown."""
    try:
        with http.stream(
            request.method,
            request.url,
            content=request.content,
            params=request.params or None,
            headers=request.headers,
            auth=request.basic_auth,
            timeout=deadline.timeout,
        ) as response:
            body = take(_until(deadline, response.iter_bytes()))
            return Answer(response.status_code, body, response.headers.get("Retry-After"))
    except (*HTTPX_ERRORS, UnicodeError) as error:
        failure = failure_of(call, error)
    raise failure


def failure_of(call: str, error: Exception) -> TransientFailure:
    """The error that an httpx exception means. A class that is not listed counts as its nearest listed ancestor."""
    reason = f"{call}: {type(error).__name__}"
    nearest = next((kind for kind in type(error).__mro__ if kind in NEVER_SENT or kind in MAYBE_SENT), None)
    return NeverSent(reason) if nearest in NEVER_SENT else OutcomeUnknown(reason)


def _until(deadline: Deadline, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        deadline.check()
        yield chunk
