"""OAuth 2.0 client credentials, for both outside APIs: no refresh token.

Carrot takes the pair in a Basic header (docs.carrot.eco, api/authentication), Carbonext in the form body
(api-docs.carbonext.com.br, b2b-api-concepts/authorization).

A failing token endpoint never makes an API call's outcome unknown: the call itself was not sent, so it is NeverSent. A no of
the token endpoint is nobody's message: CredentialsRefused.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, Protocol
from urllib.parse import urlencode

import httpx
from pydantic import HttpUrl

from massid_relay.carrot.settings import first_text
from massid_relay.carrot.transport import Answer, Deadline, Request, exchange
from massid_relay.core import jsons
from massid_relay.core.clock import Clock
from massid_relay.core.errors import CredentialsRefused, NeverSent, OutcomeUnknown, Throttled, TransientFailure
from massid_relay.core.vendor_errors import read_retry_after

CALL = "POST /oauth2/token"

LONGEST_LIFE = 24 * 3600
"""Seconds. One hour is the stated maximum; what claims more than a day is not believed."""


class TokenSettings(Protocol):
    """What a provider's settings say about its tokens. Times are in seconds."""

    @property
    def token_url(self) -> HttpUrl: ...

    @property
    def scope(self) -> str:
        """Sent if it is not empty."""
        ...

    @property
    def token_renewal_margin(self) -> float: ...

    @property
    def token_life_if_unstated(self) -> float: ...

    @property
    def longest_retry_after(self) -> float: ...

    @property
    def connect_timeout(self) -> float: ...

    @property
    def token_timeout(self) -> float: ...


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """The pair that a provider issues; Carrot's decides between test and production data."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)

    @classmethod
    def from_secret(cls, text: str) -> "ClientCredentials":
        """Read the secret's text, `{"clientId", "clientSecret"}`. Raises CredentialsRefused if it holds anything else."""
        try:
            content = jsons.loads(text)
        except ValueError:
            content = None
        pair = content if isinstance(content, dict) else {}
        client_id, client_secret = first_text(pair, ("clientId",)), first_text(pair, ("clientSecret",))
        if client_id is None or client_secret is None:
            raise CredentialsRefused("the secret does not hold clientId and clientSecret")
        return cls(client_id, client_secret)


CarrotCredentials = ClientCredentials


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and the moment from which a new one is asked for."""

    value: str = field(repr=False)
    renew_at: datetime


class TokenSource:
    """One token for all threads of a container, renewed ahead of its end.

    `credentials` is called for every token, so that a rotated secret is picked up without a deployment.
    """

    def __init__(
        self,
        settings: TokenSettings,
        http: httpx.Client,
        credentials: Callable[[], ClientCredentials],
        clock: Clock,
        *,
        call: str = CALL,
        credentials_in: Literal["header", "body"] = "header",
    ) -> None:
        """`call` names the endpoint in errors; `credentials_in` says where the pair goes."""
        self._call = call
        self._credentials_in = credentials_in
        self._settings = settings
        self._http = http
        self._credentials = credentials
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None

    def due(self) -> bool:
        """Whether the next `current` asks for a token."""
        return self._token is None or self._clock.now() >= self._token.renew_at

    def current(self) -> Token:
        """The token to use now. Raises CredentialsRefused, NeverSent or Throttled."""
        with self._lock:
            if self._token is None or self._clock.now() >= self._token.renew_at:
                self._token = self._fetch()
            return self._token

    def after_refusal_of(self, refused: Token) -> Token:
        """A token made after `refused` got a 401: another thread's, if it was quicker, else a fresh one."""
        with self._lock:
            if self._token is None or self._token is refused:
                self._token = None
                self._token = self._fetch()
            return self._token

    def _fetch(self) -> Token:
        settings, request = self._settings, self._request(self._credentials())
        asked_at = self._clock.now()
        failure: TransientFailure
        try:
            answer = exchange(
                self._http, self._call, request, Deadline(self._call, settings.token_timeout, settings.connect_timeout)
            )
            return self._read(answer, asked_at)
        except OutcomeUnknown as error:
            failure = NeverSent(str(error))  # a token too many does no harm, and the API has seen nothing
        raise failure

    def _request(self, credentials: ClientCredentials) -> Request:
        form = {"grant_type": "client_credentials"}
        if self._settings.scope:
            form["scope"] = self._settings.scope
        in_header = self._credentials_in == "header"
        if not in_header:
            form |= {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
        return Request(
            "POST",
            str(self._settings.token_url),
            content=urlencode(form).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            basic_auth=(credentials.client_id, credentials.client_secret) if in_header else None,
        )

    def _read(self, answer: Answer, asked_at: datetime) -> Token:
        if not answer.is_success:
            raise _refusal(self._call, answer, asked_at, self._settings.longest_retry_after)
        content = answer.json_object(self._call)
        value = content.get("access_token")
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
            raise NeverSent(f"{self._call}: no usable access_token in the answer")
        return Token(value, asked_at + self._life(content.get("expires_in")))

    def _life(self, expires_in: object) -> timedelta:
        """For how long to use a token: up to the margin before its end, or half its life if that is shorter."""
        settings = self._settings
        seconds = settings.token_life_if_unstated
        if isinstance(expires_in, int | Decimal) and 0 < expires_in <= LONGEST_LIFE:
            seconds = float(expires_in)
        return timedelta(seconds=max(seconds - settings.token_renewal_margin, seconds / 2))


def _refusal(call: str, answer: Answer, now: datetime, longest_retry_after: float) -> Exception:
    """Any no but a busy one is about the credentials, the scope or the URL: it pauses the fleet and blames no message."""
    reason = f"{call}: {answer.status}"
    if answer.status == 429:
        return Throttled(reason, retry_after=read_retry_after(answer.retry_after, now, longest_retry_after))
    if 300 <= answer.status < 500 and answer.status != 408:
        return CredentialsRefused(reason)
    return NeverSent(reason)
