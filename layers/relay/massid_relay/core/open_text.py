"""Fields that anybody may come to read and that seem to hold what nobody should: a plate, a tax id, an e-mail address, a phone.

"Open-text fields never contain sensitive data" (docs.carrot.eco, integrations/guides/privacy-and-masking): what is public on the
network stays public. A suspicion names field and kind, never the value (invariant 7). It only warns: nothing is refused.

Looked at: titles, tags, an address's complement, an order's metaData, reasons; an attribute's text, unless it is flagged
sensitive, or is private and no prose; names of documents and files, which stand in logs and execution histories as they are.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from massid_relay.core.jsons import JsonObject
from massid_relay.core.personal_data import Kind, kinds_in

_PROSE = re.compile(r"descri|justification|comment|coment|observa|note|remark|reason", re.IGNORECASE)
"""Attributes in which somebody writes freely, by their names."""
_NUMBERED = re.compile(r"\b(?:number|id|code|protocol)$", re.IGNORECASE)
"""Attributes that hold another authority's number, e.g. `Document Number`: one in a hundred has a tax id's check digits."""
_PLATE_NAMED = re.compile(r"plate|placa", re.IGNORECASE)
_WHOLE_PLATE = re.compile(r"[A-Z]{3}[ -]?[0-9][A-Z0-9][0-9]{2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One field, by its dotted path, and what it seems to hold."""

    path: str
    kind: Kind

    @property
    def sentence(self) -> str:
        """For a person."""
        return f"This seems to hold {self.kind}. Open text is for everybody: leave it out, or flag the attribute sensitive."


def suspicions(message: JsonObject) -> list[Suspicion]:
    """All suspicions about a submission, about a message that holds parts of one, or about a document of the platform.

    Fields of the wrong type are passed over: they are somebody else's finding.
    """
    document = message.get("document")
    found = _document(document, "document.") if isinstance(document, dict) else _document(message, "")
    order = _object(message.get("order"))
    return [
        *_names(message),
        *found,
        *_events(message, "events", files="evidence" not in message),
        *_events(message, "externalEvents", files=False),
        *_texts([("order.metaData", order.get("metaData"))]),
        *_texts((name, message.get(name)) for name in ("reason", "replaceReason")),
    ]


def _names(message: JsonObject) -> Iterator[Suspicion]:
    named = [(name, message.get(name)) for name in ("externalId", "documentExternalId")]
    for path, name in [*named, *_numbered(message.get("evidence"), "evidence")]:
        yield from _name(path, name)


def _name(path: str, name: Any) -> Iterator[Suspicion]:
    """The older plates look like many an id."""
    if isinstance(name, str):
        yield from (Suspicion(path, kind) for kind in kinds_in(name, old_plates=False))


def _document(document: JsonObject, prefix: str) -> Iterator[Suspicion]:
    tags = list(_object(document.get("tags")).values())
    yield from _texts((f"{prefix}{name}", document.get(name)) for name in ("title", "shortTitle"))
    yield from _texts(_numbered(tags, f"{prefix}tags"))
    yield from _texts([(f"{prefix}address.complement", _object(document.get("address")).get("complement"))])


def _events(message: JsonObject, name: str, *, files: bool) -> Iterator[Suspicion]:
    for path, body in _numbered(message.get(name), name):
        event = _object(body)
        attributes = _object(event.get("metadata")).get("attributes")
        for place, attribute in _numbered(attributes, f"{path}.metadata.attributes"):
            yield from _attribute(_object(attribute), place, public=event.get("isPublic") is not False)
        yield from _texts([(f"{path}.address.complement", _object(event.get("address")).get("complement"))])
        for place, reference in _numbered(event.get("attachments") if files else None, f"{path}.attachments"):
            yield from _name(f"{place}.fileName", _object(reference).get("fileName"))


def _attribute(attribute: JsonObject, path: str, *, public: bool) -> Iterator[Suspicion]:
    """What is flagged sensitive is masked by the network; what is private and no prose may be meant to be there."""
    name = str(attribute.get("name", ""))
    flagged = attribute.get("sensitive") is True or attribute.get("sensible") is True
    shown = attribute.get("isPublic", public) is not False
    if flagged or not (shown or _PROSE.search(name)):
        return
    bare = _NUMBERED.search(name) is None
    for place, text in _strings(attribute.get("value"), f"{path}.value"):
        if _PLATE_NAMED.search(name) and _WHOLE_PLATE.fullmatch(text.strip()):
            yield Suspicion(place, Kind.PLATE)
        else:
            yield from (Suspicion(place, kind) for kind in kinds_in(text, bare_numbers=bare))


def _texts(fields: Iterable[tuple[str, Any]]) -> Iterator[Suspicion]:
    for path, text in fields:
        if isinstance(text, str):
            yield from (Suspicion(path, kind) for kind in kinds_in(text))


def _strings(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text in a value. A nested one is named by its place alone: its key may be personal data itself."""
    if isinstance(value, str):
        yield path, value
    inside = list(value.values()) if isinstance(value, dict) else value
    for place, item in _numbered(inside, path):
        yield from _strings(item, place)


def _numbered(value: Any, path: str) -> list[tuple[str, Any]]:
    return [(f"{path}.{number}", item) for number, item in enumerate(value)] if isinstance(value, list) else []


def _object(value: Any) -> JsonObject:
    return value if isinstance(value, dict) else {}
