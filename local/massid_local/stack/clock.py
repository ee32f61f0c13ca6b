"""One clock for everything in the stack. It runs with the machine's clock, shifted by an offset that tests move.

The offset lies in a small file that every process of the stack maps into memory, so reading the time costs nothing.
Step Functions' own timeouts stay on the machine's clock.
"""

import mmap
import struct
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

_OFFSET = struct.Struct("<d")


class SharedOffset:
    """The offset in seconds, in a file of eight bytes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b")
        self._memory = mmap.mmap(self._file.fileno(), _OFFSET.size)

    @staticmethod
    def create(path: Path) -> None:
        """Make the file, with no offset. A new file: one that is mapped somewhere must not shrink."""
        path.unlink(missing_ok=True)
        path.write_bytes(_OFFSET.pack(0.0))

    @property
    def seconds(self) -> float:
        """How far the stack's clock is ahead of the machine's."""
        offset: float = _OFFSET.unpack_from(self._memory)[0]
        return offset

    @seconds.setter
    def seconds(self, value: float) -> None:
        _OFFSET.pack_into(self._memory, 0, value)

    def close(self) -> None:
        """Let go of the file."""
        self._memory.close()
        self._file.close()


class StackClock:
    """A `massid_relay.core.clock.Clock` that can be moved forward."""

    def __init__(self, offset: SharedOffset) -> None:
        self._offset = offset
        self._moved = threading.Condition()
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The stack's time, aware, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self._offset.seconds)

    def sleep(self, seconds: float) -> None:
        """Wait until the stack's clock is `seconds` further, by itself or because somebody moved it."""
        self.wait_until(self.now() + timedelta(seconds=seconds), threading.Event())

    def wait_until(self, moment: datetime, stopped: threading.Event) -> bool:
        """Wait for `moment` of the stack's clock. False if `stopped` came first (then `wake` must be called)."""
        with self._moved:
            while not stopped.is_set():
                remaining = (moment - self.now()).total_seconds()
                if remaining <= 0:
                    return True
                self._moved.wait(min(remaining, threading.TIMEOUT_MAX))
        return False

    def advance(self, seconds: float) -> None:
        """Move the clock forward for the whole stack. Messages whose visibility ends by it come again at once."""
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        with self._moved:
            self._offset.seconds += seconds
        self.wake()
        for listener in self._listeners:
            listener()

    def wake(self) -> None:
        """Let every waiter look at the time again."""
        with self._moved:
            self._moved.notify_all()

    def on_move(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each move."""
        self._listeners.append(listener)
