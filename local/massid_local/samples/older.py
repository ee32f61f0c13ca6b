"""Samples in the older form: what a sender of the API's former version would still send."""

from typing import Any, Final

from massid_relay.core.jsons import JsonObject

OLDER_ROLES: Final = {"Waste Generator": "SOURCE"}
PICK_UP: Final = "Pick-up"
MOVED: Final = (PICK_UP, "Weighing", "Drop-off")
ENDS: Final = frozenset({"ACTOR", "CLOSE", "CANCEL", "RELATED"})


def aged(message: JsonObject) -> JsonObject:
    """A submission, a document or an events message of today as it was written before (docs.carrot.eco, integrations,
    "Migrating from a previous integration"). The Pick-up is an OPEN in a submission alone: only there a worker can tell it."""
    older = dict(message)
    if "document" in message:
        older["document"] = message["document"] | {"category": "Mass", "measurementUnit": "KG"}
    if "events" in message:
        opened = "document" in message and [event["name"] for event in message["events"]].count(PICK_UP) == 1
        older["events"] = [_event(event, opened=opened) for event in message["events"]]
    return older


def older_forms(submission: JsonObject) -> list[JsonObject]:
    """One message of each queue in the older form, and last one that nobody can upgrade with certainty: a MOVE of no type."""
    document = {"version": 1, "externalId": submission["externalId"], "document": submission["document"]}
    events = {"version": 1, "documentExternalId": submission["externalId"], "events": submission["events"]}
    untold = next(event for event in submission["events"] if event["name"] in MOVED)
    return [
        aged(submission),
        aged(document),
        aged(events),
        events | {"events": [untold | {"name": "MOVE"}]},
    ]


def _event(event: JsonObject, *, opened: bool) -> JsonObject:
    name = event["name"]
    older = {key: value for key, value in event.items() if key != "label"}
    attributes = [_attribute(one) for one in event.get("metadata", {}).get("attributes", [])]
    if name == "ACTOR":
        label = event["label"]
        attributes.append(_mark("actor-type", OLDER_ROLES.get(label, label.upper())))
    elif name == PICK_UP and opened:
        older["name"] = "OPEN"
    elif name in MOVED:
        older["name"] = "MOVE"
        attributes.append(_mark("move-type", name))
    elif name not in ENDS:
        older["name"] = name.upper().replace(" ", "_")
    return older | ({"metadata": {"attributes": attributes}} if attributes else {})


def _attribute(attribute: JsonObject) -> JsonObject:
    """A name of one word was never told from anybody's own."""
    name: str = attribute["name"]
    return attribute | {"name": name.lower().replace(" ", "-") if " " in name else name}


def _mark(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "value": value, "isPublic": False}
