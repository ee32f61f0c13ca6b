"""Who takes part in a scenario: invented companies, each scenario its own, so that nobody is known from another story."""

from decimal import Decimal
from functools import cache
from hashlib import sha256

from massid_relay.core.jsons import JsonObject
from stdnum.br import cnpj

TOWNS = ("São Paulo", "Campinas", "Jundiaí", "Sorocaba", "Limeira")


@cache
def _number(scenario: str, role: str) -> int:
    return int.from_bytes(sha256(f"{scenario}/{role}".encode()).digest()[:8], "big")


def participant(scenario: str, role: str) -> JsonObject:
    """The company that plays a role. The same role is the same company in all of the scenario; `role@2` is the same company
    at another place."""
    company = role.partition("@")[0]
    base = f"{_number(scenario, company) % 10**8:08d}0001"
    return {
        "countryCode": "BR",
        "name": f"{company.replace('-', ' ').title()} {base[:4]} Ltda",
        "taxId": base + cnpj.calc_check_digits(base),
        "taxIdType": "CNPJ",
        "type": "COMPANY",
    }


def address(scenario: str, role: str) -> JsonObject:
    """Where the role is played."""
    number = _number(scenario, role)
    return {
        "name": "Sede",
        "street": "Rua das Colinas",
        "number": str(number % 9000 + 1),
        "neighborhood": "Centro",
        "city": TOWNS[number % len(TOWNS)],
        "countryState": "SP",
        "countryCode": "BR",
        "zipCode": f"{number % 10**8:08d}",
        "latitude": Decimal(-23) - Decimal(number % 1000) / 10000,
        "longitude": Decimal(-46) - Decimal(number // 1000 % 1000) / 10000,
    }


def party(scenario: str, role: str) -> JsonObject:
    """Both, as the fields of a document or an event."""
    return {"participant": participant(scenario, role), "address": address(scenario, role)}
