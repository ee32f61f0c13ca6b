"""Forgetting one MassID: its stored payloads, and where asked its files and the ids of its parties.

States, hashes, times and ids stay, so that nothing is ever sent twice (invariant 1). It can be stopped anywhere: done again, it
goes on with what is left. The payloads go last, since they tell whom to forget.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from massid_relay.core.evidence import evidence_key
from massid_relay.core.first_contact import ADDRESS, companions_of, participant_id_of, parties_of
from massid_relay.core.jsons import JsonObject
from massid_relay.core.record import DocumentRecord
from massid_relay.core.retention import why_kept, why_order_keeps
from massid_relay.ledger.dead_letters import DeadLetter
from massid_relay.ledger.runs import RunState

from massid_cli.operations.letters import discard_every, release
from massid_cli.operations.target import Target

WHY = "forgotten"
"""The reason under which its dead letters are discarded."""
_OBJECTS_PER_CALL = 1000
"""DeleteObjects' limit (docs.aws.amazon.com, AmazonS3, API_DeleteObjects)."""


class UnknownMassIDError(Exception):
    """The stack knows nothing of that external id."""


class StillNeededError(Exception):
    """Something still waits or is unfinished; `reasons` say what, and what to do about it."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Choice:
    """What goes beside the payloads."""

    evidence: bool = False
    parties: bool = False
    letters: bool = False


@dataclass(frozen=True, slots=True)
class Holding:
    """What the stack holds of one external id. `versions`: of its files, newest and older ones, deletion marks included."""

    external_id: str
    records: list[DocumentRecord]
    payloads: dict[str, JsonObject] = field(repr=False)
    letters: list[DeadLetter]
    versions: list[Mapping[str, str]]

    @property
    def stands_on_the_network(self) -> bool:
        """Whether anything was sent that nobody can take back."""
        return any(record.created for record in self.records)


def look(target: Target, external_id: str) -> Holding:
    """What is there. Raises UnknownMassIDError.

    Payloads are listed before the records are read: whatever a record still needs of them, it says.
    """
    payloads = target.parts.stored(external_id)
    holding = Holding(
        external_id,
        target.documents.generations(external_id),
        payloads,
        list(target.dead_letters.resting_of(external_id)),
        list(_versions(target, external_id)),
    )
    known = holding.records or holding.payloads or holding.letters or holding.versions
    if not known and target.runs.newest(external_id) is None and target.orders.load(external_id) is None:
        raise UnknownMassIDError(external_id)
    return holding


def reasons_to_keep(target: Target, holding: Holding, choice: Choice) -> list[str]:
    """Why it can't be forgotten yet, in words; dead letters that go too count as gone."""
    run = target.runs.newest(holding.external_id)
    orders = {holding.external_id, *_orders_in(holding.payloads.values())}
    reasons = [why_kept(record) for record in _released(holding, choice)]
    reasons += [why_order_keeps(target.orders.load(order)) for order in sorted(orders)]
    if run is not None and run.state is RunState.OPEN:
        reasons.append(f"run {run.number} of its lifecycle is open")
    if holding.letters and not choice.letters:
        reasons.append(f"{len(holding.letters)} of its dead letters rest: redrive them, or let them go too")
    return list(dict.fromkeys(reason for reason in reasons if reason is not None))


def forget(target: Target, external_id: str, choice: Choice) -> Holding:
    """Forget it; what was there before. Raises UnknownMassIDError, StillNeededError."""
    holding = look(target, external_id)
    reasons = reasons_to_keep(target, holding, choice)
    if reasons:
        raise StillNeededError(reasons)
    if holding.letters:
        discard_every(target, holding.letters, WHY)
    if choice.evidence:
        _remove_versions(target, holding.versions)
    if choice.parties:
        target.parties.forget(_party_keys(target, holding.payloads.values()))
    target.parts.remove(external_id, holding.payloads)
    return holding


def _released(holding: Holding, choice: Choice) -> list[DocumentRecord]:
    """The records as they will be once the dead letters are gone."""
    records = deepcopy(holding.records)
    for letter in holding.letters if choice.letters else []:
        for record in records:
            release(record, letter)
    return records


def _orders_in(payloads: Iterable[JsonObject]) -> Iterator[str]:
    return (payload["order"]["externalId"] for payload in payloads if "order" in payload)


def _party_keys(target: Target, payloads: Iterable[JsonObject]) -> list[str]:
    """Every key under which a participant or address of these payloads may be known. Participants come last: their ids lead to
    their addresses."""
    bodies = [body for payload in payloads for body in (payload.get("document", {}), *payload.get("events", []))]
    ids = target.parties.known(key for body in bodies for key in parties_of(body).inline)
    keys = [key for body in bodies for key in _address_keys(body, ids)]
    keys += [parties_of(body).participant for body in bodies]
    return [key for key in dict.fromkeys(keys) if key is not None]


def _address_keys(body: JsonObject, ids: Mapping[str, str]) -> list[str | None]:
    parties = parties_of(body)
    owner = participant_id_of(body) or ids.get(parties.participant or "")
    companions = companions_of(owner, body[ADDRESS]) if owner and parties.address else []
    return [parties.address, *companions]


def _versions(target: Target, external_id: str) -> Iterator[Mapping[str, str]]:
    pages = (
        target.client("s3")
        .get_paginator("list_object_versions")
        .paginate(Bucket=target.evidence_bucket, Prefix=evidence_key(external_id, ""))
    )
    for page in pages:
        for found in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            yield {"Key": found["Key"], "VersionId": found["VersionId"]}


def _remove_versions(target: Target, versions: Iterable[Mapping[str, str]]) -> None:
    left = iter(versions)
    while batch := list(islice(left, _OBJECTS_PER_CALL)):
        wanted: Any = {"Objects": batch, "Quiet": True}
        answer = target.client("s3").delete_objects(Bucket=target.evidence_bucket, Delete=wanted)
        if answer.get("Errors"):
            raise RuntimeError(f"S3 did not delete {len(answer['Errors'])} versions: {answer['Errors'][0]['Code']}")
