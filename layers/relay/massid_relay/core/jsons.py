"""JSON in which numbers stay decimals, from message to wire (a weight or an amount is never a binary float)."""

import hashlib
from decimal import Decimal
from typing import Any

import simplejson

JsonObject = dict[str, Any]
"""A decoded JSON object: str, bool, None, int, Decimal, list and dict only."""

LARGEST_EXPONENT = 308
"""Of ten; what a double holds."""


class DoubledName(ValueError):
    """An object holds a name twice, and nothing says which one counts."""


def loads(text: str | bytes, *, once: bool = False) -> Any:
    """Decode; fractions become Decimal. Raises ValueError on anything that is not JSON (NaN and Infinity included),
    on nesting beyond the stack, numbers beyond a double's range and half surrogate pairs, which nobody could pass on.
    `once`: raises DoubledName, where else the last of two values would count without a word."""
    text = text.decode() if isinstance(text, bytes) else text
    try:
        value = simplejson.loads(
            text, parse_float=_fraction, allow_nan=False, object_pairs_hook=_each_once if once else None
        )
    except RecursionError:
        raise ValueError("nested too deep") from None
    if "\\u" in text or not text.isascii():
        _demand_whole_characters(value)
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise DoubledName
    return found


def _demand_whole_characters(value: Any) -> None:
    """Half a surrogate pair can be escaped in JSON and written nowhere: not hashed, not stored, not sent."""
    try:
        dumps(value).encode()
    except UnicodeEncodeError:
        raise ValueError("half a surrogate pair") from None


def _fraction(text: str) -> Decimal:
    """`1e999999999` is legal JSON and would fill the memory once written out."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise ValueError("a number out of range") from None
    if number and abs(number.adjusted()) > LARGEST_EXPONENT:
        raise ValueError("a number out of range")
    return number


def dumps(value: Any) -> str:
    """Encode compactly; a Decimal is written as the number it is. Raises ValueError on NaN, TypeError on foreign types.

    U+FFFE and U+FFFF are escaped: no queue takes them as they are (docs.aws.amazon.com, AWSSimpleQueueService, SendMessage).
    """
    text: str = simplejson.dumps(value, use_decimal=True, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return text if text.isascii() else text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


def canonical(value: Any) -> str:
    """One text for one content: keys sorted, 150.50 and 150.5 and 1.505E2 the same."""
    return simplejson.dumps(
        _plain_numbers(value),
        use_decimal=True,
        allow_nan=False,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def content_hash(value: Any) -> str:
    """SHA-256 of the canonical text, hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _plain_numbers(value: Any) -> Any:
    if isinstance(value, str):  # asked first: most values are texts
        return value
    if isinstance(value, dict):
        return {key: _plain_numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_numbers(item) for item in value]
    if isinstance(value, Decimal):
        text = format(value, "f") if value else "0"
        return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)
    return value
