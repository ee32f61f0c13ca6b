"""The served description tells the truth: what validates requests is what is described."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from openapi_core import OpenAPI

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller, SandboxOf


def described(api: Caller) -> Any:
    return api.client.get("/openapi.json").json()


def accepts(description: Any, name: Any, body: Any) -> Any:
    schema = {"$ref": f"#/components/schemas/{name}", "components": description["components"]}
    return jsonschema.Draft202012Validator(schema).is_valid(body)


def test_the_description_is_valid_and_names_the_six_endpoints_and_the_token_endpoint(api: Caller) -> None:
    OpenAPI.from_dict(described(api))
    operations = {(method, path) for path, item in described(api)["paths"].items() for method in item}
    assert operations == {
        ("post", "/documents"),
        ("get", "/documents/{id}"),
        ("post", "/documents/{documentId}/events"),
        ("post", "/documents/events"),
        ("put", "/documents/{documentId}/attachments/{fileName}"),
        ("get", "/documents/{documentId}/attachments/{fileName}"),
        ("post", "/oauth2/token"),
    }


def test_errors_are_described_in_the_vendors_bodies(api: Caller) -> None:
    responses = described(api)["paths"]["/documents"]["post"]["responses"]
    assert "422" not in responses
    references = {status: found["content"]["application/json"]["schema"]["$ref"] for status, found in responses.items()}
    assert references["400"].endswith("/ErrorBody")
    assert references["429"].endswith("/Throttled")
    assert references["201"].endswith("/CreatedDocument")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"participant": None},
        {"participantId": "p"},
        {"participant": None, "participantId": "unknown"},
        {"category": ""},
        {"isPublic": "true"},
        {"externalCreatedAt": "2026-03-01"},
        {"surprise": 1},
        {"tags": {"a": None}},
    ],
)
@pytest.mark.parametrize("unknown_fields", ["reject", "drop"])
def test_what_the_schema_refuses_the_sandbox_refuses(sandbox_of: SandboxOf, changes: Any, unknown_fields: Any) -> None:
    api = sandbox_of(unknown_fields=unknown_fields)
    body = api.document(**changes)
    answer = api.call("POST", "/documents", body)
    assert accepts(described(api), "DocumentRequest", body) == (answer.status_code in (201, 404))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": None},
        {"value": 1.5},
        {"value": "1.5"},
        {"value": -1},
        {"participantId": "unknown", "participant": {}},
        {"addressId": "unknown"},
        {"attachments": [{}]},
        {"metadata": {"attributes": [{"name": "A", "isPublic": True, "sensible": True}]}},
        {"metadata": {"attributes": [{"name": "A", "format": "kg"}]}},
    ],
)
def test_what_the_schema_of_an_event_refuses_the_sandbox_refuses(api: Caller, changes: Any) -> None:
    body = api.event(**changes)
    answer = api.call("POST", f"/documents/{api.create()}/events", body)
    assert accepts(described(api), "EventRequest", body) == (answer.status_code in (201, 404))


def test_answers_are_as_described(api: Caller) -> None:
    description = described(api)
    document_id = api.create()
    attachment_id = api.upload(document_id, "a.pdf", b"abc")
    reference = {"attachmentId": attachment_id, "contentLength": 3, "isPublic": True, "label": "L"}
    batch = api.batch(document_id, api.event(value=1.5, attachments=[reference]))
    event = api.append(document_id, metadata={"attributes": [{"name": "A"}]})
    path = f"/documents/{document_id}/attachments/a.pdf"
    agreed = {"contentLength": 3, "contentType": "application/pdf"}
    for name, body in (
        ("AppendedBatch", batch.json()),
        ("AppendedEvent", event.json()),
        ("StoredDocument", api.read(document_id)),
        ("DownloadUrl", api.call("GET", path).json()),
        ("UploadUrl", api.call("PUT", path, agreed).json()),
        ("ErrorBody", api.call("GET", "/documents/unknown").json()),
        ("Token", api.log_in().json()),
    ):
        assert accepts(description, name, body), name
        assert not accepts(description, name, {}), name


def test_the_description_follows_the_settings(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(
        path_prefix="/v1",
        batch_document_field="targetId",
        upload_url_field="uploadUrl",
        measurement_unit_required=True,
        event_parties_required=True,
    )
    description = described(api)
    schemas = description["components"]["schemas"]
    assert "/v1/documents/events" in description["paths"]
    assert set(schemas["BatchRequest"]["required"]) == {"targetId", "events"}
    assert "measurementUnit" in schemas["DocumentRequest"]["required"]
    assert not accepts(description, "EventRequest", api.event())
    assert "uploadUrl" in schemas["UploadUrl"]["required"]
    api.switch(batch="missing")
    assert "/v1/documents/events" not in described(api)["paths"]
