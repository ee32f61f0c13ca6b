"""JSON values as the auditor's JavaScript sees them.

The auditor compares JSON numbers as IEEE doubles and values with `===`. A verdict is exact only if the same arithmetic
is used here, so these functions turn numbers into floats on purpose. They serve comparisons; nothing that is sent passes here.
Source: methodology-rules libs/shared/helpers/src/is.validators.ts, string.helpers.ts, common.helpers.ts.
"""

import math
from decimal import Decimal
from typing import Any, Final, TypeGuard


class _Missing:
    """JavaScript's `undefined`: the key isn't there."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()

JS_SPACE: Final = (
    "\t\n\v\f\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""What `trim()` and `\\s` treat as white space."""

_MAX_SAFE_INTEGER = 2**53 - 1


def is_nil(value: Any) -> bool:
    """`undefined` or `null`."""
    return value is MISSING or value is None


def is_number(value: Any) -> bool:
    """A JSON number that fits a double: strings and booleans are none, and neither is 1e400."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def is_positive(value: Any) -> bool:
    """A JSON number greater than zero."""
    return is_number(value) and float(value) > 0


def is_positive_integer(value: Any) -> bool:
    """A whole JSON number of at least one; 2.0 is whole, "2" is no number."""
    return is_number(value) and 1 <= float(value) <= _MAX_SAFE_INTEGER and float(value).is_integer()


def is_filled(value: Any) -> TypeGuard[str]:
    """A string with something other than white space in it."""
    return isinstance(value, str) and bool(value.strip(JS_SPACE))


def js_text(value: Any) -> str | None:
    """`value?.toString()`: None for undefined and null."""
    if is_nil(value):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(js_text(item) or "" for item in value)
    if isinstance(value, dict):
        return "[object Object]"
    return _number_text(value)


def _number_text(value: int | float | Decimal) -> str:
    try:
        number = float(value)
    except OverflowError:
        return "Infinity"
    if number.is_integer() and abs(number) < 1e21:
        return str(int(number))
    return repr(number)


def js_number(value: Any) -> float:
    """`Number(value)` for what JSON can hold; NaN where JavaScript gives NaN."""
    if value is MISSING or isinstance(value, dict):
        return math.nan
    if value is None:
        return 0.0
    if isinstance(value, str | list):
        return _parsed(js_text(value) or "")
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _parsed(text: str) -> float:
    trimmed = text.strip(JS_SPACE)
    if not trimmed:
        return 0.0
    if "_" in trimmed or trimmed.lower().lstrip("+-") in ("inf", "infinity", "nan"):
        return math.nan
    try:
        return float(trimmed)
    except ValueError:
        return math.nan


def strictly_equal(one: Any, other: Any) -> bool:
    """`===`: same type, same value; two arrays or objects are never the same."""
    if is_nil(one) or is_nil(other):
        return one is other
    if isinstance(one, list | dict) or isinstance(other, list | dict):
        return False
    if isinstance(one, bool | str) or isinstance(other, bool | str):
        return type(one) is type(other) and bool(one == other)
    return js_number(one) == js_number(other)
