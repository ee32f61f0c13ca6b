"""Filter patterns of event source mappings: docs.aws.amazon.com/lambda, "Control which events Lambda sends to your function".

The few comparisons that templates here use; any other is an error when the template is read, never a silent difference.
"""

import json
from collections.abc import Mapping
from typing import Any

from massid_local.stack.template import TemplateError

_KNOWN = {"prefix", "exists"}


def patterns_of(logical_id: str, criteria: Mapping[str, Any]) -> tuple[Any, ...]:
    """The patterns in FilterCriteria. Raises TemplateError for a comparison that is not known here."""
    patterns = tuple(json.loads(entry["Pattern"]) for entry in criteria.get("Filters", []))
    for pattern in patterns:
        _check(logical_id, pattern)
    return patterns


def matches(patterns: tuple[Any, ...], event: Mapping[str, Any]) -> bool:
    """Whether any of the patterns lets the event through; without patterns all go through."""
    return not patterns or any(_holds(pattern, event) for pattern in patterns)


def _check(logical_id: str, pattern: Any) -> None:
    if isinstance(pattern, dict):
        for inner in pattern.values():
            _check(logical_id, inner)
        return
    for rule in pattern if isinstance(pattern, list) else [{"?": pattern}]:
        if isinstance(rule, dict) and not set(rule) <= _KNOWN:
            raise TemplateError(f"{logical_id}: the local stack doesn't know the filter rule {', '.join(rule)}")


def _holds(pattern: Mapping[str, Any], event: Any) -> bool:
    """All named fields must hold; of each field's rules one."""
    for name, rules in pattern.items():
        value = event.get(name) if isinstance(event, Mapping) else None
        holds = _holds(rules, value) if isinstance(rules, dict) else any(_is(rule, value) for rule in rules)
        if not holds:
            return False
    return True


def _is(rule: Any, value: Any) -> bool:
    if not isinstance(rule, dict):
        return bool(value == rule)
    if "exists" in rule:
        return (value is not None) is rule["exists"]
    return isinstance(value, str) and value.startswith(rule["prefix"])
