"""Moments and dates as the auditor reads them.

Sources: methodology-rules libs/shared/types/src/common.types.ts (the loader's datetime),
libs/shared/methodologies/bold/helpers/src/approved-exception.helpers.ts (dates inside accreditations).
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

_DATETIME = re.compile(
    r"\d{4}-\d{2}-\d{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)
_HOUR = timedelta(hours=1)


def loader_datetime(value: Any) -> datetime | None:
    """The moment, in UTC, or None if the auditor's loader refuses the text.

    Accepted: ISO 8601 with `T` and `Z` or `+hh:mm`; seconds and fractions optional. Refused: a space for the `T`, a bare date,
    a local time, `-0300`. Fractions are cut at milliseconds, as JavaScript does.
    """
    if not isinstance(value, str) or not _DATETIME.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000) if moment.microsecond else moment


def lenient_datetime(value: Any) -> datetime | None:
    """A datetime, or a plain date as its first moment in UTC; None if it is neither."""
    moment = loader_datetime(value)
    if moment or not isinstance(value, str):
        return moment
    try:
        day = datetime.fromisoformat(value)
    except ValueError:
        return None
    return day.replace(tzinfo=UTC) if day.tzinfo is None else day.astimezone(UTC)


def whole_hours(start: datetime, end: datetime) -> int:
    """Hours from `start` to `end`, truncated toward zero."""
    hours = abs(end - start) // _HOUR
    return hours if end >= start else -hours


def years_later(day: date, years: int) -> date:
    """The same day `years` on; 29 February becomes the 28th where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
