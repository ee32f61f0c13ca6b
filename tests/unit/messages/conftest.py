"""Messages to start from; each test changes what it is about."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pytest
from massid_relay.core.errors import InvalidMessage
from massid_relay.core.jsons import JsonObject, dumps

DOCUMENT: JsonObject = {
    "category": "MassID",
    "type": "Organic",
    "externalCreatedAt": "2026-03-01T10:00:00.000Z",
    "isPublic": True,
    "isPubliclySearchable": True,
    "participantId": "participant-1",
    "addressId": "address-1",
}
PARTICIPANT: JsonObject = {
    "countryCode": "BR",
    "name": "Example Company",
    "taxId": "11111111111111",
    "taxIdType": "CNPJ",
    "type": "COMPANY",
}
ADDRESS: JsonObject = {
    "name": "Main Facility",
    "street": "Rua das Colinas",
    "number": "500",
    "neighborhood": "Centro",
    "city": "São Paulo",
    "countryState": "SP",
    "countryCode": "BR",
    "zipCode": "08575720",
    "latitude": -23.5489,
    "longitude": -46.6388,
}

Refusal = Callable[[Callable[[str], Any], Any], Mapping[str, str]]


@pytest.fixture
def document() -> JsonObject:
    """The least that a document says."""
    return deepcopy(DOCUMENT)


@pytest.fixture
def participant() -> JsonObject:
    """An inline participant."""
    return deepcopy(PARTICIPANT)


@pytest.fixture
def address() -> JsonObject:
    """An inline address."""
    return deepcopy(ADDRESS)


@pytest.fixture
def weighing() -> JsonObject:
    """An event with a value."""
    return {
        "name": "Weighing",
        "externalCreatedAt": "2026-03-01T12:00:00.000Z",
        "isPublic": True,
        "participantId": "participant-1",
        "addressId": "address-1",
        "value": 150,
    }


@pytest.fixture
def submission(document: JsonObject) -> JsonObject:
    """A submission without events."""
    return {"version": 1, "externalId": "load-1", "document": document, "events": []}


@pytest.fixture
def events_message(weighing: JsonObject) -> JsonObject:
    """One event for one document."""
    return {"version": 1, "documentExternalId": "load-1", "events": [weighing]}


@pytest.fixture
def refusal() -> Refusal:
    """Parse what must be refused; returns the problems by path."""

    def refuse(parse: Callable[[str], Any], message: Any) -> Mapping[str, str]:
        with pytest.raises(InvalidMessage) as caught:
            parse(message if isinstance(message, str) else dumps(message))
        assert caught.value.fields, "every refusal names a field"
        return {problem.path: problem.problem for problem in caught.value.fields}

    return refuse
