"""Invariant 7: nothing that a person or a thief could use is in an error or a log, whatever goes wrong."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from massid_relay.core import jsons
from massid_relay.core.errors import PartlyAppended, RelayError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from massid_relay.core.ports import CarrotApi

    from tests.unit.carrot.conftest import Provider, RecordingPermit

SECRETS = (
    "token-1",
    "client-secret",
    "11222333000181",
    "João da Fonseca",
    "BRA2E19",
    "X-Amz-Signature",
    "Rua das Colinas",
)
BODY = {"participant": {"name": "João da Fonseca", "taxId": "11222333000181"}, "address": {"street": "Rua das Colinas"}}
SAID = "participant.name João da Fonseca, taxId 11222333000181, plate BRA2E19, Bearer token-1, X-Amz-Signature=1"
FILE_NAME = "BRA2E19.pdf"
URL = "https://storage.example/x?X-Amz-Signature=1"

ERROR = {"statusCode": 400, "errors": [{"code": "João da Fonseca", "message": SAID, "id": "11222333000181"}]}
REPLIES: list[Any] = [
    *(
        httpx.Response(status, content=jsons.dumps(ERROR).encode())
        for status in (200, 302, 400, 403, 404, 409, 422, 500)
    ),
    httpx.Response(401, content=jsons.dumps(ERROR).encode()),
    httpx.Response(429, content=SAID.encode(), headers={"Retry-After": "11222333000181"}),
    httpx.Response(200, content=SAID.encode()),
    httpx.Response(200, content=jsons.dumps({"url": f"ftp://{URL}", "events": [BODY]}).encode()),
    httpx.ReadTimeout(SAID),
    httpx.ConnectError(SAID),
    httpx.InvalidURL(SAID),
]


def all_that_it_says(error: BaseException) -> str:
    """The error, all that hangs on it and its traceback, as a log might show them."""
    parts = ["".join(traceback.format_exception(error)), *(repr(item) for item in linked(error))]
    return "\n".join(parts)


def linked(error: BaseException) -> Iterator[object]:
    yield from (error, error.args, vars(error))
    for other in (error.__cause__, error.__context__):
        if other is not None:
            yield from linked(other)
    if isinstance(error, PartlyAppended):
        yield from linked(error.cause)


CALLS: list[Callable[[CarrotApi, RecordingPermit], object]] = [
    lambda api, permit: api.create_document(BODY, permit),
    lambda api, permit: api.append_events("doc-1", [BODY], permit),
    lambda api, permit: api.request_upload("doc-1", FILE_NAME, "application/pdf", 5, permit),
]


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: str(getattr(reply, "status_code", type(reply).__name__)))
@pytest.mark.parametrize("call", CALLS, ids=["create", "append", "attach"])
def test_no_error_and_no_log_line_of_a_call_holds_a_secret(
    client: CarrotApi,
    provider: Provider,
    permit: RecordingPermit,
    caplog: pytest.LogCaptureFixture,
    call: Any,
    reply: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.replies = [reply, reply]

    with pytest.raises(RelayError) as caught:
        call(client, permit)

    said = all_that_it_says(caught.value) + caplog.text
    assert [secret for secret in SECRETS if secret in said] == []


def test_no_error_of_a_token_request_holds_a_secret(
    client: CarrotApi, provider: Provider, permit: RecordingPermit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for reply in REPLIES:
        provider.token_replies = [reply]
        with pytest.raises(RelayError) as caught:
            client.get_document("doc-1", permit)

        said = all_that_it_says(caught.value) + caplog.text
        assert [secret for secret in SECRETS if secret in said] == []
