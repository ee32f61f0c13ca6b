"""One message from any older form to today's: JSON in, JSON and what was done out. Nothing is guessed, nothing else is touched.

An upgrade of an upgraded message does nothing; a message in today's form comes back as it was.
"""

from typing import Any

from massid_relay.core.jsons import JsonObject
from massid_relay.core.migration.event import is_pick_up, upgraded_event
from massid_relay.core.migration.fields import upgraded_document
from massid_relay.core.migration.findings import Notes, Upgrade
from massid_relay.core.migration.vocabulary import OPEN


def upgrade(message: JsonObject) -> Upgrade:
    """Bring a message of any queue up to date: its `document`, and each of its `events`. `message` stays as it is."""
    notes = Notes()
    parts: JsonObject = {}
    if isinstance(message.get("document"), dict):
        parts["document"] = upgraded_document(message["document"], "document", notes)
    if isinstance(message.get("events"), list):
        parts["events"] = _events(message["events"], notes)
    changed = message | parts if notes.changes else message
    return Upgrade(changed, tuple(notes.changes), tuple(notes.left), tuple(notes.removed))


def _events(events: list[Any], notes: Notes) -> list[Any]:
    alone = _opens_alone(events)
    return [
        upgraded_event(event, f"events.{number}", notes, opens_alone=alone) if isinstance(event, dict) else event
        for number, event in enumerate(events)
    ]


def _opens_alone(events: list[Any]) -> bool:
    """Whether there is one OPEN, and no other event that might be the Pick-up."""
    opens = sum(isinstance(event, dict) and event.get("name") == OPEN for event in events)
    return opens == 1 and not any(map(is_pick_up, events))
