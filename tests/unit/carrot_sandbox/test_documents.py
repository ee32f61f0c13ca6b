"""POST /documents: what is required, what is either-or, and of which type (docs.carrot.eco, api/documents)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller, Refused, SandboxOf


def test_the_guides_body_is_accepted_and_answered_with_the_id_alone(api: Caller) -> None:
    answer = api.call("POST", "/documents", api.document(externalId="m-1", deduplicationId="d-1"))
    assert answer.status_code == 201
    assert answer.json().keys() == {"id"}


def test_the_status_of_success_is_a_setting(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(post_status=202)
    assert api.call("POST", "/documents", api.document()).status_code == 202


@pytest.mark.parametrize(
    "field", ["category", "type", "externalCreatedAt", "isPublic", "isPubliclySearchable", "participant", "address"]
)
def test_each_required_field_is_named_when_it_is_missing(api: Caller, refused: Refused, field: Any) -> None:
    status, code, message = refused(api.call("POST", "/documents", api.document(**{field: None})))
    assert (status, code) == (400, "validationError")
    assert field in message


def test_the_unit_is_required_only_where_the_setting_says_so(sandbox_of: SandboxOf, refused: Refused) -> None:
    api = sandbox_of()
    assert api.read(api.create(measurementUnit=None))["measurementUnit"] == "kg"
    api.switch(measurement_unit_required=True)
    assert "measurementUnit" in refused(api.call("POST", "/documents", api.document(measurementUnit=None)))[2]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"participantId": "p"}, "participantId"),
        ({"addressId": "a"}, "addressId"),
        ({"isPublic": "true"}, "isPublic"),
        ({"category": ""}, "category"),
        ({"title": "  "}, "title"),
        ({"externalCreatedAt": "2026-03-01"}, "externalCreatedAt"),
        ({"externalCreatedAt": "2026-03-01T10:00:00"}, "externalCreatedAt"),
        ({"externalCreatedAt": "2026-02-30T10:00:00Z"}, "externalCreatedAt"),
        ({"tags": {"a": 1}}, "tags.a"),
        ({"deduplicationId": 7}, "deduplicationId"),
        ({"measureUnit": "kg"}, "measureUnit"),
    ],
)
def test_a_wrong_field_is_named(api: Caller, refused: Refused, changes: Any, named: Any) -> None:
    status, code, message = refused(api.call("POST", "/documents", api.document(**changes)))
    assert (status, code) == (400, "validationError")
    assert named in message


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("address", "number", 500),
        ("address", "latitude", "-23.5"),
        ("address", "latitude", 91),
        ("address", "longitude", -180.5),
        ("address", "latitude", True),
        ("address", "zipCode", "08575-720"),
        ("address", "neighborhood", None),
        ("address", "countryCode", "Brazil"),
        ("participant", "taxId", "11.111.111/1111-11"),
        ("participant", "type", "ACTOR"),
        ("participant", "name", ""),
    ],
)
def test_a_wrong_field_of_a_party_is_named_by_its_path(
    api: Caller, refused: Refused, part: Any, field: Any, value: Any
) -> None:
    body = api.document()
    body[part] = {**body[part], field: value}
    message = refused(api.call("POST", "/documents", body))[2]
    assert f"{part}.{field}" in message


def test_a_refusal_quotes_no_value(api: Caller, refused: Refused) -> None:
    """Invariant 7 holds on this side too: a refusal may land in somebody's log."""
    body = api.document(externalCreatedAt="secret-value")
    body["address"] = {**body["address"], "number": 987654}
    message = refused(api.call("POST", "/documents", body))[2]
    assert "secret-value" not in message
    assert "987654" not in message


def test_unknown_fields_can_be_dropped_instead(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(unknown_fields="drop")
    assert "surprise" not in api.read(api.create(surprise=1))


@pytest.mark.parametrize("content", [b"{", b"", b'{"a": NaN}'])
def test_what_is_not_json_is_invalid_json(api: Caller, refused: Refused, content: Any) -> None:
    answer = api.client.post("/documents", headers=api.headers, content=content)
    assert refused(answer)[:2] == (400, "invalidJson")


@pytest.mark.parametrize("content", [b"[]", b'"text"', b"3", b"null"])
def test_json_that_is_no_object_is_a_validation_error(api: Caller, refused: Refused, content: Any) -> None:
    for path in ("/documents", "/documents/x/events", "/documents/events"):
        answer = api.client.post(path, headers=api.headers, content=content)
        assert refused(answer)[:2] == (400, "validationError")


def test_a_body_that_is_too_long_is_413(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(body_bytes=1000)
    assert api.call("POST", "/documents", api.document(title="x" * 1000)).status_code == 413


def test_an_unknown_document_is_404(api: Caller, refused: Refused) -> None:
    assert refused(api.call("GET", "/documents/unknown"))[:2] == (404, "objectNotFound")
    assert refused(api.append("unknown"))[:2] == (404, "objectNotFound")


def test_an_unknown_path_is_the_gateways_404(api: Caller) -> None:
    answer = api.call("GET", "/nothing/here")
    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


def test_the_prefix_is_a_setting(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(path_prefix="v1")
    assert api.call("POST", "/v1/documents", api.document()).status_code == 201
    assert api.call("POST", "/documents", api.document()).status_code == 404


def test_times_are_kept_as_they_were_sent_or_normalised(api: Caller) -> None:
    document_id = api.create(externalCreatedAt="2026-03-01T07:00:00-03:00")
    assert api.read(document_id)["externalCreatedAt"] == "2026-03-01T10:00:00.000Z"
    api.switch(times="as-sent")
    assert api.read(document_id)["externalCreatedAt"] == "2026-03-01T07:00:00-03:00"


def test_a_time_that_has_not_come_is_refused_only_where_the_setting_says_so(api: Caller, refused: Refused) -> None:
    api.create(externalCreatedAt="2030-01-01T00:00:00Z")
    api.switch(future_refused=True)
    answer = api.call("POST", "/documents", api.document(externalCreatedAt="2030-01-01T00:00:00Z"))
    assert refused(answer)[0] == 400
