"""Licence plates as the auditor accepts them. Source: methodology-rules libs/shared/types/src/utilities.types.ts."""

import re
from typing import Any

from massid_relay.preflight.jsvalues import JS_SPACE

PLATE_ADVICE = "Accepted are ABC1D23, ABC1234 and AB1234; spaces and hyphens don't matter, dots and other signs do."

_IGNORED = str.maketrans("", "", JS_SPACE + "-")
_PLATE = re.compile(r"[A-Z]{3}[0-9][A-Z][0-9]{2}|[A-Z]{3}[0-9]{4}|[A-Z]{2}[0-9]{4}")


def normalised_plate(plate: str) -> str:
    """Upper case, without spaces and hyphens."""
    return plate.translate(_IGNORED).upper()


def is_valid_plate(value: Any) -> bool:
    """A text that is a plate once normalised."""
    return isinstance(value, str) and _PLATE.fullmatch(normalised_plate(value)) is not None
