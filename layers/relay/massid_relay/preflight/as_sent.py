"""A submission as the workers will send it: what it may leave out is filled in, what it says is kept.

The workers' own rules, here without their strictness: core/messages/event.py (an event's `isPublic`), core/wire.py (that of
attributes and attachments), work/stored.py (the time of CLOSE). What has the wrong type stays, for the rules to tell.
"""

from typing import Any

from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages.event import TIMELESS, is_public_by_role
from massid_relay.core.migration import upgrade
from massid_relay.preflight.times import loader_datetime

_FLAGS = frozenset({"isPublic", "isPubliclySearchable"})
"""Null is no answer to these: the workers refuse it."""


def as_sent(submission: JsonObject) -> JsonObject:
    """The submission with the workers' defaults. Its names are judged as they stand, whatever the stack makes of older ones."""
    sent = submission | {"document": _without_null(submission["document"])}
    events = submission.get("events")
    if isinstance(events, list):
        latest = _latest(events)
        told = all("isPublic" in event for event in events if isinstance(event, dict))
        named_today = events if told else upgrade(submission).message["events"]
        sent["events"] = [_event(*pair, latest) for pair in zip(events, named_today, strict=True)]
    return sent


def _event(event: Any, named_today: Any, latest: str | None) -> Any:
    """`named_today`: the same event under the names by which the workers know its role."""
    if not isinstance(event, dict):
        return event
    sent: JsonObject = {"isPublic": is_public_by_role(named_today)} | _without_null(event)
    if latest is not None and str(sent.get("name")) in TIMELESS:
        sent = {"externalCreatedAt": latest} | sent
    return _parts(sent, "attachments", sent["isPublic"]) | _metadata(sent)


def _metadata(event: JsonObject) -> JsonObject:
    metadata = event.get("metadata")
    return {"metadata": _parts(metadata, "attributes", event["isPublic"])} if isinstance(metadata, dict) else {}


def _parts(holder: JsonObject, name: str, public: Any) -> JsonObject:
    """`holder` with each attribute or attachment under `name` as public as its event."""
    parts = holder.get(name)
    if not isinstance(parts, list):
        return holder
    return holder | {name: [{"isPublic": public} | _said(part) if isinstance(part, dict) else part for part in parts]}


def _said(part: JsonObject) -> JsonObject:
    """Null is what an attribute may hold, else it says nothing."""
    return {name: value for name, value in part.items() if value is not None or name == "value"}


def _without_null(body: JsonObject) -> JsonObject:
    return {name: value for name, value in body.items() if value is not None or name in _FLAGS}


def _latest(events: list[Any]) -> str | None:
    """The latest time of any event, as it was written."""
    times = [event.get("externalCreatedAt") for event in events if isinstance(event, dict)]
    moments = {moment: time for time in times if (moment := loader_datetime(time)) is not None}
    return moments[max(moments)] if moments else None
