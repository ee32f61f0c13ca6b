"""The token endpoint's side: who may have a token, and until when it is good (docs.carrot.eco, api/authentication)."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from massid_local.carrot_sandbox.problems import Problem
from massid_local.carrot_sandbox.settings import Credential, SandboxSettings

GRANT_TYPE = "client_credentials"


class TokenRefused(Exception):
    """RFC 6749 section 5.2: a status and an error code."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


@dataclass(frozen=True, slots=True)
class _Issued:
    credential: Credential
    until: datetime


class Tokens:
    """Tokens that were issued and when each ends."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._credentials: Mapping[str, Credential] = {known.client_id: known for known in settings.credentials}
        self._issued: dict[str, _Issued] = {}

    def issue(self, authorization: str | None, form: bytes, settings: SandboxSettings, now: datetime) -> dict[str, Any]:
        """A new token, as the answer of the token endpoint. Raises TokenRefused."""
        credential = self._authenticated(authorization)
        fields = parse_qs(form.decode("utf-8", "replace"))
        if fields.get("grant_type") != [GRANT_TYPE]:
            raise TokenRefused(400, "unsupported_grant_type")
        if fields.get("scope", [settings.scope]) != [settings.scope]:
            raise TokenRefused(400, "invalid_scope")
        token = secrets.token_urlsafe(32)
        self._issued[token] = _Issued(credential, now + timedelta(seconds=settings.token_seconds))
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(settings.token_seconds),
            "scope": settings.scope,
        }

    def bearer(self, authorization: str | None, now: datetime) -> Credential:
        """Whose token this is. Raises 401 for a bad or ended one, 403 for an integrator without rights."""
        scheme, _, token = (authorization or "").partition(" ")
        issued = self._issued.get(token.strip()) if scheme.lower() == "bearer" else None
        if issued is None or now >= issued.until:
            raise Problem(401, "the access token is missing, malformed or expired")
        if issued.credential.restricted:
            raise Problem(403, "not allowed for this integrator")
        return issued.credential

    def revoke_all(self) -> int:
        """End every token now. Answers how many there were."""
        ended = len(self._issued)
        self._issued.clear()
        return ended

    def _authenticated(self, authorization: str | None) -> Credential:
        scheme, _, encoded = (authorization or "").partition(" ")
        if scheme.lower() != "basic":
            raise TokenRefused(401, "invalid_client")
        try:
            client_id, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise TokenRefused(401, "invalid_client") from None
        credential = self._credentials.get(client_id)
        if credential is None or not hmac.compare_digest(credential.client_secret.encode(), secret.encode()):
            raise TokenRefused(401, "invalid_client")
        return credential
