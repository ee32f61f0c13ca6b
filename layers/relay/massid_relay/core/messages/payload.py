"""From a model back to JSON: camelCase, decimals, times as the wire wants them, nothing that was not said."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from massid_relay.core.clock import iso
from massid_relay.core.jsons import JsonObject


def payload_of(model: BaseModel, without: AbstractSet[str] = frozenset()) -> JsonObject:
    """The model as a JSON object; fields that were not given are left out."""
    dumped = model.model_dump(by_alias=True, exclude_unset=True)
    return {name: _plain(value) for name, value in dumped.items() if name not in without and value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
