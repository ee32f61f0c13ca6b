"""Carrot as a reader sees it over HTTP, and the sandbox's own log of what really happened."""

import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
from massid_relay.core.jsons import JsonObject, loads

from massid_local.stack import LocalStack
from massid_local.stack.carrot import CREDENTIALS

_REFUSED = 429
_PAUSE_SECONDS = 0.25


class Platform:
    """A client of its own: it shares nothing with the workers but the credentials. Raises httpx.HTTPError."""

    def __init__(
        self, base_url: str, token_url: str, *, client_id: str, client_secret: str, scope: str, prefix: str = ""
    ) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=30, trust_env=False)
        self._token_url = token_url
        self._credentials = httpx.BasicAuth(client_id, client_secret)
        self._scope = scope
        self._prefix = prefix
        self._token = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def document(self, document_id: str) -> bytes:
        """The document as it is answered, byte for byte. A refusal by the rate limit is waited out."""
        path = f"{self._prefix}/documents/{quote(document_id, safe='')}"
        while True:
            answer = self._http.get(path, headers={"Authorization": f"Bearer {self._bearer()}"})
            if answer.status_code != _REFUSED:
                return answer.raise_for_status().content
            time.sleep(_PAUSE_SECONDS)

    def effects(self) -> JsonObject:
        """What stands in the sandbox (docs/sandbox.md)."""
        effects: JsonObject = self._control("effects")
        return effects

    def log(self, since: int) -> list[JsonObject]:
        """The requests after that sequence number, in order of arrival."""
        entries: list[JsonObject] = self._control("log", since=since)
        return entries

    def _control(self, view: str, **params: int) -> Any:
        return loads(self._http.get(f"/__sandbox__/{view}", params=params).raise_for_status().content)

    def _bearer(self) -> str:
        """One token is enough: it lasts an hour, the reading minutes (docs.carrot.eco, api/authentication)."""
        if not self._token:
            form = {"grant_type": "client_credentials", "scope": self._scope}
            answer = self._http.post(self._token_url, data=form, auth=self._credentials).raise_for_status()
            self._token = str(loads(answer.content)["access_token"])
        return self._token


def reader_of(stack: LocalStack) -> Platform:
    """A reader of the sandbox that belongs to a running stack."""
    carrot = stack.carrot
    credentials, parameters = carrot.secrets()[CREDENTIALS], carrot.parameters()
    return Platform(
        carrot.url,
        parameters["CarrotTokenUrl"],
        client_id=credentials["clientId"],
        client_secret=credentials["clientSecret"],
        scope=parameters["CarrotScope"],
        prefix=parameters["CarrotPathPrefix"],
    )
