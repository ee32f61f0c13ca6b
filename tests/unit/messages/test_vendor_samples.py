"""Payloads from the vendors' own pages pass as they stand: paste one into the envelope and it is a message.

Their ids are placeholders whose check digits are wrong; values are preflight's business.
"""

from typing import Any

import pytest
from massid_relay.core.jsons import JsonObject, dumps, loads
from massid_relay.core.messages import parse_document_message, parse_events_message, parse_submission

GUIDE_DOCUMENT = """
{
  "category": "MassID",
  "type": "YOUR_WASTE_TYPE",
  "measurementUnit": "kg",
  "externalCreatedAt": "2026-03-01T10:00:00.000Z",
  "isPublic": true,
  "isPubliclySearchable": true,
  "participant": {
    "countryCode": "BR", "name": "Example Company", "taxId": "11111111111111", "taxIdType": "CNPJ", "type": "COMPANY"
  },
  "address": {
    "name": "Main Facility", "street": "Rua das Colinas", "number": "500", "neighborhood": "Centro",
    "city": "São Paulo", "countryState": "São Paulo", "countryCode": "BR", "zipCode": "08575720",
    "latitude": -23.5489, "longitude": -46.6388
  },
  "externalId": "your-internal-tracking-id",
  "deduplicationId": "unique-id-generated-before-first-attempt"
}"""
"""docs.carrot.eco, integrations/guides/submitting-a-mass-id, step 1."""

REFERENCE_DOCUMENT = """
{"category":"MassID","type":"Organic","subtype":"Food, Food Waste and Beverages","title":"MassID",
 "externalCreatedAt":"2024-12-05T11:02:47Z","isPublic":true,"isPubliclySearchable":true,
 "participant":{"countryCode":"BR","email":"wastegen@example.com","mobileNumber":"+5511000000001",
  "name":"Acme Example Waste Generator","taxId":"11222333000181","taxIdType":"CNPJ","type":"COMPANY"},
 "address":{"city":"São Paulo","countryCode":"BR","countryState":"SP","latitude":-23.5613,"longitude":-46.6563,
  "name":"Sede","neighborhood":"Centro","number":"1000","street":"Avenida Exemplo","zipCode":"01001000"}}"""
"""docs.carrot.eco, methodologies/bold-recycling/framework/application/event-reference."""

GUIDE_ACTOR = """
{
  "name": "ACTOR", "label": "YOUR_ROLE_LABEL", "externalCreatedAt": "2026-03-01T10:05:00.000Z", "isPublic": true,
  "participant": {
    "countryCode": "BR", "name": "Participant Name", "taxId": "22222222222", "taxIdType": "CPF", "type": "PERSON"
  },
  "address": {
    "name": "Collection Site", "street": "Rua das Colinas", "number": "500", "neighborhood": "Centro",
    "city": "São Paulo", "countryState": "São Paulo", "countryCode": "BR", "zipCode": "08575720",
    "latitude": -23.5489, "longitude": -46.6388
  }
}"""
GUIDE_CUSTOM = """
{
  "name": "YOUR_EVENT_NAME", "externalCreatedAt": "2026-03-01T11:00:00.000Z", "isPublic": true,
  "participantId": "participant-id-from-previous-response", "addressId": "address-id-from-previous-response",
  "metadata": {"attributes": [{"name": "YOUR_ATTRIBUTE_NAME", "value": "attribute-value"}]},
  "value": 150.5
}"""
GUIDE_CLOSE = """
{"name": "CLOSE", "externalCreatedAt": "2026-03-02T16:00:00.000Z", "isPublic": true,
 "participantId": "integrator-participant-id"}"""
"""docs.carrot.eco, integrations/guides/submitting-a-mass-id, step 2."""

REFERENCE_ACTOR = """
{"name":"ACTOR","label":"Waste Generator","externalCreatedAt":"2024-12-05T11:02:47Z","isPublic":false,
 "address":{"city":"São Paulo","countryCode":"BR","countryState":"SP","latitude":-23.5613,"longitude":-46.6563,
  "name":"Sede","neighborhood":"Centro","number":"1000","street":"Avenida Exemplo","zipCode":"01001000"},
 "participant":{"id":"00000000-0000-4000-8000-00000000000a","countryCode":"BR","email":"wastegen@example.com",
  "mobileNumber":"+5511000000001","name":"Acme Example Waste Generator","taxId":"11222333000181",
  "taxIdType":"CNPJ","type":"COMPANY"}}"""
"""The event reference again: a whole participant *with* an id. The page's stored text ends before the last two fields."""

API_CLOSE = '{"externalCreatedAt":"2020-01-01T00:00:00.000Z","isPublic":true,"name":"CLOSE"}'
API_PICK_UP = '{"externalCreatedAt":"2020-01-01T00:00:00.000Z","isPublic":true,"name":"Pick-up"}'
"""docs.carrot.eco, api/events."""

RECIPIENT: JsonObject = {"name": "Example First", "email": "example@email.com", "taxId": "000.000.000-00"}
ORDERS: list[JsonObject] = [
    {},
    {
        **RECIPIENT,
        "retirementName": "<your-name>",
        "retirementEmail": "<your-email>",
        "retirementTaxId": "<your-taxid>",
    },
    RECIPIENT,
    {
        **RECIPIENT,
        "retirementName": "Retirement Recipient",
        "retirementEmail": "retirement-recipient@email.com",
        "retirementTaxId": "00.000.000/0001-55",
    },
]
"""certificateRecipientInfo of the four scenarios (api-docs.carbonext.com.br, b2b-api-concepts/orders)."""


@pytest.mark.parametrize("document", [GUIDE_DOCUMENT, REFERENCE_DOCUMENT])
def test_a_pages_document_is_a_message(document: str) -> None:
    body = loads(document)
    external_id = body.get("externalId", "load-1")
    message = parse_document_message(dumps({"version": 1, "externalId": external_id, "document": body}))
    assert message.document is not None
    said = {name: value for name, value in body.items() if name not in {"externalId", "deduplicationId"}}
    said["externalCreatedAt"] = said["externalCreatedAt"].replace("47Z", "47.000Z")
    assert message.document.to_payload() == said


@pytest.mark.parametrize("event", [GUIDE_ACTOR, GUIDE_CUSTOM, GUIDE_CLOSE, REFERENCE_ACTOR, API_CLOSE, API_PICK_UP])
def test_a_pages_event_is_a_message(event: str) -> None:
    body = loads(event)
    message: Any = parse_events_message(dumps({"version": 1, "documentExternalId": "load-1", "events": [body]}))
    body["externalCreatedAt"] = body["externalCreatedAt"].replace("47Z", "47.000Z")
    assert message.events[0].to_payload() == body


@pytest.mark.parametrize("recipient", ORDERS)
def test_a_pages_order_rides_in_a_submission(recipient: JsonObject) -> None:
    order: JsonObject = {"vcuAmount": loads("0.02"), "targetCurrency": "BRL", "payWithBalance": True}
    if recipient:
        order["certificateRecipientInfo"] = recipient
    message = {"version": 1, "externalId": "load-1", "document": loads(REFERENCE_DOCUMENT)}
    parsed: Any = parse_submission(dumps(message | {"order": order | {"externalId": "order-1"}}))
    assert parsed.to_payload()["order"] == order | {"externalId": "order-1"}
