"""Participants and addresses of one data set: how an inline object gets its id, and when a repeated one gets the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from massid_relay.core.jsons import canonical

from massid_local.carrot_sandbox.identifiers import Identifiers
from massid_local.carrot_sandbox.problems import Problem, not_found
from massid_local.carrot_sandbox.requests import DocumentRequest, EventRequest, InlineAddress, InlineParticipant
from massid_local.carrot_sandbox.settings import SandboxSettings

Entity = dict[str, Any]
"""A participant or an address as it is stored: the sent fields plus `id` and `piiSnapshotId`."""


@dataclass(slots=True)
class Parties:
    """What is known. Keys of the two indexes: the tax identity, and the owner with the address' canonical text."""

    participants: dict[str, Entity] = field(default_factory=dict)
    addresses: dict[str, Entity] = field(default_factory=dict)
    participant_ids: dict[tuple[str, str, str], str] = field(default_factory=dict)
    address_ids: dict[tuple[str, str], str] = field(default_factory=dict)


class PartiesDraft:
    """Resolves the parties of one request. What it makes is known to others only after `commit`: a refused request
    leaves nothing behind."""

    def __init__(self, known: Parties, settings: SandboxSettings, identifiers: Identifiers) -> None:
        self._known = known
        self._new = Parties()
        self._settings = settings
        self._identifiers = identifiers

    def participant(self, request: DocumentRequest | EventRequest) -> Entity | None:
        """The participant that the request names, None if it names none."""
        if request.participant_id:
            return self._referred(
                self._new.participants, self._known.participants, request.participant_id, "participantId"
            )
        return self.inline_participant(request.participant) if request.participant else None

    def address(self, request: DocumentRequest | EventRequest, owner: Entity) -> Entity | None:
        """The address that the request names, None if it names none. A new one belongs to `owner`."""
        if request.address_id:
            return self._referred(self._new.addresses, self._known.addresses, request.address_id, "addressId")
        return self.inline_address(request.address, owner) if request.address else None

    def commit(self) -> None:
        """Make everything new known."""
        self._known.participants.update(self._new.participants)
        self._known.addresses.update(self._new.addresses)
        self._known.participant_ids.update(self._new.participant_ids)
        self._known.address_ids.update(self._new.address_ids)

    def _referred(self, new: Mapping[str, Entity], known: Mapping[str, Entity], wanted: str, what: str) -> Entity:
        found = new.get(wanted) or known.get(wanted)
        if found is None:
            status = self._settings.unknown_reference_status
            raise not_found(what) if status == 404 else Problem(status, f"{what}: no such object")
        return found

    def inline_participant(self, sent: InlineParticipant) -> Entity:
        if sent.id and (known := self._known.participants.get(sent.id)):
            return known
        key = (sent.country_code, sent.tax_id_type, sent.tax_id)
        known_id = self._new.participant_ids.get(key) or self._known.participant_ids.get(key)
        if known_id and self._settings.repeated_inline_participant == "same":
            return self._new.participants.get(known_id) or self._known.participants[known_id]
        made = self._made(sent.wire())
        self._new.participants[made["id"]] = made
        self._new.participant_ids[key] = made["id"]
        return made

    def inline_address(self, sent: InlineAddress, owner: Entity) -> Entity:
        if sent.id and (known := self._known.addresses.get(sent.id)):
            return known
        fields = sent.wire()
        key = (owner["id"], canonical({name: value for name, value in fields.items() if name != "id"}))
        known_id = self._new.address_ids.get(key) or self._known.address_ids.get(key)
        if known_id and self._settings.repeated_inline_address == "same":
            return self._new.addresses.get(known_id) or self._known.addresses[known_id]
        made = self._made(fields) | {"participantId": owner["id"]}
        self._new.addresses[made["id"]] = made
        self._new.address_ids[key] = made["id"]
        return made

    def _made(self, fields: Mapping[str, Any]) -> Entity:
        kept = {name: value for name, value in fields.items() if value is not None}
        return {**kept, "id": self._identifiers.uuid(), "piiSnapshotId": self._identifiers.uuid()}
