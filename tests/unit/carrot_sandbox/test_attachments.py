"""Attachments: two steps, 10 MB, no bearer token on the second (docs.carrot.eco, integrations/guides/file-uploads)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller, Refused, SandboxOf

PDF = b"%PDF-1.7 evidence"
AGREED = {"contentLength": len(PDF), "contentType": "application/pdf"}


def reference(attachment_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "attachmentId": attachment_id,
        "contentLength": len(PDF),
        "isPublic": False,
        "label": "Weighing Ticket",
    } | changes


@pytest.fixture
def document_id(api: Caller) -> Any:
    return api.create()


@pytest.fixture
def url(api: Caller, document_id: str) -> Any:
    return api.call("PUT", f"/documents/{document_id}/attachments/ticket.pdf", AGREED).json()["url"]


def put(api: Caller, url: str, content: bytes = PDF, headers: dict[str, str] | None = None) -> httpx.Response:
    return api.client.put(url, content=content, headers={"Content-Type": "application/pdf"} | (headers or {}))


@pytest.mark.parametrize("name", ["ticket.pdf", "a b+c.pdf", "balança ♻️.pdf", "100%.pdf"])
def test_a_file_goes_up_and_comes_down_again(api: Caller, document_id: str, name: Any) -> None:
    attachment_id = api.upload(document_id, quote(name), PDF)
    answer = api.call("GET", f"/documents/{document_id}/attachments/{quote(name)}").json()
    assert answer["attachmentId"] == attachment_id
    downloaded = api.client.get(answer["url"])
    assert (downloaded.content, downloaded.headers["content-type"]) == (PDF, "application/pdf")
    listed = {"id": attachment_id, "fileName": name, "contentLength": len(PDF)}
    assert api.read(document_id)["attachments"] == [listed]


def test_length_and_type_may_come_in_the_query(api: Caller, document_id: str) -> None:
    path = f"/documents/{document_id}/attachments/a.pdf?contentLength={len(PDF)}&contentType=application/pdf"
    assert put(api, api.call("PUT", path).json()["url"]).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"contentType": "application/pdf"},
        {"contentLength": 3},
        {"contentLength": "3", "contentType": "application/pdf"},
        {"contentLength": 0, "contentType": "application/pdf"},
        {"contentLength": 10_000_001, "contentType": "application/pdf"},
        {"contentLength": 3, "contentType": "pdf"},
        {"contentLength": 3, "contentType": "application/pdf", "surprise": 1},
    ],
)
def test_a_wrong_request_is_refused(api: Caller, document_id: str, refused: Refused, body: Any) -> None:
    answer = api.call("PUT", f"/documents/{document_id}/attachments/a.pdf", body)
    assert refused(answer)[:2] == (400, "validationError")


def test_the_storage_refuses_a_bearer_token(api: Caller, url: str) -> None:
    answer = put(api, url, headers=api.headers)
    assert answer.status_code == 400
    assert "InvalidArgument" in answer.text


@pytest.mark.parametrize(
    ("content", "headers"),
    [(PDF, {"Content-Type": "image/png"}), (PDF + b"x", {}), (b"", {})],
)
def test_the_storage_demands_the_agreed_type_and_length(
    api: Caller, document_id: str, url: str, content: Any, headers: Any
) -> None:
    answer = put(api, url, content, headers)
    assert (answer.status_code, "SignatureDoesNotMatch" in answer.text) == (403, True)
    assert api.read(document_id)["attachments"] == []


def test_the_url_ends_by_the_clock(api: Caller, url: str) -> None:
    api.clock.advance(api.sandbox.settings.upload_url_seconds)
    assert put(api, url).status_code == 403


@pytest.mark.parametrize("change", [lambda url: url.partition("?")[0], lambda url: url[:-1], lambda url: url + "0"])
def test_a_url_that_was_tampered_with_is_refused(api: Caller, url: str, change: Any) -> None:
    assert put(api, change(url)).status_code == 403


def test_an_upload_url_is_no_download_url(api: Caller, url: str) -> None:
    put(api, url)
    assert api.client.get(url).status_code == 403


def test_a_file_that_was_only_asked_for_can_not_be_downloaded(
    api: Caller, document_id: str, url: str, refused: Refused
) -> None:
    assert put(api, url.replace("attachments/document", "attachments/document/x")).status_code == 403
    answer = api.call("GET", f"/documents/{document_id}/attachments/ticket.pdf")
    assert refused(answer)[:2] == (404, "objectNotFound")


def test_an_event_refers_to_a_file_that_is_there(api: Caller, document_id: str) -> None:
    attachment_id = api.upload(document_id, "ticket.pdf", PDF)
    assert api.append(document_id, attachments=[reference(attachment_id)]).status_code == 201
    assert api.own_events(document_id)[0]["attachments"] == [reference(attachment_id)]


def test_how_strictly_a_reference_is_checked_is_a_switch(api: Caller, document_id: str, refused: Refused) -> None:
    answer = api.call("PUT", f"/documents/{document_id}/attachments/ticket.pdf", AGREED)
    declared, unknown = reference(answer.json()["attachmentId"]), reference("unknown")
    assert "attachments.0.attachmentId" in refused(api.append(document_id, attachments=[declared]))[2]
    api.switch(attachment_check="declared")
    assert api.append(document_id, attachments=[declared]).status_code == 201
    longer = {**declared, "contentLength": 99}
    assert "attachments.0.contentLength" in refused(api.append(document_id, attachments=[longer]))[2]
    assert refused(api.append(document_id, attachments=[unknown]))[0] == 400
    api.switch(attachment_check="none")
    assert api.append(document_id, attachments=[unknown]).status_code == 201


def test_a_file_of_another_document_is_no_file_of_this_one(api: Caller, document_id: str, refused: Refused) -> None:
    elsewhere = api.upload(api.create(), "ticket.pdf", PDF)
    assert refused(api.append(document_id, attachments=[reference(elsewhere)]))[0] == 400


def test_a_name_keeps_its_id_and_the_last_upload_wins(api: Caller, document_id: str) -> None:
    first = api.upload(document_id, "ticket.pdf", PDF)
    second = api.upload(document_id, "ticket.pdf", b"newer")
    assert first == second
    url = api.call("GET", f"/documents/{document_id}/attachments/ticket.pdf").json()["url"]
    assert api.client.get(url).content == b"newer"


def test_a_second_upload_of_a_name_can_be_refused(sandbox_of: SandboxOf, refused: Refused) -> None:
    api = sandbox_of(reupload="refuse")
    document_id = api.create()
    path = f"/documents/{document_id}/attachments/ticket.pdf"
    urls = [api.call("PUT", path, AGREED).json()["url"] for _ in range(2)]
    assert [put(api, url).status_code for url in urls] == [200, 412]
    assert refused(api.call("PUT", path, AGREED))[:2] == (409, "conflictError")


@pytest.mark.parametrize("end", ["CLOSE", "CANCEL"])
def test_a_document_that_is_not_open_takes_no_file(api: Caller, document_id: str, refused: Refused, end: Any) -> None:
    api.append(document_id, name=end)
    answer = api.call("PUT", f"/documents/{document_id}/attachments/ticket.pdf", AGREED)
    assert refused(answer)[:2] == (409, "conflictError")


def test_the_names_of_the_url_fields_are_settings(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(upload_url_field="uploadUrl", download_url_field="downloadUrl")
    document_id = api.create()
    path = f"/documents/{document_id}/attachments/ticket.pdf"
    assert put(api, api.call("PUT", path, AGREED).json()["uploadUrl"]).status_code == 200
    assert api.client.get(api.call("GET", path).json()["downloadUrl"]).content == PDF


def test_contents_need_not_be_kept(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(keep_files=False)
    document_id = api.create()
    api.upload(document_id, "ticket.pdf", PDF)
    url = api.call("GET", f"/documents/{document_id}/attachments/ticket.pdf").json()["url"]
    assert api.client.get(url).status_code == 404
    assert len(api.read(document_id)["attachments"]) == 1
