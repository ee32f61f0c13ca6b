"""Who is known already goes out under its id; who is known and comes with other data is told, or refused."""

from collections.abc import Sequence

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import FieldProblem, InvalidMessage
from massid_relay.core.first_contact import (
    ADDRESS,
    PARTICIPANT,
    Learnt,
    Parties,
    address_key_by_id,
    companions_of,
    participant_id_of,
    parties_of,
)
from massid_relay.core.jsons import JsonObject
from massid_relay.core.party_marks import Difference, changed_participant, look_alike, places_of
from massid_relay.ledger.party_changes import PartyChange
from massid_relay.log import logger

REFUSE = "refuse"
CHANGED_PARTY = "ChangedParty"


def known_ids(relay: Relay, payloads: Sequence[JsonObject]) -> dict[str, str]:
    """Ids by key of all inline parties of these payloads that are known.

    An address that is known under its participant's network id alone is looked for once more, and then recorded under the
    participant's key too, so that it costs no second read again.
    """
    addresses: dict[str, JsonObject] = {}
    keys: list[str] = []
    for payload in payloads:
        parties = parties_of(payload)
        keys += parties.inline
        if parties.address:
            addresses[parties.address] = payload
    ids = relay.parties.known(keys)
    others = {key: address_key_by_id(payload, ids) for key, payload in addresses.items() if key not in ids}
    unknown = {key: other for key, other in others.items() if other is not None}
    if unknown:
        by_id = relay.parties.known(unknown.values())
        found = {key: by_id[other] for key, other in unknown.items() if other in by_id}
        companions = {key: _companions(addresses[key], ids) for key in found}
        relay.parties.learn(Learnt(ids=found, companions=companions))
        ids |= by_id | found
    return ids


def differences(relay: Relay, payloads: Sequence[JsonObject], ids: dict[str, str]) -> list[list[Difference]]:
    """Of each payload, how its known participant and its address differ from what was learnt. Addresses are read only where
    one is a newcomer of a known participant."""
    parties = [parties_of(payload) for payload in payloads]
    places = [_places(payload, one, ids) for payload, one in zip(payloads, parties, strict=True)]
    at = relay.parties.at(key for keys in places if keys for key in keys) if any(places) else {}
    found = []
    for payload, one, place in zip(payloads, parties, places, strict=True):
        changed = _participant(relay, payload, one, ids)
        alike = look_alike(place, payload[ADDRESS], at) if place else None
        if place and alike is not None and alike.elsewhere:
            at = {key: marks for key, marks in at.items() if key not in place}  # told once: now two bear the name
        found.append([difference for difference in (changed, alike) if difference is not None])
    return found


def tell(relay: Relay, document: str, item: str | None, found: Sequence[Difference]) -> None:
    """Record and log each difference that was not seen before. Raises InvalidMessage where the policy refuses them; a second
    place of one name is never refused, since it may be a second place by right."""
    strict = relay.settings.changed_party_policy == REFUSE
    refused = strict and any(not one.elsewhere for one in found)
    for one in found:
        change = PartyChange(
            id=one.mark[:32],
            kind=one.kind,
            party_id=one.party_id,
            fields=one.fields,
            spelling=one.spelling,
            elsewhere=one.elsewhere,
            document=document,
            item=item,
            at=relay.now(),
            refused=refused,
        )
        if relay.party_changes.note(change):
            logger.warning("a known party comes with other data", extra=_about(change))
    if refused:
        path = f"events.{item}" if item else "document"
        problems = [problem for one in found if not one.elsewhere for problem in _problems(path, one)]
        raise InvalidMessage("a known participant or address comes with other data", fields=problems)


def _companions(payload: JsonObject, ids: dict[str, str]) -> list[str]:
    return companions_of(ids[parties_of(payload).participant or ""], payload[ADDRESS])


def _participant(relay: Relay, payload: JsonObject, parties: Parties, ids: dict[str, str]) -> Difference | None:
    key = parties.participant
    if key is None or key not in ids:
        return None
    return changed_participant(key, ids[key], payload[PARTICIPANT], relay.parties.marks(key))


def _places(payload: JsonObject, parties: Parties, ids: dict[str, str]) -> tuple[str, str] | None:
    """The keys of a newcomer's address, if its participant is known; else None: nobody can know the address then."""
    owner = participant_id_of(payload) or ids.get(parties.participant or "")
    if parties.address is None or parties.address in ids or owner is None:
        return None
    return places_of(owner, payload[ADDRESS])


def _problems(path: str, one: Difference) -> list[FieldProblem]:
    if one.kind == PARTICIPANT:
        sentence = "differs from what is known of this tax id"
    elif one.spelling:
        sentence = "is spelt otherwise than in a known address of this participant"
    else:
        sentence = "differs from a known address of this participant with this number and zip code"
    return [FieldProblem(f"{path}.{one.kind}.{name}", sentence) for name in one.fields]


def _about(change: PartyChange) -> dict[str, object]:
    return {
        "errorType": CHANGED_PARTY,
        "externalId": change.document,
        "item": change.item,
        "kind": change.kind,
        "partyId": change.party_id,
        "fields": list(change.fields),
        "spelling": change.spelling,
        "elsewhere": change.elsewhere,
    }
