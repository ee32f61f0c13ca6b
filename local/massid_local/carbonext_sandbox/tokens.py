"""Keycloak's side: the pair comes in the form body (b2b-api-concepts/authorization)."""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from massid_local.carbonext_sandbox.problems import Refused
from massid_local.carbonext_sandbox.settings import CarbonextSandboxSettings


class Tokens:
    """Tokens that were issued and when each ends."""

    def __init__(self) -> None:
        self._issued: dict[str, datetime] = {}

    def issue(self, form: bytes, settings: CarbonextSandboxSettings, now: datetime) -> dict[str, Any]:
        """The answer of the token endpoint. Raises Refused."""
        fields = {name: values[-1] for name, values in parse_qs(form.decode("utf-8", "replace")).items()}
        account = settings.account
        known = fields.get("client_id") == account.client_id
        if not known or not hmac.compare_digest(
            fields.get("client_secret", "").encode(), account.client_secret.encode()
        ):
            raise Refused(401, "invalid_client")
        if fields.get("grant_type") != "client_credentials":
            raise Refused(400, "unsupported_grant_type")
        token = secrets.token_urlsafe(32)
        self._issued[token] = now + timedelta(seconds=settings.token_seconds)
        return {
            "access_token": token,
            "expires_in": int(settings.token_seconds),
            "refresh_expires_in": 0,
            "token_type": "Bearer",
            "not-before-policy": 0,
            "scope": "profile email roles",
        }

    def require(self, authorization: str | None, now: datetime) -> None:
        """Raises Refused 401."""
        scheme, _, token = (authorization or "").partition(" ")
        ends = self._issued.get(token.strip()) if scheme.lower() == "bearer" else None
        if ends is None or now >= ends:
            raise Refused(401, "unauthorized")

    def revoke_all(self) -> int:
        """End every token now. Answers how many there were."""
        ended = len(self._issued)
        self._issued.clear()
        return ended
