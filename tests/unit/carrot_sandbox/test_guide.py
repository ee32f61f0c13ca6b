"""The vendor's own example bodies, as they stand on the pages (docs.carrot.eco, guides/submitting-a-mass-id and the MassID
event reference)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller

GUIDE_ADDRESS: dict[str, Any] = {
    "name": "Collection Site",
    "street": "Rua das Colinas",
    "number": "500",
    "neighborhood": "Centro",
    "city": "São Paulo",
    "countryState": "São Paulo",
    "countryCode": "BR",
    "zipCode": "08575720",
    "latitude": -23.5489,
    "longitude": -46.6388,
}
GUIDE_ACTOR: dict[str, Any] = {
    "name": "ACTOR",
    "label": "YOUR_ROLE_LABEL",
    "externalCreatedAt": "2026-03-01T10:05:00.000Z",
    "isPublic": True,
    "participant": {
        "countryCode": "BR",
        "name": "Participant Name",
        "taxId": "22222222222",
        "taxIdType": "CPF",
        "type": "PERSON",
    },
    "address": GUIDE_ADDRESS,
}
REFERENCE_PARTY: dict[str, Any] = {
    "participant": {
        "countryCode": "BR",
        "email": "wastegen@example.com",
        "mobileNumber": "+5511000000001",
        "name": "Acme Example Waste Generator",
        "taxId": "11222333000181",
        "taxIdType": "CNPJ",
        "type": "COMPANY",
    },
    "address": {
        "city": "São Paulo",
        "countryCode": "BR",
        "countryState": "SP",
        "latitude": -23.5613,
        "longitude": -46.6563,
        "name": "Sede",
        "neighborhood": "Centro",
        "number": "1000",
        "street": "Avenida Exemplo",
        "zipCode": "01001000",
    },
}
REFERENCE_DOCUMENT = {
    "category": "MassID",
    "type": "Organic",
    "subtype": "Food, Food Waste and Beverages",
    "title": "MassID",
    "externalCreatedAt": "2024-12-05T11:02:47Z",
    "isPublic": True,
    "isPubliclySearchable": True,
} | REFERENCE_PARTY


def test_the_guide_is_followed_from_create_to_close(api: Caller) -> None:
    document_id = api.create(type="YOUR_WASTE_TYPE", externalId="your-internal-tracking-id")
    path = f"/documents/{document_id}/events"
    assert api.call("POST", path, GUIDE_ACTOR).status_code == 201
    actor = api.own_events(document_id)[0]
    custom = {
        "name": "YOUR_EVENT_NAME",
        "externalCreatedAt": "2026-03-01T11:00:00.000Z",
        "isPublic": True,
        "participantId": actor["participant"]["id"],
        "addressId": actor["address"]["id"],
        "metadata": {"attributes": [{"name": "YOUR_ATTRIBUTE_NAME", "value": "attribute-value"}]},
        "value": 150.5,
    }
    assert api.call("POST", path, custom).status_code == 201
    close = {
        "name": "CLOSE",
        "externalCreatedAt": "2026-03-02T16:00:00.000Z",
        "isPublic": True,
        "participantId": actor["participant"]["id"],
    }
    assert api.call("POST", path, close).status_code == 201
    shown = api.read(document_id)
    assert (shown["status"], shown["currentValue"], shown["externalId"]) == (
        "CLOSED",
        150.5,
        "your-internal-tracking-id",
    )
    assert [event["name"] for event in api.own_events(document_id)] == ["ACTOR", "YOUR_EVENT_NAME", "CLOSE"]


def test_the_event_references_create_and_actor_are_accepted_with_one_time_and_an_id_inside_the_object(
    api: Caller,
) -> None:
    answer = api.call("POST", "/documents", REFERENCE_DOCUMENT)
    assert answer.status_code == 201
    participant = REFERENCE_PARTY["participant"] | {"id": "00000000-0000-4000-8000-00000000000a"}
    actor = {
        "name": "ACTOR",
        "label": "Waste Generator",
        "externalCreatedAt": "2024-12-05T11:02:47Z",
        "isPublic": False,
        "participant": participant,
        "address": REFERENCE_PARTY["address"],
    }
    assert api.call("POST", f"/documents/{answer.json()['id']}/events", actor).status_code == 201
    shown = api.read(answer.json()["id"])
    assert api.own_events(shown["id"])[0]["participant"] == shown["primaryParticipant"]


def test_the_api_references_smallest_event_is_accepted(api: Caller) -> None:
    body = {"externalCreatedAt": "2020-01-01T00:00:00.000Z", "isPublic": True, "name": "CLOSE"}
    assert api.call("POST", f"/documents/{api.create()}/events", body).status_code == 201
