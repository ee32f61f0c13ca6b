"""Ids of participants and addresses that were made on the network before massid-relay, brought in from a file.

Whoever is adopted goes out as an id from the first message on. Safe to repeat and to stop anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from massid_relay.core.errors import InvalidMessage
from massid_relay.core.first_contact import (
    ADDRESS,
    PARTICIPANT,
    Learnt,
    address_key,
    participant_id_of,
    participant_key,
)
from massid_relay.core.jsons import JsonObject, dumps, loads
from massid_relay.core.messages import parse_known_parties
from massid_relay.core.messages.payload import payload_of
from massid_relay.ledger.parties import BeingIntroduced, KnownOtherwise, PartyStore

from massid_cli.operations.target import Target


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of one line, without what it says (invariant 7). `line` counts from 1: of a JSON list, its entries."""

    line: int
    became: str
    refused: bool = False


def adopt_parties(target: Target, text: str, now: datetime) -> Iterator[Adopted]:
    """Adopt line after line. A line that is refused leaves nothing behind, and the others go on."""
    parties = target.parties
    for number, line in _lines(text):
        try:
            news = parties.adopt(_learnt(parties, line), now)
        except InvalidMessage as error:
            problems = "; ".join(f"{field.path} {field.problem}" for field in error.fields)
            yield Adopted(number, problems, refused=True)
        except KnownOtherwise as error:
            yield Adopted(number, f"the {error} is known under another id", refused=True)
        except BeingIntroduced as error:
            yield Adopted(number, f"wait: a document is introducing the {error} right now", refused=True)
        else:
            yield Adopted(number, "adopted" if news else "known already")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """NDJSON, or one JSON list."""
    if text.lstrip().startswith("["):
        yield from ((number, dumps(entry)) for number, entry in enumerate(_list(text), 1))
    else:
        yield from ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())


def _list(text: str) -> list[object]:
    try:
        entries: list[object] = loads(text)
    except ValueError:
        return [None]  # refused as its first line
    return entries


def _learnt(parties: PartyStore, line: str) -> Learnt:
    """As if a GET had shown it. An address whose participant's id is known only to the ledger is adopted under that id too."""
    payload: JsonObject = payload_of(parse_known_parties(line))
    learnt = Learnt()
    participant, address = payload.get(PARTICIPANT), payload.get(ADDRESS)
    key = participant_key(participant) if participant else None
    owner_id = participant_id_of(payload) or (parties.known([key]).get(key) if key else None)
    if key and participant and "id" in participant:
        learnt.participant(key, participant, participant["id"])
    if address:
        learnt.address(address_key(key, address) if key else None, address, address["id"], owner_id)
    return learnt
