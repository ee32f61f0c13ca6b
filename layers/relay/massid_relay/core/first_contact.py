"""First contact: known participants and addresses go out as ids, newcomers inline, and no newcomer twice.

Auditors compare participant and address *ids*, and a platform may give a repeated inline address another id. So whoever is
inline in a call is nowhere else inline: what needs the id waits for the GET that shows it (a *round*).

An address belongs to its participant, who may be named by tax id or by network id. So an address has two keys, one under each
name, and is learnt under both.
"""

import hashlib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from massid_relay.core.jsons import JsonObject, canonical
from massid_relay.core.party_marks import Marks, address_marks, participant_marks, places_of
from massid_relay.core.reading import RemoteDocument, RemoteEvent

MOST_NEWCOMERS = 80
"""In one round: they are claimed in one transaction, which holds at most 100 items (docs.aws.amazon.com, amazondynamodb,
TransactWriteItems), the record and up to ten payloads among them."""

PARTICIPANT = "participant"
ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Parties:
    """The keys of one payload's inline participant and address; None where it names an id (or nothing)."""

    participant: str | None
    address: str | None

    @property
    def inline(self) -> list[str]:
        """The keys that are there."""
        return [key for key in (self.participant, self.address) if key]


def parties_of(payload: JsonObject) -> Parties:
    """Keys of a document's or event's inline participant and address.

    A participant is recognised by country, tax id type and tax id; an address by its participant and its content. Keys are
    hashes, so that no tax id stands in a key (invariant 7).
    """
    participant, address = payload.get(PARTICIPANT), payload.get(ADDRESS)
    key = participant_key(participant) if participant and "id" not in participant else None
    if not address or "id" in address:
        return Parties(key, None)
    return Parties(key, address_key(key or participant_id_of(payload) or "", address))


def participant_id_of(payload: JsonObject) -> str | None:
    """The participant's network id, where the payload itself names it."""
    found = payload.get("participantId") or (payload.get(PARTICIPANT) or {}).get("id")
    return str(found) if found else None


def newcomers_of(payload: JsonObject, ids: Mapping[str, str]) -> list[str]:
    """Keys of the payload's inline parties that have no id: a new address of a known participant under both its keys, since
    another document may be introducing it under either."""
    parties = parties_of(payload)
    unknown = [key for key in parties.inline if key not in ids]
    other = address_key_by_id(payload, ids) if parties.address in unknown else None
    return unknown if other is None else [*unknown, other]


def address_key_by_id(payload: JsonObject, ids: Mapping[str, str]) -> str | None:
    """The second key of an inline address whose participant is inline too and known; else None."""
    parties = parties_of(payload)
    owner = ids.get(parties.participant or "")
    return address_key(owner, payload[ADDRESS]) if parties.address and owner else None


def participant_key(participant: JsonObject) -> str:
    """The key of an inline participant: its tax id without punctuation, as tax ids are compared."""
    tax_id = "".join(c for c in str(participant.get("taxId", "")) if c.isalnum()).upper()
    return _key(PARTICIPANT, participant.get("countryCode"), participant.get("taxIdType"), tax_id)


def address_key(owner: str, address: JsonObject) -> str:
    """The key of an inline address of that owner: a participant's key, or its network id."""
    return _key(ADDRESS, owner, canonical(_normalised({name: address[name] for name in address if name != "id"})))


def companions_of(owner_id: str, address: JsonObject) -> list[str]:
    """The keys that name the address by its owner's network id."""
    return [address_key(owner_id, address), *places_of(owner_id, address)]


def _key(*parts: object) -> str:
    text = "\x1f".join(str(part) for part in parts)
    return f"{parts[0]}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _normalised(address: JsonObject) -> JsonObject:
    """Spelling that doesn't make another address: surrounding and doubled spaces, composed accents."""
    return {
        name: " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else value
        for name, value in address.items()
        if value is not None
    }


def with_ids(payload: JsonObject, ids: Mapping[str, str]) -> JsonObject:
    """The payload with every party whose id is known replaced by that id."""
    parties, result = parties_of(payload), dict(payload)
    for kind, key in ((PARTICIPANT, parties.participant), (ADDRESS, parties.address)):
        inline = payload.get(kind)
        known = inline.get("id") if inline and "id" in inline else ids.get(key or "")
        if known:
            del result[kind]
            result[f"{kind}Id"] = known
    return result


@dataclass(slots=True)
class Round:
    """How many payloads of a sequence may go out in one call, and who is a newcomer in it."""

    size: int = 0
    newcomers: list[str] = field(default_factory=list)


def plan_round(payloads: Sequence[JsonObject], ids: Mapping[str, str]) -> Round:
    """The longest prefix in which no newcomer is needed twice. It is never empty for a non-empty sequence."""
    plan = Round()
    for payload in payloads:
        unknown = newcomers_of(payload, ids)
        if any(key in plan.newcomers for key in unknown) or len(plan.newcomers) + len(unknown) > MOST_NEWCOMERS:
            break
        plan.newcomers.extend(unknown)
        plan.size += 1
    return plan


@dataclass(slots=True)
class Learnt:
    """What reads have shown of parties that went out inline: ids by key, and marks by which a change is noticed later."""

    ids: dict[str, str] = field(default_factory=dict)
    participants: dict[str, Marks] = field(default_factory=dict)
    places: dict[str, list[Marks]] = field(default_factory=dict)
    """Marks of addresses, each with its `id`, by where they are and by what they are called."""
    companions: dict[str, list[str]] = field(default_factory=dict)
    """Under which other keys something is kept of the address of that key: they are forgotten with it."""

    def document(self, payload: JsonObject, remote: RemoteDocument, newcomers: Collection[str]) -> None:
        """Ids of the document's own inline participant and address, as a GET shows them."""
        self.parties(payload, remote.primary_participant_id, remote.primary_address_id, newcomers)

    def event(self, payload: JsonObject, remote: RemoteEvent, newcomers: Collection[str]) -> None:
        """Ids of one event's inline participant and address, as a GET shows them."""
        self.parties(payload, remote.participant_id, remote.address_id, newcomers)

    def parties(
        self, payload: JsonObject, participant_id: str | None, address_id: str | None, newcomers: Collection[str]
    ) -> None:
        """Take over the ids of those that are newcomers."""
        parties = parties_of(payload)
        if parties.participant in newcomers and participant_id:
            self.participant(parties.participant, payload[PARTICIPANT], participant_id)
        if parties.address in newcomers and address_id:
            self.address(parties.address, payload[ADDRESS], address_id, participant_id)

    def participant(self, key: str | None, participant: JsonObject, participant_id: str) -> None:
        """This participant has that id."""
        if key is not None:
            self.ids[key] = participant_id
            self.participants[key] = participant_marks(key, participant)

    def address(self, key: str | None, address: JsonObject, address_id: str, owner_id: str | None) -> None:
        """This address has that id; under its owner's network id too, where that is known."""
        if key is not None:
            self.ids[key] = address_id
        if owner_id is not None:
            self.ids[address_key(owner_id, address)] = address_id
            self.companions[key or address_key(owner_id, address)] = companions_of(owner_id, address)
            for place in places_of(owner_id, address):
                self.places.setdefault(place, []).append({**address_marks(place, address), "id": address_id})
