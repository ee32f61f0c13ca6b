"""What CLOSE and CANCEL may lack is taken from the timeline: the last event's time, the Integrator's ACTOR. Never the clock.

CLOSE is only shown without participant and address, or with a participant alone (docs.carrot.eco, api/events and
integrations/guides/submitting-a-mass-id), while the event specification demands both.
"""

from datetime import datetime

from massid_relay.core.clock import iso
from massid_relay.core.jsons import JsonObject

INTEGRATOR = "Integrator"


def completed(payload: JsonObject, at: datetime, integrator: JsonObject | None) -> JsonObject:
    """The payload with what it lacks. `integrator`: the payload of the Integrator's ACTOR event, if there is one."""
    result = {"externalCreatedAt": iso(at), **payload}
    for kind in ("participant", "address"):
        if kind in result or f"{kind}Id" in result or integrator is None:
            continue
        result |= {name: integrator[name] for name in (kind, f"{kind}Id") if name in integrator}
    return result
