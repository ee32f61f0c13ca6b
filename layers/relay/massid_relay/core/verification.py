"""The guide's six checks of a document as it stands on the network, before and after CLOSE.

Source: docs.carrot.eco, integrations/guides/submitting-a-mass-id, "Step 4: Retrieve and validate final state".
Ours are found by their ids and must be an ordered subsequence; the platform's own events are passed over.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from massid_relay.core.errors import FieldProblem
from massid_relay.core.jsons import JsonObject
from massid_relay.core.reading import RemoteDocument, RemoteEvent
from massid_relay.core.record import EventEntry


@dataclass(frozen=True, slots=True)
class Expected:
    """One event of ours that must stand on the document, with the payload that was asked for."""

    entry: EventEntry
    payload: JsonObject

    @property
    def path(self) -> str:
        """How a problem names it."""
        return f"events.{self.entry.external_id}"


def verify(remote: RemoteDocument, expected: Sequence[Expected], *, status: str) -> list[FieldProblem]:
    """All problems of the six checks; none means verified. `status` is what the document must be in: OPEN or CLOSED."""
    found = find_ours(remote, [item.entry for item in expected])
    checks: list[Callable[[], list[FieldProblem]]] = [
        lambda: _events_in_order(remote, expected, found),
        lambda: _status(remote, status),
        lambda: _current_value(remote),
        lambda: _actor(expected, found),
        lambda: _links(remote, expected, found),
        lambda: _metadata(expected, found),
    ]
    return [problem for check in checks for problem in check()]


def find_ours(remote: RemoteDocument, entries: Sequence[EventEntry]) -> dict[str, RemoteEvent]:
    """Our events on the remote timeline, by external id."""
    by_event_id = {event.id: event for event in remote.events if event.id}
    by_external_id = {event.external_id: event for event in reversed(remote.events) if event.external_id}
    by_deduplication_id = {event.deduplication_id: event for event in remote.events if event.deduplication_id}
    found = {}
    for entry in entries:
        event = (
            by_external_id.get(entry.external_id)
            or by_deduplication_id.get(entry.deduplication_id)
            or by_event_id.get(entry.event_id or "")
        )
        if event is not None:
            found[entry.external_id] = event
    return found


def _events_in_order(
    remote: RemoteDocument, expected: Sequence[Expected], found: Mapping[str, RemoteEvent]
) -> list[FieldProblem]:
    problems = [FieldProblem(e.path, "is missing") for e in expected if e.entry.external_id not in found]
    places = {id(event): place for place, event in enumerate(remote.events)}
    last = -1
    for item in expected:
        event = found.get(item.entry.external_id)
        if event is None:
            continue
        if places[id(event)] < last:
            problems.append(FieldProblem(item.path, "stands before an event that precedes it"))
        last = max(last, places[id(event)])
        if sum(other.external_id == item.entry.external_id for other in remote.events) > 1:
            problems.append(FieldProblem(item.path, "stands more than once"))
        if event.external_created_at is not None and event.external_created_at != item.entry.at:
            problems.append(FieldProblem(f"{item.path}.externalCreatedAt", "differs from what was sent"))
    return problems


def _status(remote: RemoteDocument, status: str) -> list[FieldProblem]:
    return [] if has_status(remote, status) else [FieldProblem("status", f"is not {status}")]


def has_status(remote: RemoteDocument, status: str) -> bool:
    """Whether the document shows that status."""
    return (remote.status or "").upper() == status


def _current_value(remote: RemoteDocument) -> list[FieldProblem]:
    if remote.current_value is not None and remote.current_value > 0:
        return []
    return [FieldProblem("currentValue", "is not above 0")]


def _actor(expected: Sequence[Expected], found: Mapping[str, RemoteEvent]) -> list[FieldProblem]:
    if any(item.entry.name == "ACTOR" and item.entry.external_id in found for item in expected):
        return []
    return [FieldProblem("events", "hold no ACTOR of ours")]


def _links(
    remote: RemoteDocument, expected: Sequence[Expected], found: Mapping[str, RemoteEvent]
) -> list[FieldProblem]:
    problems = []
    if not remote.primary_participant_id:
        problems.append(FieldProblem("participant", "does not resolve to an id"))
    if not remote.primary_address_id:
        problems.append(FieldProblem("address", "does not resolve to an id"))
    for item in expected:
        event = found.get(item.entry.external_id)
        if event is None:
            continue
        for kind, shown in (("participant", event.participant_id), ("address", event.address_id)):
            sent = item.payload.get(f"{kind}Id")
            if (sent or kind in item.payload) and not shown:
                problems.append(FieldProblem(f"{item.path}.{kind}", "does not resolve to an id"))
            elif sent and shown != sent:
                problems.append(FieldProblem(f"{item.path}.{kind}", "resolves to another id than the one sent"))
    return problems


def _metadata(expected: Sequence[Expected], found: Mapping[str, RemoteEvent]) -> list[FieldProblem]:
    """An attribute is named by its number in what was sent: its name is the sender's own text (invariant 7)."""
    problems = []
    for item in expected:
        event = found.get(item.entry.external_id)
        if event is None:
            continue
        shown = {attribute.name for attribute in event.attributes}
        attributes = (item.payload.get("metadata") or {}).get("attributes") or []
        problems += [
            FieldProblem(f"{item.path}.metadata.attributes.{number}", "is missing")
            for number, attribute in enumerate(attributes)
            if attribute["name"] not in shown
        ]
        if len(event.attachments) < len(item.payload.get("attachments") or []):
            problems.append(FieldProblem(f"{item.path}.attachments", "are not all there"))
    return problems
