"""POST /documents/{documentId}/events: fields, status, order, limits, values (docs.carrot.eco, api/events and
integrations/reference/event-specification)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller, Refused, SandboxOf


def test_an_event_is_answered_with_both_ids(api: Caller) -> None:
    document_id = api.create()
    answer = api.append(document_id)
    assert answer.status_code == 201
    assert answer.json().keys() == {"documentId", "eventId"}
    assert answer.json()["documentId"] == document_id
    assert len(answer.json()["eventId"]) == 21


@pytest.mark.parametrize("field", ["name", "externalCreatedAt", "isPublic"])
def test_each_required_field_is_named_when_it_is_missing(api: Caller, refused: Refused, field: Any) -> None:
    status, code, message = refused(api.append(api.create(), **{field: None}))
    assert (status, code) == (400, "validationError")
    assert field in message


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"value": "150.5"}, "value"),
        ({"value": -1}, "value"),
        ({"metadata": {"attributes": [{"value": 1}]}}, "metadata.attributes.0.name"),
        ({"metadata": {"attributes": [{"name": "A", "format": "kg"}]}}, "metadata.attributes.0.format"),
        ({"metadata": {"attributes": [{"name": "A", "isPublic": 1}]}}, "metadata.attributes.0.isPublic"),
        ({"metadata": {"attributes": [{"name": "A", "hidden": True}]}}, "metadata.attributes.0.hidden"),
        ({"attachments": [{"label": "L", "isPublic": True, "contentLength": 1}]}, "attachments.0.attachmentId"),
        ({"name": "RELATED"}, "relatedDocument"),
        ({"relatedDocument": {}}, "relatedDocument.documentId"),
        ({"label": ""}, "label"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(api: Caller, refused: Refused, changes: Any, named: Any) -> None:
    status, code, message = refused(api.append(api.create(), **changes))
    assert (status, code) == (400, "validationError")
    assert named in message


def test_participant_and_id_are_never_both(api: Caller, refused: Refused) -> None:
    inline = api.document()
    document_id = api.create()
    answer = api.append(document_id, participant=inline["participant"], participantId="p")
    assert "not both" in refused(answer)[2]
    answer = api.append(document_id, address=inline["address"], addressId="a")
    assert "not both" in refused(answer)[2]


def test_an_event_without_parties_takes_the_documents_or_the_participants_latest_address(api: Caller) -> None:
    document_id = api.create()
    hauler = {**api.document()["participant"], "taxId": "22222222222", "taxIdType": "CPF", "type": "PERSON"}
    yard = {**api.document()["address"], "number": "7"}
    assert api.append(document_id, name="ACTOR", label="Hauler", participant=hauler, address=yard).status_code == 201
    actor = api.own_events(document_id)[0]
    assert api.append(document_id, participantId=actor["participant"]["id"]).status_code == 201
    assert api.append(document_id).status_code == 201
    _, of_hauler, bare = api.own_events(document_id)
    shown = api.read(document_id)
    assert of_hauler["address"] == actor["address"]
    assert (bare["participant"], bare["address"]) == (shown["primaryParticipant"], shown["primaryAddress"])


def test_parties_of_an_event_can_be_required(sandbox_of: SandboxOf, refused: Refused) -> None:
    api = sandbox_of(event_parties_required=True)
    document_id = api.create()
    shown = api.read(document_id)
    assert "participant" in refused(api.append(document_id))[2]
    participant_id = shown["primaryParticipant"]["id"]
    assert "address" in refused(api.append(document_id, participantId=participant_id))[2]
    address_id = shown["primaryAddress"]["id"]
    assert api.append(document_id, participantId=participant_id, addressId=address_id).status_code == 201


def test_after_close_only_related_is_accepted(api: Caller, refused: Refused) -> None:
    other, document_id = api.create(), api.create()
    assert api.append(document_id, name="CLOSE").status_code == 201
    assert api.read(document_id)["status"] == "CLOSED"
    for name in ("Weighing", "ACTOR", "CLOSE", "CANCEL"):
        assert refused(api.append(document_id, name=name))[:2] == (409, "conflictError")
    assert api.append(document_id, name="RELATED", relatedDocument={"documentId": other}).status_code == 201


def test_after_cancel_nothing_is_accepted(api: Caller, refused: Refused) -> None:
    other, document_id = api.create(), api.create()
    assert api.append(document_id, name="CANCEL").status_code == 201
    assert api.read(document_id)["status"] == "CANCELLED"
    for changes in ({}, {"name": "CANCEL"}, {"name": "RELATED", "relatedDocument": {"documentId": other}}):
        assert refused(api.append(document_id, **changes))[:2] == (409, "conflictError")


def test_a_related_document_must_exist_unless_the_switch_is_off(api: Caller, refused: Refused) -> None:
    document_id = api.create()
    related = {"name": "RELATED", "relatedDocument": {"documentId": "unknown"}}
    assert refused(api.append(document_id, **related))[:2] == (404, "objectNotFound")
    api.switch(related_must_exist=False)
    assert api.append(document_id, **related).status_code == 201


def test_a_backward_time_is_refused_and_an_equal_one_accepted(api: Caller, refused: Refused) -> None:
    document_id = api.create()
    assert api.append(document_id, externalCreatedAt="2026-03-01T11:00:00.000Z").status_code == 201
    assert api.append(document_id, externalCreatedAt="2026-03-01T08:00:00-03:00").status_code == 201
    status, code, message = refused(api.append(document_id, externalCreatedAt="2026-03-01T10:59:59.999Z"))
    assert (status, code) == (400, "validationError")
    assert "externalCreatedAt" in message


def test_without_the_order_rule_events_are_shown_in_order_all_the_same(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(order_enforced=False)
    document_id = api.create()
    for name, hour in (("B", "12"), ("A", "11"), ("C", "12")):
        assert api.append(document_id, name=name, externalCreatedAt=f"2026-03-01T{hour}:00:00Z").status_code == 201
    assert [event["name"] for event in api.own_events(document_id)] == ["A", "B", "C"]


def test_current_value_is_the_latest_value_by_time(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(order_enforced=False)
    document_id = api.create()
    assert api.read(document_id)["currentValue"] == 0
    for hour, value in (("12", 150.5), ("11", 7), ("13", None)):
        api.append(document_id, externalCreatedAt=f"2026-03-01T{hour}:00:00Z", value=value)
    assert api.read(document_id)["currentValue"] == 150.5


def test_current_value_can_be_the_sum(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(value_semantics="add")
    document_id = api.create()
    for value in (150.5, 7, None):
        api.append(document_id, value=value)
    assert api.read(document_id)["currentValue"] == 157.5


def test_a_value_keeps_its_decimals(api: Caller) -> None:
    document_id = api.create()
    body = '{"name":"W","externalCreatedAt":"2026-03-01T11:00:00Z","isPublic":true,"value":0.10000000000000000001}'
    api.client.post(f"/documents/{document_id}/events", headers=api.headers, content=body)
    assert '"currentValue":0.10000000000000000001' in api.call("GET", f"/documents/{document_id}").text


def test_the_platforms_own_actor_event_counts_toward_the_limit(sandbox_of: SandboxOf, refused: Refused) -> None:
    api = sandbox_of(events_per_document=3)
    document_id = api.create()
    system = api.read(document_id)["externalEvents"][0]
    assert (system["name"], system["author"]["clientId"]) == ("ACTOR", "carrot-platform")
    assert "label" not in system
    assert [api.append(document_id).status_code for _ in range(2)] == [201, 201]
    assert "at most 3 events" in refused(api.append(document_id))[2]
    api.switch(system_event_counts=False)
    assert api.append(document_id).status_code == 201
    assert refused(api.append(document_id))[0] == 400


def test_the_platforms_own_event_can_be_switched_off(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(system_event=False)
    assert api.read(api.create())["externalEvents"] == []


def test_a_document_holds_a_hundred_events(api: Caller, refused: Refused) -> None:
    document_id = api.create()
    assert api.batch(document_id, *[api.event() for _ in range(99)]).status_code == 201
    assert refused(api.append(document_id))[:2] == (400, "validationError")


def test_update_changes_the_visibility(api: Caller) -> None:
    document_id = api.create()
    answer = api.append(document_id, name="UPDATE", updates={"isPublic": False, "isPubliclySearchable": False})
    assert answer.status_code == 201
    shown = api.read(document_id)
    assert (shown["isPublic"], shown["isPubliclySearchable"]) == (False, False)
