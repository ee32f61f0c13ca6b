"""What holds for each of the six calls: permit, fresh token, throttling, the vendor's table (invariants 5 and 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from massid_relay.carrot.settings import CarrotSettings
from massid_relay.core import jsons
from massid_relay.core.errors import (
    CredentialsRefused,
    EndpointMissing,
    NeverSent,
    NoSlot,
    NotReady,
    OutcomeUnknown,
    OutOfTime,
    RejectedByProvider,
    RelayError,
    Throttled,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from massid_relay.core.ports import CarrotApi, Permit

    from tests.unit.carrot.conftest import Provider, RecordingPermit

DOC = "0b0e9f6e-6a0b-4b43-9d6b-0f3f5f6c1a11"


def answer(body: jsons.JsonObject, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=jsons.dumps(body).encode())


def refusal(status: int, code: str) -> httpx.Response:
    error = {"code": code, "message": "no", "id": "5g1XRgWZ0odA79dHJvcPP"}
    return answer({"statusCode": status, "errors": [error]}, status)


Call = tuple[str, "Callable[[CarrotApi, Permit], object]"]
CALLS: list[Call] = [
    ("POST /documents", lambda api, permit: api.create_document({}, permit)),
    ("GET /documents/{id}", lambda api, permit: api.get_document(DOC, permit)),
    ("POST /documents/{documentId}/events", lambda api, permit: api.append_event(DOC, {}, permit)),
    ("POST /documents/events", lambda api, permit: api.append_events(DOC, [{}], permit)),
    (
        "PUT /documents/{documentId}/attachments/{fileName}",
        lambda api, permit: api.request_upload(DOC, "a.png", "image/png", 5, permit),
    ),
    (
        "GET /documents/{documentId}/attachments/{fileName}",
        lambda api, permit: api.attachment_url(DOC, "a.png", permit),
    ),
]
each_call = pytest.mark.parametrize(("name", "call"), CALLS, ids=[name for name, _ in CALLS])
GOOD: jsons.JsonObject = {
    "id": DOC,
    "documentId": DOC,
    "eventId": "e",
    "events": [{"eventId": "e"}],
    "url": "https://storage.example/x",
}


@each_call
def test_every_request_enters_the_permit_right_before_it_is_sent(
    client: CarrotApi, provider: Provider, permit: RecordingPermit, name: str, call: Any
) -> None:
    """Invariant 6. The token comes first: nothing may pass between the slot and the call."""
    provider.replies = [answer(GOOD)]

    call(client, permit)

    assert permit.diary[:3] == ["enter POST /oauth2/token", "token", f"enter {name}"]
    assert len(permit.diary) == 4
    assert permit.timeouts == [CarrotSettings().token_timeout, CarrotSettings().call_timeout]


@each_call
@pytest.mark.parametrize("refused", [NoSlot("full"), OutOfTime("late")], ids=["NoSlot", "OutOfTime"])
def test_without_a_permit_nothing_is_sent(
    client: CarrotApi, provider: Provider, permit: RecordingPermit, name: str, call: Any, refused: RelayError
) -> None:
    """Invariant 6."""
    permit.refusals = {1: refused}

    with pytest.raises(type(refused)):
        call(client, permit)

    assert provider.requests == []


@each_call
def test_a_401_is_tried_once_more_with_a_fresh_token_and_a_new_permit(
    client: CarrotApi, provider: Provider, permit: RecordingPermit, name: str, call: Any
) -> None:
    """Invariants 5 and 6."""
    provider.replies = [refusal(401, "unauthorized"), answer(GOOD)]

    call(client, permit)

    assert [request.headers["Authorization"] for request in provider.requests] == ["Bearer token-1", "Bearer token-2"]
    assert permit.diary.count(f"enter {name}") == 2


@each_call
def test_a_401_after_the_fresh_token_refuses_the_credentials(
    client: CarrotApi, provider: Provider, permit: RecordingPermit, name: str, call: Any
) -> None:
    """Invariant 5: it pauses the fleet and blames no message."""
    provider.replies = [refusal(401, "unauthorized"), refusal(401, "unauthorized")]

    with pytest.raises(CredentialsRefused):
        call(client, permit)

    assert len(provider.token_requests) == 2


@each_call
@pytest.mark.parametrize(("header", "seconds"), [({}, None), ({"Retry-After": "7"}, 7.0)], ids=["bare", "Retry-After"])
def test_a_429_slows_the_fleet_and_is_no_attempt(
    client: CarrotApi,
    provider: Provider,
    permit: RecordingPermit,
    name: str,
    call: Any,
    header: dict[str, str],
    seconds: float | None,
) -> None:
    """Invariants 5 and 6."""
    provider.replies = [httpx.Response(429, headers=header, content=b'{"message":"Too Many Requests"}')]

    with pytest.raises(Throttled) as caught:
        call(client, permit)

    assert caught.value.retry_after == seconds
    assert permit.throttles == [seconds]


@each_call
@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        (refusal(400, "validationError"), RejectedByProvider),
        (refusal(409, "conflictError"), RejectedByProvider),
        (refusal(409, "PENDING_PROCESS_CONFLICT_ERROR"), NotReady),
        (refusal(503, "serviceUnavailable"), OutcomeUnknown),
        (httpx.Response(502, content=b"<html>"), OutcomeUnknown),
        (httpx.Response(307, headers={"Location": "https://elsewhere.example"}), EndpointMissing),
        (httpx.Response(200, content=b"<html>"), OutcomeUnknown),
        (httpx.Response(204), OutcomeUnknown),
        (httpx.ReadTimeout("late"), OutcomeUnknown),
        (httpx.ConnectError("refused"), NeverSent),
    ],
    ids=["400", "409", "409-pending", "503", "502", "307", "200-html", "204", "ReadTimeout", "ConnectError"],
)
def test_every_call_fails_by_the_table(
    client: CarrotApi,
    provider: Provider,
    permit: RecordingPermit,
    name: str,
    call: Any,
    answered: httpx.Response | Exception,
    expected: type[RelayError],
) -> None:
    """Invariant 5."""
    provider.replies = [answered]

    with pytest.raises(RelayError) as caught:
        call(client, permit)

    assert type(caught.value) is expected
    assert str(caught.value).startswith(f"{name}: ")
    assert permit.throttles == []


def test_a_call_that_the_limit_does_not_count_needs_no_slot(
    client_with: Callable[..., CarrotApi], provider: Provider, permit: RecordingPermit
) -> None:
    provider.replies = [answer(GOOD), answer(GOOD)]
    client = client_with(paced_calls=frozenset({"POST /documents"}))

    client.get_document(DOC, permit)
    client.create_document({}, permit)

    entered = [line for line in permit.diary if line.startswith("enter")]
    assert entered == ["enter POST /oauth2/token", "enter POST /documents"]
