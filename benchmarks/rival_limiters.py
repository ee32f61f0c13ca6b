"""What others do in place of a shared timeline, behind the same port: the baselines of `utilisation`."""

import threading
import time


class Unlimited:
    """No limiter: the provider's 429 tells when it was too much."""

    def enter(self, call: str, timeout: float) -> None:
        """At once."""

    def throttled(self, retry_after: float | None) -> None:
        """The caller backs off."""

    def answered(self) -> None:
        """Nothing to learn."""

    def failed(self) -> None:
        """Nothing to learn."""


class ProcessLimiter(Unlimited):
    """A limiter inside one process: calls a spacing apart, at the process's share of the limit."""

    def __init__(self, rate: float) -> None:
        self._spacing = 1 / rate
        self._next = 0.0
        self._lock = threading.Lock()

    def enter(self, call: str, timeout: float) -> None:
        """Wait for this process's next place."""
        with self._lock:
            now = time.monotonic()
            place = max(now, self._next)
            self._next = place + self._spacing
        time.sleep(max(0.0, place - now))
