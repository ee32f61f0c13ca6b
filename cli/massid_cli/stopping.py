"""Ctrl-C and SIGTERM for commands that hold something up: they leave by an exception, and what they hold comes down clean."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """The signal. Not an Exception, so that nothing on the way out takes it for a failure."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number
        """What a shell expects of a command that a signal ended."""


@contextmanager
def stop_on_signal() -> Iterator[None]:
    """A signal leaves the block by Stopped, wherever it is; while the block cleans up, further ones are ignored."""

    def stop(number: int, _frame: FrameType | None) -> None:
        for other in _SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        raise Stopped(number)

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
