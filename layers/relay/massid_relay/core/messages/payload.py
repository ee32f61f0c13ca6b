"""From a model back to JSON: camelCase, decimals, times as the wire wants them, nothing that was not said.

What comes out is read again as it was, because payloads are stored and read back.
"""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from massid_relay.core.clock import iso
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages.base import Message


def payload_of(model: Message, without: AbstractSet[str] = frozenset()) -> JsonObject:
    """The model as a JSON object. Fields that were not given are left out, and so is null where it says no more than that."""
    result: JsonObject = {}
    for name, field in type(model).model_fields.items():
        value, alias = getattr(model, name), field.alias or name
        if name not in model.model_fields_set or alias in without:
            continue
        if value is not None or name in model.keeps_null:
            result[alias] = _plain(value)
    return result


def _plain(value: Any) -> Any:
    if isinstance(value, str):  # asked first: most values are texts
        return value
    if isinstance(value, Message):
        return payload_of(value)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
