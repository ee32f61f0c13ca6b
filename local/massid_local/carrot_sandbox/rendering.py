"""Answers on the wire: JSON in which numbers keep their decimals, and the storage's XML."""

from typing import Any

from massid_relay.core.jsons import dumps
from starlette.responses import Response

from massid_local.carrot_sandbox.attaching import StorageRefused
from massid_local.carrot_sandbox.settings import SandboxSettings


def json_response(status: int, body: Any) -> Response:
    """A JSON answer."""
    return Response(dumps(body), status, media_type="application/json")


def throttled(settings: SandboxSettings) -> Response:
    """429 in its own shape (docs.carrot.eco, integrations/reference/rate-limits), with Retry-After if a setting says so."""
    response = json_response(429, {"message": "Too Many Requests"})
    if settings.retry_after_header is not None:
        response.headers["Retry-After"] = str(settings.retry_after_header)
    return response


def storage_refusal(refused: StorageRefused) -> Response:
    """The error form of Amazon S3."""
    body = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{refused.code}</Code></Error>'
    return Response(body, refused.status, media_type="application/xml")
