"""What a party of the sample world is: a company or a person, its place, its vehicles."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from massid_relay.core.jsons import JsonObject
from stdnum.br import cnpj, cpf


@dataclass(frozen=True, slots=True)
class Place:
    """An address with every field that an inline address needs (docs.carrot.eco, integrations/guides/submitting-a-mass-id)."""

    name: str
    street: str
    number: str
    neighborhood: str
    city: str
    zip_code: str
    latitude: Decimal
    longitude: Decimal

    def as_json(self) -> JsonObject:
        """The inline address of a message. All places lie in the state of São Paulo."""
        return {
            "name": self.name,
            "street": self.street,
            "number": self.number,
            "neighborhood": self.neighborhood,
            "city": self.city,
            "countryState": "SP",
            "countryCode": "BR",
            "zipCode": self.zip_code,
            "latitude": self.latitude,
            "longitude": self.longitude,
        }


@dataclass(frozen=True, slots=True)
class Party:
    """A company (CNPJ, 14 digits) or a person (CPF, 11 digits) at one place."""

    name: str
    tax_id: str
    place: Place

    @property
    def is_person(self) -> bool:
        return len(self.tax_id) == 11

    @property
    def written_tax_id(self) -> str:
        """With dots and dashes, as papers show it."""
        return str(cpf.format(self.tax_id) if self.is_person else cnpj.format(self.tax_id))

    def as_json(self) -> JsonObject:
        """The inline participant of a message."""
        return {
            "countryCode": "BR",
            "name": self.name,
            "taxId": self.tax_id,
            "taxIdType": "CPF" if self.is_person else "CNPJ",
            "type": "PERSON" if self.is_person else "COMPANY",
        }


@dataclass(frozen=True, slots=True)
class Generator(Party):
    """Where waste comes from. `wastes` holds the Ibama codes it usually gives, by subtype."""

    wastes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle; weights in kg. `description` is needed for the type `Others` only."""

    type: str
    plate: str
    tare: Decimal
    capacity: Decimal
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Hauler(Party):
    """Who carries it, with what."""

    fleet: tuple[Vehicle, ...]
    drivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recycler(Party):
    """A composting yard, with what its accreditation states: scale type, and rejects per kg received (`sorting_factor`)."""

    scale_type: str
    sorting_factor: Decimal
    operators: tuple[str, ...]
    license: str
