"""What the platform holds of a file is read back in pieces, without the bearer token, and only its hash is kept."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import httpx
import pytest
from massid_relay.core.errors import NeverSent, OutcomeUnknown, RelayError

if TYPE_CHECKING:
    from massid_relay.core.ports import CarrotApi

    from tests.unit.carrot.conftest import Provider, RecordingPermit

DOC = "0b0e9f6e-6a0b-4b43-9d6b-0f3f5f6c1a11"
URL = "https://storage.example/x?X-Amz-Signature=hidden"


def told(**body: object) -> httpx.Response:
    return httpx.Response(200, json=body)


def test_the_hash_is_that_of_the_stored_bytes(client: CarrotApi, provider: Provider, permit: RecordingPermit) -> None:
    provider.replies = [told(url=URL), httpx.Response(200, content=b"%PDF-1.7")]

    assert client.stored_digest(DOC, "mtr.pdf", permit) == sha256(b"%PDF-1.7").hexdigest()
    asked, read = provider.requests
    assert (asked.method, asked.url.path) == ("GET", f"/documents/{DOC}/attachments/mtr.pdf")
    assert (read.method, str(read.url)) == ("GET", URL)
    assert "Authorization" not in read.headers


@pytest.mark.parametrize(
    "replies",
    [
        pytest.param([httpx.Response(404, json={"statusCode": 404})], id="the API knows no such file"),
        pytest.param([told(url="x")], id="no usable URL"),
        pytest.param([told(url=URL), httpx.Response(404)], id="the storage has no such file"),
        pytest.param([told(url=URL), httpx.Response(403)], id="the storage refuses"),
    ],
)
def test_what_is_not_shown_is_not_held(
    client: CarrotApi, provider: Provider, permit: RecordingPermit, replies: list[httpx.Response]
) -> None:
    provider.replies = list(replies)
    assert client.stored_digest(DOC, "mtr.pdf", permit) is None


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (httpx.Response(500), OutcomeUnknown),
        (httpx.Response(429), OutcomeUnknown),
        (httpx.ReadTimeout("late"), OutcomeUnknown),
        (httpx.ConnectError("refused"), NeverSent),
    ],
)
def test_a_storage_that_doesn_t_answer_proves_nothing(
    client: CarrotApi,
    provider: Provider,
    permit: RecordingPermit,
    reply: httpx.Response | Exception,
    expected: type[RelayError],
) -> None:
    provider.replies = [told(url=URL), reply]

    with pytest.raises(expected) as caught:
        client.stored_digest(DOC, "mtr.pdf", permit)
    assert "hidden" not in str(caught.value)
