"""What scenarios say: external ids filled in, and facts in words, for people."""

from collections.abc import Mapping
from typing import Any


def filled_in(told: Any, names: Mapping[str, object]) -> Any:
    """What a scenario says, with external ids in place of `{name}`."""
    if isinstance(told, str):
        return told.format_map(names) if "{" in told else told
    if isinstance(told, Mapping):
        return {filled_in(name, names): filled_in(value, names) for name, value in told.items()}
    return [filled_in(one, names) for one in told] if isinstance(told, list | tuple) else told


def in_words(facts: Mapping[str, Any]) -> str:
    """`status is CLOSED, run is run 1 ended`."""
    return ", ".join(f"{name} is {_value(value)}" for name, value in facts.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_value, value)) or "none"
    return str(value) or "nothing"
