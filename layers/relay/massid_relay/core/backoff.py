"""After how many seconds a message comes back: exponential with full jitter, made by SQS and never by a sleeping worker.

1 s doubling to 30 s: docs.carrot.eco, integrations/guides/error-handling. Full jitter: every delay between nothing and the
ceiling is as likely as any other, which spreads a crowd best (aws.amazon.com/blogs/architecture,
exponential-backoff-and-jitter).
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

LONGEST_VISIBILITY = 12 * 3600 - 15 * 60
"""SQS ends a visibility 12 hours after the *receive* (docs.aws.amazon.com, ChangeMessageVisibility) and refuses more. An
invocation lasts 15 minutes at most, so that much of the 12 hours may be gone."""


RECEIVES_WELCOME = 30
"""Receives that need no excuse. From there on a message comes less and less often, whatever it waits for."""
SELDOM = 20 * 60
"""Seconds between the looks of a message that has come very often. SQS counts every receive, and gives a message up after
1,000, though waiting is no failure: 30 as they come, 100 while the pause grows to this, and 870 times 20 minutes are 12 days,
longer than a queue keeps a message."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays in whole seconds, as ChangeMessageVisibility takes them: 1 or more, for 0 would be a busy loop.

    `base` and `cap` in seconds; `jitter` gives numbers from 0 to below 1. `longest`: seconds after which a message looks
    again however long the pause is. Nobody can call a hidden message back, so after `resume` that is how long the last one
    stays away. `receives`: how often the message was received; one that came very often waits up to 20 minutes.
    """

    base: Decimal = Decimal(1)
    cap: Decimal = Decimal(30)
    longest: int = 15 * 60
    jitter: Callable[[], float] = random.random

    def after_failures(self, failures: int, *, paused_for: float = 0, receives: int = 0) -> int:
        """After the given number of failed attempts (1 is the first). `paused_for`: seconds until the fleet goes on."""
        doublings = min(max(failures, 1) - 1, 32)
        ceiling = min(float(self.cap), float(self.base) * 2**doublings)
        return self._whole(max(0.0, paused_for) + ceiling * self.jitter(), receives)

    def after_not_now(self, retry_after: float | None, *, paused_for: float = 0, receives: int = 0) -> int:
        """When nothing failed: not before `retry_after` seconds, which covers a pause that NoSlot tells of.

        A long wait is one that many share, so they are spread over up to `cap` seconds behind it.
        """
        wait = max(0.0, retry_after or 0.0, paused_for)
        spread = min(float(self.cap), max(float(self.base), wait / 4))
        return self._whole(wait + spread * self.jitter(), receives)

    def _whole(self, seconds: float, receives: int) -> int:
        longest = min(self.longest, LONGEST_VISIBILITY)
        return max(1, math.ceil(min(seconds, longest)), self._seldom(receives))

    def _seldom(self, receives: int) -> int:
        """1 s after 30 receives, doubling with every ten more up to 20 minutes, a quarter of it by chance."""
        if receives < RECEIVES_WELCOME:
            return 0
        doublings = min((receives - RECEIVES_WELCOME) / 10, 32)
        return math.ceil(min(SELDOM, float(self.base) * 2**doublings) * (1 + self.jitter() / 4))
