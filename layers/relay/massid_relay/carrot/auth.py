"""OAuth 2.0 client credentials (docs.carrot.eco, api/authentication): Basic header, scope, no refresh token.

A failing token endpoint never makes an API call's outcome unknown: the call itself was not sent, so it is NeverSent. A no of
the token endpoint is nobody's message: CredentialsRefused.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

import httpx

from massid_relay.carrot.settings import CarrotSettings, first_text
from massid_relay.carrot.transport import Answer, Deadline, Request, exchange
from massid_relay.core import jsons
from massid_relay.core.clock import Clock
from massid_relay.core.errors import CredentialsRefused, NeverSent, OutcomeUnknown, Throttled, TransientFailure
from massid_relay.core.vendor_errors import read_retry_after

CALL = "POST /oauth2/token"

LONGEST_LIFE = 24 * 3600
"""Seconds. One hour is the stated maximum; what claims more than a day is not believed."""


@dataclass(frozen=True, slots=True)
class CarrotCredentials:
    """The pair that Carrot issues; it decides between test and production data."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)

    @classmethod
    def from_secret(cls, text: str) -> "CarrotCredentials":
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
        self, settings: CarrotSettings, http: httpx.Client, credentials: Callable[[], CarrotCredentials], clock: Clock
    ) -> None:
        self._settings = settings
        self._http = http
        self._credentials = credentials
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None

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
        credentials = self._credentials()
        settings = self._settings
        request = Request(
            "POST",
            str(settings.token_url),
            content=urlencode({"grant_type": "client_credentials", "scope": settings.scope}).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            basic_auth=(credentials.client_id, credentials.client_secret),
        )
        asked_at = self._clock.now()
        failure: TransientFailure
        try:
            answer = exchange(
                self._http, CALL, request, Deadline(CALL, settings.token_timeout, settings.connect_timeout)
            )
            return self._read(answer, asked_at)
        except OutcomeUnknown as error:
            failure = NeverSent(str(error))  # a token too many does no harm, and the API has seen nothing
        raise failure

    def _read(self, answer: Answer, asked_at: datetime) -> Token:
        if not answer.is_success:
            raise _refusal(answer, asked_at, self._settings.longest_retry_after)
        content = answer.json_object(CALL)
        value = content.get("access_token")
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
            raise NeverSent(f"{CALL}: no usable access_token in the answer")
        return Token(value, asked_at + self._life(content.get("expires_in")))

    def _life(self, expires_in: object) -> timedelta:
        """For how long to use a token: up to the margin before its end, or half its life if that is shorter."""
        settings = self._settings
        seconds = settings.token_life_if_unstated
        if isinstance(expires_in, int | Decimal) and 0 < expires_in <= LONGEST_LIFE:
            seconds = float(expires_in)
        return timedelta(seconds=max(seconds - settings.token_renewal_margin, seconds / 2))


def _refusal(answer: Answer, now: datetime, longest_retry_after: float) -> Exception:
    """Any no but a busy one is about the credentials, the scope or the URL: it pauses the fleet and blames no message."""
    reason = f"{CALL}: {answer.status}"
    if answer.status == 429:
        return Throttled(reason, retry_after=read_retry_after(answer.retry_after, now, longest_retry_after))
    if 300 <= answer.status < 500 and answer.status != 408:
        return CredentialsRefused(reason)
    return NeverSent(reason)
