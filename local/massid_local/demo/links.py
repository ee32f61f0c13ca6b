"""Participants and addresses: the same party must have the same id wherever it stands, in this document and in all others.

Auditors compare ids, so a party that was made twice is as wrong as one that is missing.
"""

from collections.abc import Iterator
from typing import Any

from massid_relay.core.jsons import JsonObject, canonical


class Links:
    """Which id each submitted participant and address was found under, over all documents of a run."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def check(self, path: str, sent: JsonObject, participant: Any, address: Any) -> Iterator[str]:
        """Problems of one bearer (a document or an event) whose shown participant and address are given."""
        yield from self._one(f"{path}.participant", sent, "participant", participant, "")
        owner = _id_of(participant) or ""
        yield from self._one(f"{path}.address", sent, "address", address, owner)

    def _one(self, path: str, sent: JsonObject, kind: str, shown: Any, owner: str) -> Iterator[str]:
        inline, given = sent.get(kind), sent.get(f"{kind}Id")
        if inline is None and given is None:
            return
        found = _id_of(shown)
        if found is None:
            yield f"{path}: does not resolve to an id"
        elif given is not None:
            if given != found:
                yield f"{path}: resolves to another id than the one submitted"
        elif inline is not None:
            yield from _differences(path, inline, shown)
            if self._ids.setdefault(canonical([kind, owner, _key(kind, inline)]), found) != found:
                yield f"{path}: the same {kind} has another id elsewhere"


def _key(kind: str, inline: JsonObject) -> Any:
    """What makes a participant the same one: country, kind of tax id, tax id. Of an address it is all that it says."""
    return [inline.get(name) for name in ("countryCode", "taxIdType", "taxId")] if kind == "participant" else inline


def _differences(path: str, inline: JsonObject, shown: JsonObject) -> Iterator[str]:
    for name, value in inline.items():
        if shown.get(name) != value:
            yield f"{path}.{name}: differs from what was submitted"


def _id_of(shown: Any) -> str | None:
    found = shown.get("id") if isinstance(shown, dict) else None
    return found if isinstance(found, str) and found else None
