"""First contact: known participants and addresses go out as ids, newcomers inline, and no newcomer twice.

Auditors compare participant and address *ids*, and a platform may give a repeated inline address another id. So whoever is
inline in a call is nowhere else inline: what needs the id waits for the GET that shows it (a *round*).
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from massid_relay.core.jsons import JsonObject, canonical
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
    participant_key = _participant_key(participant) if participant and "id" not in participant else None
    if not address or "id" in address:
        return Parties(participant_key, None)
    owner = participant_key or str(payload.get("participantId") or (participant or {}).get("id", ""))
    return Parties(participant_key, _key(ADDRESS, owner, canonical(_normalised(address))))


def _participant_key(participant: JsonObject) -> str:
    tax_id = "".join(c for c in str(participant.get("taxId", "")) if c.isalnum()).upper()
    return _key(PARTICIPANT, participant.get("countryCode"), participant.get("taxIdType"), tax_id)


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
        unknown = [key for key in parties_of(payload).inline if key not in ids]
        if any(key in plan.newcomers for key in unknown) or len(plan.newcomers) + len(unknown) > MOST_NEWCOMERS:
            break
        plan.newcomers.extend(unknown)
        plan.size += 1
    return plan


def learn_from_document(payload: JsonObject, remote: RemoteDocument) -> dict[str, str]:
    """Ids of the document's own inline participant and address, as a GET shows them."""
    return _pairs(parties_of(payload), remote.primary_participant_id, remote.primary_address_id)


def learn_from_event(payload: JsonObject, remote: RemoteEvent) -> dict[str, str]:
    """Ids of one event's inline participant and address, as a GET shows them."""
    return _pairs(parties_of(payload), remote.participant_id, remote.address_id)


def _pairs(parties: Parties, participant_id: str | None, address_id: str | None) -> dict[str, str]:
    learnt = {}
    if parties.participant and participant_id:
        learnt[parties.participant] = participant_id
    if parties.address and address_id:
        learnt[parties.address] = address_id
    return learnt
