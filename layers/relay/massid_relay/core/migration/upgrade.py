"""One message from any older form to today's: JSON in, JSON and what was done out. Nothing is guessed, nothing else is touched.

An upgrade of an upgraded message does nothing; a message in today's form comes back as it was.
"""

from typing import Any

from massid_relay.core.jsons import JsonObject
from massid_relay.core.migration.event import upgraded_event
from massid_relay.core.migration.fields import upgraded_document
from massid_relay.core.migration.findings import Notes, Upgrade
from massid_relay.core.migration.openings import Openings, tells_by_itself


def upgrade(message: JsonObject, among: Openings | None = None) -> Upgrade:
    """Bring a message of any queue up to date: its `document`, and each of its `events`. `message` stays as it is.

    `among`: those of all messages that there are of its document. Without it, others may come or have come.
    """
    notes = Notes()
    parts: JsonObject = {}
    if isinstance(message.get("document"), dict):
        parts["document"] = upgraded_document(message["document"], "document", notes)
    if isinstance(message.get("events"), list):
        alone = tells_by_itself(message) if among is None else among.opens_alone(message)
        parts["events"] = _events(message["events"], notes, opens_alone=alone)
    changed = message | parts if notes.changes else message
    return Upgrade(changed, tuple(notes.changes), tuple(notes.left), tuple(notes.removed))


def _events(events: list[Any], notes: Notes, *, opens_alone: bool) -> list[Any]:
    return [
        upgraded_event(event, f"events.{number}", notes, opens_alone=opens_alone) if isinstance(event, dict) else event
        for number, event in enumerate(events)
    ]
