"""The scanner itself: what it calls private, and that it finds it however it is written."""

import json
from urllib.parse import quote

import pytest

from tests.e2e.privacy.private_values import leaks, private_values

NAME, CNPJ, CPF, MAIL = "Condomínio Parque das Paineiras", "81637094000106", "529.982.247-25", "ana+1@exemplo.com.br"
MESSAGE = {
    "externalId": "massid-1",
    "document": {
        "participant": {"name": NAME, "taxId": CNPJ, "taxIdType": "CNPJ", "email": MAIL, "countryCode": "BR"},
        "address": {
            "street": "Alameda dos Jacarandás",
            "city": "Valinhos",
            "zipCode": "13278410",
            "latitude": -22.9987,
        },
    },
    "events": [
        {
            "name": "Pick-up",
            "metadata": {
                "attributes": [
                    {"name": "Vehicle License Plate", "value": "BWQ2J90"},
                    {"name": "Something Else", "value": "flagged text", "sensitive": True},
                    {"name": "Vehicle Type", "value": "Articulated Truck"},
                ]
            },
        }
    ],
    "order": {"externalId": "order-1", "certificateRecipientInfo": {"name": "Ana Souza", "taxId": CPF}},
}


def test_names_tax_ids_places_plates_and_recipients_are_private_and_towns_are_not() -> None:
    places = {"Alameda dos Jacarandás", "13278410", "-22.9987"}
    assert private_values(MESSAGE) == {NAME, CNPJ, MAIL, *places, "BWQ2J90", "flagged text", "Ana Souza", CPF}


@pytest.mark.parametrize(
    ("value", "line"),
    [
        pytest.param(NAME, f"went wrong for {NAME}", id="as it is"),
        pytest.param(NAME, json.dumps({"reason": NAME}), id="as JSON escapes it"),
        pytest.param(NAME, json.dumps({"body": json.dumps({"name": NAME})}), id="JSON inside JSON"),
        pytest.param(NAME, NAME.upper(), id="in capitals"),
        pytest.param(NAME, f"/evidence?who={quote(NAME)}", id="in a URL"),
        pytest.param(CNPJ, "81.637.094/0001-06", id="a plain tax id with its signs"),
        pytest.param(CPF, "taxId=52998224725", id="a punctuated tax id without"),
        pytest.param(MAIL, "mailto:ana%2B1@exemplo.com.br", id="an address in a URL"),
        pytest.param("BWQ2J90", "xbwq2j90x", id="inside a word"),
    ],
)
def test_a_leak_is_found_however_it_is_written(value: str, line: str) -> None:
    (leak,) = leaks([value], {"a log": line, "another": "nothing to see"})
    assert (leak.place, leak.value) == ("a log", value)


def test_what_holds_no_private_value_is_no_leak() -> None:
    line = json.dumps({"externalId": "massid-1", "fields": ["document.participant.taxId"], "town": "Valinhos"})
    assert leaks(private_values(MESSAGE), {"a log": line}) == []
