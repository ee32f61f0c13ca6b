"""Every logical event type of the network in one timeline, with what is known of each payload
(docs.carrot.eco, api/events, integrations/guides/permissions; what no page shows is the stored form)."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from massid_relay.core.clock import iso
from massid_relay.core.jsons import JsonObject

SUFFIX: Final = "-types"
"""Of the external id: a document of its own beside the sample's."""


def all_event_types(external_id: str, integrator: JsonObject, since: datetime) -> JsonObject:
    """A message of the events queue. `integrator`: the sample's ACTOR of that label. The document is related to the sample
    by its external id, before CLOSE and after it."""
    document = f"{external_id}{SUFFIX}"
    party = {name: integrator[name] for name in ("participant", "address")}
    other = str(uuid5(NAMESPACE_URL, "another participant"))
    related = {"relatedDocument": {"documentExternalId": external_id, "bidirectional": True}}
    timeline: list[tuple[str, JsonObject]] = [
        ("actor", {"name": "ACTOR", "label": "Integrator"}),
        ("grant", {"name": "ACTOR", "label": "Auditor", "permissions": {other: [_allow_related()]}}),
        (
            "deny",
            {"name": "ACTOR", "label": "Auditor", "permissions": {other: [{"effect": "DENY", "actions": ["WRITE"]}]}},
        ),
        ("remove", {"name": "ACTOR", "label": "Auditor", "permissions": {other: []}}),
        ("weighing", {"name": "Weighing", "value": Decimal("150.5")}),
        ("custom", {"name": "Fuel Receipt", "metadata": {"attributes": [_attribute("Document Number", "4126")]}}),
        ("update", {"name": "UPDATE", "updates": {"isPubliclySearchable": False}}),
        ("split", {"name": "SPLIT", "target": {"documentId": other}}),
        ("output", {"name": "OUTPUT", "propagateEvent": False}),
        ("related", {"name": "RELATED"} | related),
        ("close", {"name": "CLOSE"}),
        ("related-after-close", {"name": "RELATED"} | related),
    ]
    return {
        "version": 1,
        "documentExternalId": document,
        "events": [
            {
                "externalId": f"{document}.{name}",
                "externalCreatedAt": iso(since + timedelta(minutes=number)),
                "isPublic": True,
                **party,
                **event,
            }
            for number, (name, event) in enumerate(timeline)
        ],
    }


def cancellation(external_id: str, at: datetime) -> JsonObject:
    """CANCEL alone: no page shows its body."""
    cancel = {"externalId": f"{external_id}.cancel", "name": "CANCEL", "externalCreatedAt": iso(at), "isPublic": True}
    return {"version": 1, "documentExternalId": external_id, "events": [cancel]}


def _allow_related() -> JsonObject:
    return {"effect": "ALLOW", "actions": ["WRITE", "READ"], "condition": {"$in": {"eventNames": ["RELATED"]}}}


def _attribute(name: str, value: str) -> JsonObject:
    return {"name": name, "value": value, "isPublic": True}
