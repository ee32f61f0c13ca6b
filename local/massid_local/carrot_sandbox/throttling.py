"""The platform's requests-per-second limit, per integrator (docs.carrot.eco, integrations/reference/rate-limits).

The page says 5 in test and 10 in production, and nothing of the limiter's kind or burst: both kinds are here.
"""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

from massid_local.carrot_sandbox.settings import SandboxSettings

WINDOW_SECONDS = 1.0
EPSILON = 1e-6
"""Epoch seconds as a float are good to a fraction of a microsecond: what is that close counts as reached."""


@dataclass(slots=True)
class _Integrator:
    """`tokens` and `filled_at` are the bucket's, `accepted` the times of the last second. Both are kept up to date, so that
    the kind of limiter can be switched while running."""

    tokens: float = math.inf
    filled_at: float = 0.0
    accepted: deque[float] = field(default_factory=deque)


class Limiter:
    """Decides for each counted request whether it goes through. Times are epoch seconds of the sandbox's clock."""

    def __init__(self) -> None:
        self._integrators: dict[str, _Integrator] = defaultdict(_Integrator)

    def allows(self, client_id: str, settings: SandboxSettings, now: float) -> bool:
        """Take a place for one request, or say no. A refused request takes none."""
        rate = settings.requests_per_second
        if rate is None:
            return True
        integrator = self._integrators[client_id]
        capacity = float(settings.burst or max(1, math.ceil(rate)))
        _refill(integrator, float(rate), capacity, now)
        _forget(integrator, now)
        in_bucket, in_second = integrator.tokens >= 1 - EPSILON, len(integrator.accepted) < rate
        allowed = in_bucket if settings.limiter == "token-bucket" else in_second
        if allowed:
            integrator.tokens = max(0.0, integrator.tokens - 1)
            integrator.accepted.append(now)
        return allowed

    def clear(self) -> None:
        """Every integrator starts anew."""
        self._integrators.clear()


def _refill(integrator: _Integrator, rate: float, capacity: float, now: float) -> None:
    elapsed = max(0.0, now - integrator.filled_at)
    integrator.tokens = min(capacity, integrator.tokens + elapsed * rate)
    integrator.filled_at = now


def _forget(integrator: _Integrator, now: float) -> None:
    """Drop what is no longer inside the second that ends now."""
    while integrator.accepted and integrator.accepted[0] <= now - WINDOW_SECONDS + EPSILON:
        integrator.accepted.popleft()


def most_in_a_second(times: list[float]) -> int:
    """The most requests that any sliding second held."""
    most = 0
    window: deque[float] = deque()
    for moment in sorted(times):
        window.append(moment)
        while window[0] <= moment - WINDOW_SECONDS + EPSILON:
            window.popleft()
        most = max(most, len(window))
    return most
