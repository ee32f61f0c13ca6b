"""What can be seen of a MassID: on the platform, over HTTP and in the sandbox's own count, and in the ledger's words.

A scenario names facts and their values; a fact that it doesn't name isn't looked at.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

import httpx
from massid_relay.core.jsons import JsonObject, loads
from massid_relay.ledger.dead_letters import DeadLetter

from massid_local.carrot_sandbox.documents import Document
from massid_local.demo.platform import Platform, reader_of
from massid_local.scenarios.massid import Massid, title_of
from massid_local.scenarios.stage import NOBODY, Stage

CONTAINS = "says"
"""A member whose text must only hold what is wanted."""
READS: Final = 6
"""How often a document is read before an error is believed: more often than a scenario has faults for its reads."""


def seen(stage: Stage, of: str | None, names: Mapping[str, Any]) -> JsonObject:
    """The facts of these names."""
    look = _Look(stage, None if of == NOBODY else stage.massid(of))
    return {name: FACTS[name](look) for name in FACTS if name in names}


def check_names(names: Iterable[str]) -> None:
    """Raises ValueError for names that are no facts."""
    if unknown := set(names) - set(FACTS):
        raise ValueError(f"there are no facts {', '.join(sorted(unknown))}; there are {', '.join(FACTS)}")


def first_difference(stage: Stage, of: str | None, wanted: Mapping[str, Any]) -> list[str]:
    """As `differences`, but of the first fact alone that isn't so: what is dear to see is looked at last, and seldom."""
    look = _Look(stage, None if of == NOBODY else stage.massid(of))
    found = (differences({name: wanted[name]}, {name: FACTS[name](look)}) for name in FACTS if name in wanted)
    return next((problems for problems in found if problems), [])


def differences(wanted: Any, found: Any, path: str = "") -> list[str]:
    """Where what was found isn't as wanted. Mappings may hold more than is wanted, lists may not."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return [line for name, value in wanted.items() for line in _member(name, value, found, path)]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = enumerate(zip(wanted, found, strict=True))
        return [line for number, (one, other) in pairs for line in differences(one, other, f"{path}.{number}")]
    return [] if wanted == found else [f"{path.lstrip('.')}: wanted {wanted!r}, is {found!r}"]


def _member(name: str, wanted: Any, found: Mapping[str, Any], path: str) -> list[str]:
    here = f"{path}.{name}"
    if name == CONTAINS and isinstance(wanted, str):
        text = str(found.get(name, ""))
        return [] if wanted in text else [f"{here.lstrip('.')}: wanted {wanted!r} in {text!r}"]
    return differences(wanted, found.get(name), here)


class _Look:
    """One look at one MassID (None: at what belongs to nobody). What several facts need is read once."""

    def __init__(self, stage: Stage, massid: Massid | None) -> None:
        self.stage = stage
        self.massid = massid
        self._shown: JsonObject | None = None
        self._standing: JsonObject | None = None

    @property
    def documents(self) -> list[Document]:
        return self.stage.shared.documents(self.massid.external_id) if self.massid else []

    @property
    def shown(self) -> JsonObject:
        """The document that counts, as the platform answers it: the one that is alive, else the last one; {} without any."""
        if self._shown is None:
            alive = [one for one in self.documents if one.status != "CANCELLED"]
            counts = (alive or self.documents)[-1:]
            self._shown = read(self.stage, counts[0].id) if counts else {}
        return self._shown

    @property
    def standing(self) -> JsonObject:
        """What `massid status --json` tells; {} while the ledger knows nothing."""
        if self._standing is None:
            self._standing = self.stage.shared.standing(self.massid.external_id) if self.massid else {}
        return self._standing

    @property
    def letters(self) -> list[DeadLetter]:
        return self.stage.shared.dead_letters(self.massid.external_id if self.massid else None)


def ours(shown: JsonObject) -> list[JsonObject]:
    """The events that an integrator sent; the platform writes some by itself."""
    return [event for event in shown.get("externalEvents", []) if event.get("externalId")]


def read(stage: Stage, document_id: str) -> JsonObject:
    """The document as the platform shows it. This reader may meet the faults that the relay was to meet, and looks again."""
    with reader_of(stage.shared.stack) as platform:
        for _ in range(READS - 1):
            with suppress(httpx.HTTPError):
                return _shown(platform, document_id)
        return _shown(platform, document_id)


def _shown(platform: Platform, document_id: str) -> JsonObject:
    shown: JsonObject = loads(platform.document(document_id))
    return shown


def _letter(look: _Look, letter: DeadLetter) -> JsonObject:
    says = " ".join([letter.reason, *(f"{field.path} {field.problem}" for field in letter.fields)])
    return {
        "type": letter.error_type,
        "item": look.massid.suffix(letter.item) if look.massid else letter.item,
        "queue": letter.queue,
        "fields": [field.path for field in letter.fields],
        CONTAINS: says,
    }


def _by_title(look: _Look) -> JsonObject:
    """Events by title with all that they show: attributes and attachments by name."""
    shown = look.shown
    names = {file["id"]: file["fileName"] for file in shown.get("attachments", [])}
    return {title_of(event): _opened(event, names) for event in ours(shown)}


def _opened(event: JsonObject, names: Mapping[str, str]) -> JsonObject:
    attributes = {one["name"]: one for one in (event.get("metadata") or {}).get("attributes", [])}
    files = {names.get(one["attachmentId"], "?"): one for one in event.get("attachments") or []}
    return event | {"attributes": attributes, "files": files}


FACTS: dict[str, Callable[[_Look], Any]] = {
    "executions": lambda look: look.stage.shared.executions(look.massid.external_id if look.massid else ""),
    "documents": lambda look: [one.status for one in look.documents],
    "status": lambda look: look.shown.get("status", "absent"),
    "timeline": lambda look: [title_of(event) for event in ours(look.shown)],
    "files": lambda look: sorted(file["fileName"] for file in look.shown.get("attachments", [])),
    "document": lambda look: look.shown,
    "events": _by_title,
    "dead letters": lambda look: [_letter(look, letter) for letter in look.letters],
    "stands": lambda look: look.standing.get("status", "unknown"),
    "waits for": lambda look: look.standing.get("waits_for", "unknown"),
    "run": lambda look: look.standing.get("run", "unknown"),
    "counts": lambda look: look.standing.get("events", {}),
    "asked files": lambda look: look.standing.get("files", {}),
}
"""Name to how it is seen, the cheap ones first. `events`, `document`, `counts` and `asked files` are mappings of which a scenario
names what matters."""
