"""Who may read and write a document: what the latest ACTOR says of a participant.

docs.carrot.eco, integrations/guides/permissions.
A map gives each participant its policies; a list (the form in which permissions are stored) gives them to the ACTOR's own
participant. An empty list takes access away. What a policy's condition means beyond `{"$in": {"eventNames": [...]}}` is on no
page: such a policy never applies.
"""

from collections.abc import Iterable
from typing import Any

from massid_local.carrot_sandbox.documents import Event

READ, WRITE = "READ", "WRITE"


def may(events: Iterable[Event], participant_id: str, action: str, event_name: str | None = None) -> bool | None:
    """Whether that participant may do it; None if no ACTOR says anything of it. A DENY that applies beats every ALLOW."""
    policies = _latest(events, participant_id)
    if policies is None:
        return None
    applying = {policy.get("effect") for policy in policies if _applies(policy, action, event_name)}
    return "ALLOW" in applying and "DENY" not in applying


def _latest(events: Iterable[Event], participant_id: str) -> list[Any] | None:
    found: list[Any] | None = None
    for event in events:
        permissions = event.fields.get("permissions") if event.name == "ACTOR" else None
        if isinstance(permissions, dict) and isinstance(permissions.get(participant_id), list):
            found = permissions[participant_id]
        elif isinstance(permissions, list) and event.participant["id"] == participant_id:
            found = permissions
    return found


def _applies(policy: Any, action: str, event_name: str | None) -> bool:
    if not isinstance(policy, dict) or action not in (policy.get("actions") or ()):
        return False
    condition = policy.get("condition")
    if condition is None:
        return True
    names = (condition.get("$in") or {}).get("eventNames") if isinstance(condition, dict) else None
    return isinstance(names, list) and event_name in names
