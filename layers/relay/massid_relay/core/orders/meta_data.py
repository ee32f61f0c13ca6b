"""Our key inside an order's `metaData`, beside the integrator's own text.

`metaData` is "up to 500 characters" (api-docs.carbonext.com.br, b2b-api-concepts/orders). Which unit is not said: the API's
timestamps are those of .NET, whose strings count UTF-16 code units, so we count those.
"""

import re
import uuid

LONGEST = 500
PREFIX = "massid-relay:"
_KEY = re.compile(re.escape(PREFIX) + r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
_KEY_LENGTH = len(PREFIX) + 36

TEXT_BUDGET = LONGEST - _KEY_LENGTH - 1
"""Characters left for the integrator's text: 500 less the key and a space."""


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def with_key(key: str, text: str | None) -> str:
    """The key first, then the text. Raises ValueError if the text is too long or looks like a key itself: nothing is cut."""
    if text is not None and (units(text) > TEXT_BUDGET or PREFIX in text.lower()):
        raise ValueError("the text leaves no room for the key")
    mark = f"{PREFIX}{uuid.UUID(key)}"
    return f"{mark} {text}" if text else mark


def keys_in(meta_data: str | None) -> frozenset[str]:
    """The keys that an order shows: ours, those of another relay, none."""
    return frozenset(found.lower() for found in _KEY.findall(meta_data or ""))
