"""One event in today's form: its name, an ACTOR's label, its attributes."""

from collections.abc import Sequence
from typing import Any

from massid_relay.core.jsons import JsonObject
from massid_relay.core.migration.attributes import (
    Mark,
    agreed,
    attributes_of,
    marks,
    name_of,
    spelt_attributes,
    upgraded_attributes,
    without,
)
from massid_relay.core.migration.findings import Change, Left, Notes
from massid_relay.core.migration.vocabulary import (
    ACTOR,
    ACTOR_TYPE,
    KEBAB_ATTRIBUTES,
    MOVE,
    MOVE_TYPE,
    OLD_LABELS,
    OPEN,
    OTHER_EVENT_NAMES,
    OTHER_LABELS,
    PICK_UP,
    PICK_UP_ATTRIBUTES,
    event_named,
    is_known_event,
    role_named,
)

_NOT_UPGRADED = {
    OPEN: "is the old form: send the Pick-up under its own name; whether this OPEN is the only one can't be told here",
    MOVE: "is the old form: send the event under its own name, e.g. Drop-off; no move-type here names one",
}
_OTHER_MOVE = "is the old form: send the event under its own name, e.g. Drop-off; this names none, or another one"
_OTHER_ROLE = (
    "is the old form: send the role as the label of an ACTOR, e.g. Waste Generator; this names none, or another one"
)


def upgraded_event(event: JsonObject, path: str, notes: Notes, *, opens_alone: bool) -> JsonObject:
    """An event in today's form. `opens_alone`: its document has one OPEN, and no other event that might be the Pick-up."""
    event = spelt_attributes(event, path, notes)
    if not is_known_event(event.get("name")):
        return event
    moves = marks(event, MOVE_TYPE, path, event_named)
    roles = marks(event, ACTOR_TYPE, path, role_named)
    event = _named(event, _name_today(event, moves, opens_alone=opens_alone), path, notes)
    event = upgraded_attributes(_labelled(event, path, notes), path, notes)
    gone = _told_by_name(event, moves, notes)
    told = _told_by_label(event, roles, notes)
    if told and event.get("label") is None:
        event = event | {"label": agreed(told)}
    return without(event, [*gone, *told], path, notes)


def name_today(event: JsonObject) -> str | None:
    """The name that the event says by itself. None where that is uncertain, and of an OPEN."""
    return _name_today(event, marks(event, MOVE_TYPE, "", event_named), opens_alone=False)


def _name_today(event: JsonObject, moves: Sequence[Mark], *, opens_alone: bool) -> str | None:
    name, moved = _text(event.get("name")), agreed(moves)
    if name == MOVE:
        return moved
    if name == OPEN:
        certain = moved == PICK_UP if moves else _carries_pick_up(event)
        return PICK_UP if opens_alone and certain else None
    return OTHER_EVENT_NAMES.get(name, name)


def _carries_pick_up(event: JsonObject) -> bool:
    names = [name_of(attribute) or "" for attribute in attributes_of(event)]
    return any(KEBAB_ATTRIBUTES.get(name, name) in PICK_UP_ATTRIBUTES for name in names)


def _named(event: JsonObject, today: str | None, path: str, notes: Notes) -> JsonObject:
    name = _text(event.get("name"))
    if today is None:
        notes.left.append(Left(f"{path}.name", name, _NOT_UPGRADED[name]))
        return event
    if today == name:
        return event
    notes.changes.append(Change(f"{path}.name", name, today, spelling=name in OTHER_EVENT_NAMES))
    return event | {"name": today}


def _labelled(event: JsonObject, path: str, notes: Notes) -> JsonObject:
    label = _text(event.get("label"))
    today = OTHER_LABELS.get(label) or OLD_LABELS.get(label)
    if event.get("name") != ACTOR or today is None:
        return event
    notes.changes.append(Change(f"{path}.label", label, today, spelling=label in OTHER_LABELS))
    return event | {"label": today}


def _told_by_name(event: JsonObject, moves: Sequence[Mark], notes: Notes) -> Sequence[Mark]:
    """The marks that say no more than the event's name does."""
    if moves and agreed(moves) == event.get("name"):
        notes.changes += [Change(mark.path, MOVE_TYPE, "the event's own name") for mark in moves]
        return moves
    notes.left += [Left(mark.path, MOVE_TYPE, _OTHER_MOVE) for mark in moves]
    return ()


def _told_by_label(event: JsonObject, roles: Sequence[Mark], notes: Notes) -> Sequence[Mark]:
    """The marks that say no more than the ACTOR's label does, or shall."""
    role = agreed(roles)
    if event.get("name") == ACTOR and role is not None and event.get("label") in (None, role):
        notes.changes += [Change(mark.path, ACTOR_TYPE, f"the label {role}") for mark in roles]
        return roles
    notes.left += [Left(mark.path, ACTOR_TYPE, _OTHER_ROLE) for mark in roles]
    return ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
