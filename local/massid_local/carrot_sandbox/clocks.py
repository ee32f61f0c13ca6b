"""The sandbox's time when nobody gives it a clock: the machine's, moved forward on request."""

from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from massid_relay.core.clock import Clock, SystemClock


@runtime_checkable
class MovableClock(Protocol):
    """A clock that tests can move; the local stack's clock is one."""

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`."""
        ...


class OffsetClock:
    """Another clock plus an offset. Reading it costs next to nothing; `sleep` waits on the other clock."""

    def __init__(self, base: Clock | None = None) -> None:
        self._base = base or SystemClock()
        self._offset = timedelta()

    def now(self) -> datetime:
        return self._base.now() + self._offset

    def sleep(self, seconds: float) -> None:
        self._base.sleep(seconds)

    def advance(self, seconds: float) -> None:
        """Move forward. Raises ValueError on a negative number: tokens and memories would live again."""
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        self._offset += timedelta(seconds=seconds)
