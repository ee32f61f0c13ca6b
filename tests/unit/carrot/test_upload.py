"""The bytes of a file go to the presigned URL (docs.carrot.eco, integrations/guides/file-uploads)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from massid_relay.core.errors import EvidenceRefused, NeverSent, OutcomeUnknown, RelayError, Throttled, TransientFailure
from massid_relay.core.ports import UploadTarget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from massid_relay.core.ports import CarrotApi

    from tests.unit.carrot.conftest import Provider

URL = "https://storage.example/attachments/mtr.pdf?X-Amz-Signature=hidden"
TARGET = UploadTarget(url=URL, attachment_id="att-1", headers={})


def test_the_file_is_streamed_with_the_agreed_type_and_length_and_without_the_token(
    client: CarrotApi, provider: Provider
) -> None:
    provider.replies = [httpx.Response(200)]

    client.upload(TARGET, iter([b"%PDF", b"-1.7"]), "application/pdf", 8)

    (request,) = provider.requests
    assert (request.method, str(request.url)) == ("PUT", URL)
    assert request.content == b"%PDF-1.7"
    assert request.headers["Content-Type"] == "application/pdf"
    assert request.headers["Content-Length"] == "8"
    assert "Transfer-Encoding" not in request.headers
    assert "Authorization" not in request.headers
    assert provider.token_requests == []


def test_headers_of_the_answer_are_sent_along_unless_they_are_ours(client: CarrotApi, provider: Provider) -> None:
    provider.replies = [httpx.Response(204)]
    given = {
        "x-amz-meta-kind": "evidence",
        "authorization": "Bearer no",
        "HOST": "no.example",
        "content-type": "text/no",
    }

    client.upload(UploadTarget(URL, "att-1", given), [b"x"], "image/png", 1)

    headers = provider.requests[0].headers
    assert headers["x-amz-meta-kind"] == "evidence"
    assert headers["Content-Type"] == "image/png"
    assert headers["Host"] == "storage.example"
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (httpx.Response(400), EvidenceRefused),
        (httpx.Response(413), EvidenceRefused),
        (httpx.Response(403, content=b"<Error><Code>AccessDenied</Code></Error>"), TransientFailure),
        (httpx.Response(307, headers={"Location": "https://elsewhere.example"}), TransientFailure),
        (httpx.Response(429, headers={"Retry-After": "2"}), Throttled),
        (httpx.Response(500), OutcomeUnknown),
        (httpx.ConnectTimeout(f"late {URL}"), NeverSent),
        (httpx.ReadTimeout(f"late {URL}"), OutcomeUnknown),
    ],
    ids=["400", "413", "403", "307", "429", "500", "ConnectTimeout", "ReadTimeout"],
)
def test_each_failure_has_its_consequence_and_none_quotes_the_url(
    client: CarrotApi, provider: Provider, reply: httpx.Response | Exception, expected: type[RelayError]
) -> None:
    """Invariants 5 and 7."""
    provider.replies = [reply]

    with pytest.raises(RelayError) as caught:
        client.upload(TARGET, [b"x"], "image/png", 1)

    assert type(caught.value) is expected
    assert "storage.example" not in f"{caught.value} {caught.value!r}"
    assert caught.value.__context__ is None


@pytest.mark.parametrize("content", [[], [b"12"], [b"123", b"4"], [b"1", b"", b"2"]])
def test_another_length_than_agreed_is_refused(client: CarrotApi, provider: Provider, content: list[bytes]) -> None:
    provider.replies = [httpx.Response(200)]

    with pytest.raises(EvidenceRefused, match="length agreed"):
        client.upload(TARGET, content, "image/png", 3)


def test_what_reading_the_file_raises_passes_through(client: CarrotApi, provider: Provider) -> None:
    def broken() -> Iterator[bytes]:
        yield b"1"
        raise OSError("the bucket hung up")

    with pytest.raises(OSError, match="hung up"):
        client.upload(TARGET, broken(), "image/png", 3)


def test_a_file_that_comes_too_slowly_ends_at_the_timeout(
    client: CarrotApi, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 1: a lease that outlives the timeout outlives the upload."""
    now = [0.0]
    monkeypatch.setattr("massid_relay.carrot.transport.monotonic", lambda: now[0])

    def slow() -> Iterator[bytes]:
        for _ in range(100):
            now[0] += 25
            yield b"x"

    with pytest.raises(OutcomeUnknown, match="longer than its timeout"):
        client.upload(TARGET, slow(), "image/png", 100)

    assert now[0] == 75


def test_the_url_is_in_no_repr() -> None:
    """Invariant 7."""
    assert "storage.example" not in repr(TARGET)
