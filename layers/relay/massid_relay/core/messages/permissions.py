"""Who may do what on a document: the `permissions` of an ACTOR.

docs.carrot.eco, integrations/guides/permissions: a map from participant id to policies; an empty list takes the participant's
access away. The page calls it an array elsewhere, and the platform stores arrays of objects (methodology-rules,
document-event.types.ts), so both forms pass.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema

from massid_relay.core.messages.base import JsonValue, problem

EFFECTS = ("ALLOW", "DENY")
_POLICY = {
    "type": "object",
    "properties": {
        "effect": {"enum": list(EFFECTS)},
        "actions": {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
        "condition": {"type": "object"},
    },
    "required": ["effect", "actions"],
    "additionalProperties": False,
}
_SCHEMA = {
    "anyOf": [
        {"type": "object", "additionalProperties": {"type": "array", "items": _POLICY}},
        {"type": "array", "items": {"type": "object"}},
    ],
    "description": "A map from participant id to policies; an empty list takes that participant's access away.",
}


def _object(value: Any) -> Any:
    if value is not None and not isinstance(value, dict):
        raise problem("must be an object")
    return value


def _permissions(value: Any) -> Any:
    if isinstance(value, dict):
        if not all(isinstance(policies, list) and all(map(_is_policy, policies)) for policies in value.values()):
            raise problem(
                "must map each participant id to a list of policies, each with effect, actions and maybe condition"
            )
    elif value is not None and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
        raise problem("must be a map from participant id to policies")
    return value


def _is_policy(policy: Any) -> bool:
    if not isinstance(policy, dict) or policy.keys() - {"effect", "actions", "condition"}:
        return False
    actions = policy.get("actions")
    named = isinstance(actions, list) and bool(actions) and all(isinstance(one, str) and one for one in actions)
    return policy.get("effect") in EFFECTS and named and isinstance(policy.get("condition", {}), dict)


JsonObjectValue = Annotated[JsonValue, AfterValidator(_object), WithJsonSchema({"type": "object"})]
"""Any JSON object."""
Permissions = Annotated[JsonValue, AfterValidator(_permissions), WithJsonSchema(_SCHEMA)]
"""The `permissions` of an event."""
