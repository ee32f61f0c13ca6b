"""Which OPEN is the Pick-up of its document. That is a matter of all its messages, for a MassID may come in parts.

A file is judged as a whole. A worker sees one message: there an OPEN is the Pick-up only in a submission that says where the
load went from there, and the worker looks into the ledger for a Pick-up that came before (work/older_pick_up.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from massid_relay.core.jsons import JsonObject
from massid_relay.core.migration.event import name_today
from massid_relay.core.migration.vocabulary import DROP_OFF, OPEN, PICK_UP

_Document = tuple[str, Any]
_Identity = tuple[Any, ...]


class Openings:
    """Every OPEN and Pick-up of a file's messages, by document. The same event, sent twice, counts once."""

    def __init__(self, messages: Iterable[JsonObject]) -> None:
        self._found: dict[_Document, set[_Identity]] = defaultdict(set)
        for message in messages:
            document = _document(message)
            if document is not None:
                self._found[document].update(map(_identity, _openings(_events(message))))

    def opens_alone(self, message: JsonObject) -> bool:
        """Whether the message holds one OPEN, and no message of its document another event that might be the Pick-up."""
        document = _document(message)
        return _one_open(_events(message)) is not None and (document is None or len(self._found[document]) == 1)


def tells_by_itself(message: JsonObject) -> bool:
    """Whether a message is a submission with one OPEN, no other event that might be the Pick-up, and a Drop-off after it."""
    events = _events(message)
    opened = _one_open(events)
    if opened is None or "document" not in message:
        return False
    left = _moment(opened)
    arrived = [_moment(event) for event in events if name_today(event) == DROP_OFF]
    return left is not None and any(moment is not None and moment >= left for moment in arrived)


def _one_open(events: list[JsonObject]) -> JsonObject | None:
    found = list(_openings(events))
    return found[0] if len(found) == 1 and found[0].get("name") == OPEN else None


def _openings(events: list[JsonObject]) -> Iterator[JsonObject]:
    return (event for event in events if event.get("name") == OPEN or name_today(event) == PICK_UP)


def _events(message: JsonObject) -> list[JsonObject]:
    events = message.get("events")
    return [event for event in events if isinstance(event, dict)] if isinstance(events, list) else []


def _document(message: JsonObject) -> _Document | None:
    names = (message.get(name) for name in ("externalId", "documentExternalId"))
    name = next((name for name in names if isinstance(name, str)), None)
    return None if name is None else (name, str(message.get("generation", 1)))


def _identity(event: JsonObject) -> _Identity:
    """As the relay tells events apart: by external id, else by name, label and time (core/identity.py)."""
    given = event.get("externalId")
    if given is not None:
        return ("id", str(given))
    return ("derived", str(event.get("label") or ""), _moment(event) or str(event.get("externalCreatedAt")))


def _moment(event: JsonObject) -> datetime | None:
    """To the millisecond, as messages are read."""
    try:
        moment = datetime.fromisoformat(str(event.get("externalCreatedAt"))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
