"""The guide's six checks (docs.carrot.eco, integrations/guides/submitting-a-mass-id), against what was submitted.

Written for the demo alone: it shares no code with the checks that the workers make before and after CLOSE. A problem names
the place, never a value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from massid_relay.core.jsons import JsonObject

from massid_local.demo.links import Links
from massid_local.demo.submitted import Submitted

_PARTIES = frozenset({"participant", "participantId", "address", "addressId"})
_CHECKED_ELSEWHERE = _PARTIES | {"metadata", "attachments", "externalCreatedAt", "deduplicationId"}


@dataclass(frozen=True, slots=True)
class _Case:
    """A submitted MassID and the document that the platform shows for it."""

    sent: Submitted
    shown: JsonObject
    pairs: list[tuple[str, JsonObject, JsonObject]]
    """Path, submitted and shown event of those that stand there at all; of several shown ones the first."""


def check(sent: Submitted, shown: JsonObject, links: Links) -> list[str]:
    """All problems of the six checks; none means verified. `links` is one for the whole run."""
    found: dict[str, JsonObject] = {}
    for event in shown.get("externalEvents") or []:
        found.setdefault(str(event.get("externalId")), event)
    ids = [str(event["externalId"]) for event in sent.events]
    pairs = [
        (f"events.{name}", event, found[name]) for name, event in zip(ids, sent.events, strict=True) if name in found
    ]
    case = _Case(sent, shown, pairs)
    return [
        *_events(case),
        *_status(case),
        *_current_value(case),
        *_actors(case),
        *_parties(case, links),
        *_content(case),
    ]


def is_closed(shown: JsonObject) -> bool:
    """The second check alone."""
    return shown.get("status") == "CLOSED"


def _events(case: _Case) -> Iterator[str]:
    """1. Event count and ordering."""
    shown = case.shown.get("externalEvents") or []
    ids = [event["externalId"] for event in shown if event.get("externalId")]
    wanted = [str(event["externalId"]) for event in sorted(case.sent.events, key=_moment)]
    for external_id in wanted:
        if ids.count(external_id) != 1:
            yield f"events.{external_id}: stands {ids.count(external_id)} times"
    for external_id in sorted(set(ids) - set(wanted)):
        yield f"events.{external_id}: was never submitted"
    if [external_id for external_id in dict.fromkeys(ids) if external_id in wanted] != [
        one for one in wanted if one in ids
    ]:
        yield "events: are not in the order of their times"
    if any(_moment(earlier) > _moment(later) for earlier, later in pairwise(shown)):
        yield "events: the platform shows them out of order"
    for path, event, found in case.pairs:
        if _moment(found) != _moment(event):
            yield f"{path}.externalCreatedAt: differs from what was submitted"


def _status(case: _Case) -> Iterator[str]:
    """2. Status is CLOSED."""
    if not is_closed(case.shown):
        yield "status: is not CLOSED"


def _current_value(case: _Case) -> Iterator[str]:
    """3. currentValue > 0, and the last value that was submitted."""
    value = case.shown.get("currentValue")
    values = [event["value"] for event in sorted(case.sent.events, key=_moment) if event.get("value") is not None]
    if value is None or value <= 0:
        yield "currentValue: is not above 0"
    elif values and value != values[-1]:
        yield "currentValue: is not the last value submitted"


def _actors(case: _Case) -> Iterator[str]:
    """4. At least one ACTOR event, and one for each role that was submitted."""
    shown = {found.get("label") for _, _, found in case.pairs if found.get("name") == "ACTOR"}
    wanted = {event.get("label") for event in case.sent.events if event["name"] == "ACTOR"}
    if not shown:
        yield "events: hold no ACTOR of ours"
    if wanted - shown:
        yield "events: an ACTOR is missing"


def _parties(case: _Case, links: Links) -> Iterator[str]:
    """5. Participant and address links."""
    shown = case.shown
    yield from links.check("document", case.sent.document, shown.get("primaryParticipant"), shown.get("primaryAddress"))
    for path, event, found in case.pairs:
        yield from links.check(path, event, found.get("participant"), found.get("address"))


def _content(case: _Case) -> Iterator[str]:
    """6. Metadata completeness: every field, attribute and file that was submitted, as it was submitted."""
    yield from _fields("document", case.sent.document, case.shown)
    if _moment(case.shown) != _moment(case.sent.document):
        yield "document.externalCreatedAt: differs from what was submitted"
    for path, event, found in case.pairs:
        yield from _fields(path, event, found)
        yield from _attributes(path, event, found)
        yield from _attachments(path, event, found, case)


def _fields(path: str, sent: JsonObject, shown: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(sent.keys() - _CHECKED_ELSEWHERE):
        if shown.get(name) != sent[name]:
            yield f"{path}.{name}: differs from what was submitted"


def _attributes(path: str, sent: JsonObject, shown: JsonObject) -> Iterator[str]:
    found = {attribute["name"]: attribute for attribute in (shown.get("metadata") or {}).get("attributes") or []}
    for attribute in (sent.get("metadata") or {}).get("attributes") or []:
        name = attribute["name"]
        if name not in found:
            yield f"{path}.metadata.{name}: is missing"
        elif any(found[name].get(member) != value for member, value in attribute.items()):
            yield f"{path}.metadata.{name}: differs from what was submitted"


def _attachments(path: str, sent: JsonObject, shown: JsonObject, case: _Case) -> Iterator[str]:
    files = {file["id"]: file for file in case.shown.get("attachments") or []}
    by_name = {
        files[item["attachmentId"]]["fileName"]: item
        for item in shown.get("attachments") or []
        if item.get("attachmentId") in files
    }
    for attachment in sent.get("attachments") or []:
        name = attachment["fileName"]
        item, dropped = by_name.get(name), case.sent.dropped.get(name)
        if item is None:
            yield f"{path}.attachments.{name}: is missing"
        elif item.get("label") != attachment.get("label") or item.get("isPublic") != attachment.get("isPublic"):
            yield f"{path}.attachments.{name}: differs from what was submitted"
        elif dropped and files[item["attachmentId"]].get("contentLength") != dropped.length:
            yield f"{path}.attachments.{name}: has another length than the file in the bucket"


def _moment(bearer: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(bearer["externalCreatedAt"])
