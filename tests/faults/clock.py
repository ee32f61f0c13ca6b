"""One clock for every process of a run. It stands still unless the world moves it, so a run is the same each time."""

import mmap
import struct
from datetime import UTC, datetime, timedelta

_FORM = struct.Struct("q")
START = datetime(2026, 11, 20, 9, tzinfo=UTC)


class SharedTime:
    """Microseconds since START in memory that forked processes share. A Clock for whoever never waits."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _FORM.size)

    def now(self) -> datetime:
        """The time of the run."""
        (passed,) = _FORM.unpack_from(self._memory)
        return START + timedelta(microseconds=passed)

    def move_to(self, moment: datetime) -> None:
        """Forward only."""
        if moment > self.now():
            _FORM.pack_into(self._memory, 0, (moment - START) // timedelta(microseconds=1))

    def advance(self, seconds: float) -> None:
        """Forward by so many seconds."""
        self.move_to(self.now() + timedelta(seconds=seconds))

    def sleep(self, seconds: float) -> None:
        """Only workers wait, and they do it through the world (worker.py)."""
        raise NotImplementedError
