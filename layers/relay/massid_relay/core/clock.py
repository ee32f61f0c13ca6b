"""Time is a port: tests and the local stack move it."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from, and how a worker waits for its slot."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; at most a pacing horizon (2 s) in a worker."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)


def iso(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS.sssZ`, the form that Carrot's data formats page asks for
    (docs.carrot.eco, integrations/reference/data-formats)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
