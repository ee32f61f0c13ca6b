"""Participants and addresses, inline or by id."""

from typing import ClassVar, Self

from pydantic import model_validator

from massid_relay.core.messages.base import Message, Number, Text, problem


class Participant(Message):
    """An inline participant (docs.carrot.eco, integrations/guides/submitting-a-mass-id). `email`, `mobileNumber` and `id`
    are seen in the event reference's canonical payloads; check digits are preflight's business."""

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
    """An inline address (same page; `complement`: docs.carrot.eco, api/documents). `number` is a text."""

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

    both_required: ClassVar[bool] = False

    participant: Participant | None = None
    participant_id: Text | None = None
    address: Address | None = None
    address_id: Text | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        for kind, inline, reference in (
            ("participant", self.participant, self.participant_id),
            ("address", self.address, self.address_id),
        ):
            if inline is not None and reference is not None:
                raise problem(f"send {kind} or {kind}Id, not both", f"{kind}Id")
            if self.both_required and inline is None and reference is None:
                raise problem(f"send {kind} or {kind}Id", kind)
        return self
