"""The six endpoints, as the vendor's pages state them and as the settings assume (invariants 5 and 6)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from massid_relay.carrot.settings import CarrotSettings
from massid_relay.core import jsons
from massid_relay.core.errors import (
    EndpointMissing,
    LeftToAPerson,
    NoSlot,
    OutcomeUnknown,
    PartlyAppended,
    RejectedByProvider,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from massid_relay.core.ports import CarrotApi

    from tests.unit.carrot.conftest import Provider, RecordingPermit

DOC = "0b0e9f6e-6a0b-4b43-9d6b-0f3f5f6c1a11"
EVENTS: list[jsons.JsonObject] = [
    {"name": "Pick-up", "value": Decimal("150.50")},
    {"name": "Weighing"},
    {"name": "CLOSE"},
]


def answer(body: jsons.JsonObject, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=jsons.dumps(body).encode())


def reply(**body: Any) -> httpx.Response:
    return answer(body)


def refusal(status: int, code: str) -> httpx.Response:
    error = {"code": code, "message": "no", "id": "5g1XRgWZ0odA79dHJvcPP"}
    return answer({"statusCode": status, "errors": [error]}, status)


def event_reply(number: int) -> httpx.Response:
    return reply(documentId=DOC, eventId=f"event-{number}")


def test_create_document_posts_the_body_with_exact_decimals(
    client: CarrotApi, provider: Provider, permit: RecordingPermit
) -> None:
    provider.replies = [answer({"id": DOC, "participantId": "par-1"}, 201)]

    created = client.create_document({"category": "MassID", "latitude": Decimal("-23.56130")}, permit)

    assert (created.document_id, created.raw["participantId"]) == (DOC, "par-1")
    (request,) = provider.requests
    assert (request.method, str(request.url)) == ("POST", "https://api.carrot.eco/documents")
    assert request.content == b'{"category":"MassID","latitude":-23.56130}'
    assert request.headers["Authorization"] == "Bearer token-1"
    assert request.headers["Content-Type"] == "application/json"


def test_get_document_reads_what_stands_on_the_network(
    client: CarrotApi, provider: Provider, permit: RecordingPermit
) -> None:
    provider.replies = [
        reply(id=DOC, status="OPEN", currentValue=Decimal("150.10"), externalEvents=[{"id": "event-1"}])
    ]

    document = client.get_document(DOC, permit)

    assert (document.id, document.status, document.current_value) == (DOC, "OPEN", Decimal("150.10"))
    assert [event.id for event in document.events] == ["event-1"]
    assert (provider.requests[0].method, provider.requests[0].url.path) == ("GET", f"/documents/{DOC}")
    assert provider.requests[0].content == b""


def test_append_event_posts_to_the_document_s_events(
    client: CarrotApi, provider: Provider, permit: RecordingPermit
) -> None:
    provider.replies = [event_reply(1)]

    assert client.append_event(DOC, EVENTS[0], permit).event_id == "event-1"
    assert provider.requests[0].url.path == f"/documents/{DOC}/events"
    assert provider.requests[0].content == b'{"name":"Pick-up","value":150.50}'


BATCH_REPLY: jsons.JsonObject = {
    "documentId": DOC,
    "events": [{"eventId": f"event-{n}", "targetDocumentId": DOC} for n in (1, 2, 3)],
}


@pytest.mark.parametrize(
    ("settings", "query", "body"),
    [
        ({}, "", {"documentId": DOC, "events": EVENTS}),
        ({"batch_document_field": "targetId"}, "", {"targetId": DOC, "events": EVENTS}),
        ({"batch_document_place": "query"}, f"documentId={DOC}", {"events": EVENTS}),
        ({"batch_document_place": "event"}, "", {"events": [{"documentId": DOC, **event} for event in EVENTS]}),
    ],
    ids=["as assumed", "another field", "in the query", "in each event"],
)
def test_a_batch_names_its_document_as_the_settings_say(
    client_with: Callable[..., CarrotApi],
    provider: Provider,
    permit: RecordingPermit,
    settings: dict[str, Any],
    query: str,
    body: jsons.JsonObject,
) -> None:
    provider.replies = [answer(BATCH_REPLY)]

    appended = client_with(**settings).append_events(DOC, EVENTS, permit)

    assert [event.event_id for event in appended] == ["event-1", "event-2", "event-3"]
    (request,) = provider.requests
    assert (request.url.path, request.url.query.decode()) == ("/documents/events", query)
    assert jsons.loads(request.content) == body
    assert permit.diary.count("enter POST /documents/events") == 1


def test_an_empty_batch_is_no_call(client: CarrotApi, provider: Provider, permit: RecordingPermit) -> None:
    assert client.append_events(DOC, [], permit) == []
    assert provider.diary == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"events": []},
        {"events": [{"eventId": "1"}]},
        {"events": [{"eventId": "1"}, {}, {"eventId": "3"}]},
        {"events": "x"},
    ],
)
def test_a_batch_answer_that_does_not_list_each_event_leaves_the_outcome_unknown(
    client: CarrotApi, provider: Provider, permit: RecordingPermit, body: dict[str, Any]
) -> None:
    provider.replies = [answer(body)]

    with pytest.raises(OutcomeUnknown):
        client.append_events(DOC, EVENTS, permit)


def test_a_provider_without_the_batch_endpoint_is_told_from_one_without_the_document(
    client: CarrotApi, provider: Provider, permit: RecordingPermit
) -> None:
    for missing in (httpx.Response(404, content=b"Not Found"), httpx.Response(405)):
        provider.replies = [missing]
        with pytest.raises(EndpointMissing):
            client.append_events(DOC, EVENTS, permit)

    provider.replies = [refusal(404, "objectNotFound")]
    with pytest.raises(RejectedByProvider) as caught:
        client.append_events(DOC, EVENTS, permit)
    assert type(caught.value) is RejectedByProvider


def test_events_that_the_provider_confirms_for_another_document_are_left_to_a_person(
    client: CarrotApi, provider: Provider, permit: RecordingPermit
) -> None:
    """The batch's document field is an assumption; sending again would only add to the harm."""
    provider.replies = [answer({**BATCH_REPLY, "documentId": "another"})]

    with pytest.raises(LeftToAPerson):
        client.append_events(DOC, EVENTS, permit)


class TestOneByOne:
    """batch_mode = one-by-one."""

    @pytest.fixture
    def client(self, client_with: Callable[..., CarrotApi]) -> CarrotApi:
        return client_with(batch_mode="one-by-one")

    def test_each_event_is_a_call_of_its_own(
        self, client: CarrotApi, provider: Provider, permit: RecordingPermit
    ) -> None:
        provider.replies = [event_reply(1), event_reply(2), event_reply(3)]

        appended = client.append_events(DOC, EVENTS, permit)

        assert [event.event_id for event in appended] == ["event-1", "event-2", "event-3"]
        assert {request.url.path for request in provider.requests} == {f"/documents/{DOC}/events"}
        assert permit.diary.count("enter POST /documents/{documentId}/events") == 3

    def test_the_first_ones_are_not_lost_when_a_later_one_fails(
        self, client: CarrotApi, provider: Provider, permit: RecordingPermit
    ) -> None:
        """Invariant 1: what stands on the network is confirmed, not sent again."""
        provider.replies = [event_reply(1), event_reply(2), refusal(400, "validationError")]

        with pytest.raises(PartlyAppended) as caught:
            client.append_events(DOC, EVENTS, permit)

        assert [event.event_id for event in caught.value.appended] == ["event-1", "event-2"]
        assert isinstance(caught.value.cause, RejectedByProvider)

    def test_a_missing_slot_in_the_middle_keeps_the_first_ones_too(
        self, client: CarrotApi, provider: Provider, permit: RecordingPermit
    ) -> None:
        provider.replies = [event_reply(1)]
        permit.refusals = {3: NoSlot("full")}  # after the token and the first event

        with pytest.raises(PartlyAppended) as caught:
            client.append_events(DOC, EVENTS, permit)

        assert len(caught.value.appended) == 1
        assert caught.value.cause is permit.refusals[3]
        assert len(provider.requests) == 1

    def test_a_failure_of_the_first_comes_as_it_is(
        self, client: CarrotApi, provider: Provider, permit: RecordingPermit
    ) -> None:
        provider.replies = [refusal(400, "validationError")]

        with pytest.raises(RejectedByProvider):
            client.append_events(DOC, EVENTS, permit)


def test_request_upload_sends_length_and_type_and_gives_the_target(
    client: CarrotApi, provider: Provider, permit: RecordingPermit
) -> None:
    url = "https://storage.example/x?X-Amz-Signature=s"
    provider.replies = [reply(url=url, attachmentId="att-1", headers={"x-amz-acl": "private", "x-number": 5})]

    target = client.request_upload(DOC, "mtr.pdf", "application/pdf", 1234, permit)

    assert (target.url, target.attachment_id, target.headers) == (url, "att-1", {"x-amz-acl": "private"})
    (request,) = provider.requests
    assert (request.method, request.url.path) == ("PUT", f"/documents/{DOC}/attachments/mtr.pdf")
    assert jsons.loads(request.content) == {"contentLength": 1234, "contentType": "application/pdf"}


def test_length_and_type_go_into_the_query_if_the_settings_say_so(
    client_with: Callable[..., CarrotApi], provider: Provider, permit: RecordingPermit
) -> None:
    provider.replies = [reply(uploadUrl="https://storage.example/x")]

    target = client_with(upload_metadata_place="query").request_upload(DOC, "a.png", "image/png", 5, permit)

    assert target.attachment_id == "a.png"  # the file's name, if the answer has no id
    assert dict(provider.requests[0].url.params) == {"contentLength": "5", "contentType": "image/png"}
    assert provider.requests[0].content == b""


@pytest.mark.parametrize(
    ("file_name", "encoded"),
    [
        ("a b+c%41/ç?#.pdf", b"a%20b%2Bc%2541%2F%C3%A7%3F%23.pdf"),
        ("..", b"%2E%2E"),
        (".", b"%2E"),
        ("mtr_2024-12~1.pdf", b"mtr_2024-12~1.pdf"),
    ],
)
def test_a_file_name_stays_one_segment_of_the_path(
    client: CarrotApi, provider: Provider, permit: RecordingPermit, file_name: str, encoded: bytes
) -> None:
    provider.replies = [reply(url="https://storage.example/x")]

    client.attachment_url(DOC, file_name, permit)

    assert provider.requests[0].url.raw_path == b"/documents/" + DOC.encode() + b"/attachments/" + encoded


def test_attachment_url_gives_the_temporary_download_url(
    client: CarrotApi, provider: Provider, permit: RecordingPermit
) -> None:
    provider.replies = [reply(downloadUrl="https://storage.example/x?sig")]

    assert client.attachment_url(DOC, "mtr.pdf", permit) == "https://storage.example/x?sig"
    assert (provider.requests[0].method, provider.requests[0].url.path) == (
        "GET",
        f"/documents/{DOC}/attachments/mtr.pdf",
    )


@pytest.mark.parametrize(
    "url", [None, "", 5, "x", "/path", "http://storage.example/x", "file:///etc", "https://", "https://[x"]
)
def test_a_url_that_can_t_be_used_leaves_the_outcome_unknown(
    client: CarrotApi, provider: Provider, permit: RecordingPermit, url: object
) -> None:
    provider.replies = [reply(url=url)]

    with pytest.raises(OutcomeUnknown):
        client.request_upload(DOC, "mtr.pdf", "application/pdf", 5, permit)


def test_an_api_without_tls_may_have_a_storage_without_tls(
    client_with: Callable[..., CarrotApi], provider: Provider, permit: RecordingPermit
) -> None:
    provider.replies = [reply(url="http://127.0.0.1:9000/x")]

    client = client_with(base_url="http://127.0.0.1:8000")

    assert client.request_upload(DOC, "a.png", "image/png", 5, permit).url == "http://127.0.0.1:9000/x"


@pytest.mark.parametrize(("base", "prefix"), [("https://api.example", "v1"), ("https://api.example/", "/v1/")])
def test_base_url_and_prefix_are_settings(
    client_with: Callable[..., CarrotApi], provider: Provider, permit: RecordingPermit, base: str, prefix: str
) -> None:
    provider.replies = [reply(id=DOC)]

    client_with(base_url=base, path_prefix=prefix).create_document({}, permit)

    assert str(provider.requests[0].url) == "https://api.example/v1/documents"


def test_a_client_is_made_without_asking_for_anything(client: CarrotApi, provider: Provider) -> None:
    """Invariant 9."""
    assert provider.diary == []


def test_the_defaults_are_the_vendor_s() -> None:
    settings = CarrotSettings()

    assert settings.url("/documents") == "https://api.carrot.eco/documents"
    assert str(settings.token_url) == "https://auth.api.carrot.eco/oauth2/token"
    assert settings.scope == "api.carrot.eco/main-scope"
