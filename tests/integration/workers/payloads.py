"""Small messages to start from. Names, tax ids and plates in them must never show up in a log."""

from datetime import UTC, datetime, timedelta
from typing import Any

from massid_relay.core.clock import iso
from massid_relay.core.jsons import JsonObject

FIRST_DAY = datetime(2026, 3, 1, 10, tzinfo=UTC)
NAMES = {"11222333000181": "Padaria Estrela Dourada", "19573842000160": "Transportes Vale Verde"}
PLATE = "QRS7T89"


def at(minute: int) -> str:
    """A time of the first day, that many minutes on."""
    return iso(FIRST_DAY + timedelta(minutes=minute))


def party(tax_id: str = "11222333000181", number: str = "100") -> JsonObject:
    """An inline participant and its inline address."""
    participant = {
        "countryCode": "BR",
        "name": NAMES.get(tax_id, "Example Company"),
        "taxId": tax_id,
        "taxIdType": "CNPJ",
        "type": "COMPANY",
    }
    address = {
        "name": "Main Facility",
        "street": "Rua das Colinas Azuis",
        "number": number,
        "neighborhood": "Centro",
        "city": "Valinhos",
        "countryState": "SP",
        "countryCode": "BR",
        "zipCode": "08575720",
        "latitude": -23.5489,
        "longitude": -46.6388,
    }
    return {"participant": participant, "address": address}


IDS: JsonObject = {"participantId": "participant-1", "addressId": "address-1"}


def document(**changes: Any) -> JsonObject:
    """A document whose parties are known by id, unless `changes` bring others."""
    parties = {} if "participant" in changes else IDS
    return {
        "category": "MassID",
        "type": "Organic",
        "externalCreatedAt": at(0),
        "isPublic": True,
        "isPubliclySearchable": True,
        **parties,
        **changes,
    }


def event(external_id: str, minute: int, name: str = "Weighing", **changes: Any) -> JsonObject:
    """An event whose parties are known by id, unless `changes` bring others."""
    parties = {} if "participant" in changes else IDS
    return {
        "externalId": external_id,
        "name": name,
        "externalCreatedAt": at(minute),
        "isPublic": False,
        **parties,
        **changes,
    }


def actor(minute: int = 1) -> JsonObject:
    """The one event that every document must have before it closes."""
    return event("actor", minute, "ACTOR", label="Integrator")


def close(minute: int = 90) -> JsonObject:
    """The end."""
    return event("close", minute, "CLOSE")


def document_message(external_id: str = "doc", token: str | None = None, **changes: Any) -> JsonObject:
    """Documents queue."""
    message: JsonObject = {"version": 1, "externalId": external_id, "document": document(**changes)}
    return message | ({"taskToken": token} if token else {})


def events_message(*events: JsonObject, external_id: str = "doc", token: str | None = None) -> JsonObject:
    """Events queue."""
    message: JsonObject = {"version": 1, "documentExternalId": external_id, "events": list(events)}
    return message | ({"taskToken": token} if token else {})


def files_message(*names: str, external_id: str = "doc", token: str | None = None) -> JsonObject:
    """Evidence queue, from the lifecycle."""
    message: JsonObject = {"version": 1, "documentExternalId": external_id, "fileNames": list(names)}
    return message | ({"taskToken": token} if token else {})


def with_file(body: JsonObject, name: str) -> JsonObject:
    """An event that refers to a file."""
    return body | {"attachments": [{"fileName": name, "label": "Transport Manifest", "isPublic": True}]}


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
