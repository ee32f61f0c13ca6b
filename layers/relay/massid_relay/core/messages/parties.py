"""Participants and addresses, inline or by id."""

from typing import Self

from pydantic import ConfigDict, model_validator

from massid_relay.core.messages.base import Message, Number, Text, problem
from massid_relay.core.messages.shape import both, not_together


class Participant(Message):
    """A participant, inline (docs.carrot.eco, integrations/guides/submitting-a-mass-id; `email`, `mobileNumber` and `id`:
    methodologies, event-reference). Check digits of tax ids are preflight's business."""

    id: Text | None = None
    country_code: Text
    name: Text
    tax_id: Text
    tax_id_type: Text
    type: Text
    business_name: Text | None = None
    email: Text | None = None
    mobile_number: Text | None = None


class Address(Message):
    """An address, inline (docs.carrot.eco, integrations/guides/submitting-a-mass-id; `complement`: api/documents).
    Latitude and longitude in degrees; `number` is a text."""

    id: Text | None = None
    name: Text
    street: Text
    number: Text
    complement: Text | None = None
    neighborhood: Text
    city: Text
    country_state: Text
    country_code: Text
    zip_code: Text
    latitude: Number
    longitude: Number


class WithParties(Message):
    """Names a participant and an address: each inline or by id, never both."""

    model_config = ConfigDict(
        json_schema_extra=both(not_together("participant", "participantId"), not_together("address", "addressId"))
    )

    participant: Participant | None = None
    participant_id: Text | None = None
    address: Address | None = None
    address_id: Text | None = None

    @property
    def needs_parties(self) -> bool:
        """Whether both must be named."""
        return False

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        for kind, inline, reference in (
            ("participant", self.participant, self.participant_id),
            ("address", self.address, self.address_id),
        ):
            if inline is not None and reference is not None:
                raise problem(f"send {kind} or {kind}Id, not both", f"{kind}Id")
            if self.needs_parties and inline is None and reference is None:
                raise problem(f"send {kind} or {kind}Id", kind)
        return self


class KnownParties(WithParties):
    """A participant and an address, or one of them, inline as a message would bring them, each with its network id in `id`.
    An address needs its participant, who may be named by id alone. What `massid adopt-parties` reads."""

    @model_validator(mode="after")
    def _adoptable(self) -> Self:
        address = self.address
        if (self.participant is None or self.participant.id is None) and (address is None or address.id is None):
            raise problem("needs an id: there is nothing to adopt", "participant" if address is None else "address")
        if address is not None and address.id is None:
            raise problem("needs an id", "address")
        if address is not None and self.participant is None and self.participant_id is None:
            raise problem("is required: an address belongs to its participant", "participant")
        return self
