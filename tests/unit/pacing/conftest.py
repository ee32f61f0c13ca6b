"""A fleet in simulated time: real slot sources on a shared item in memory, and a provider with a limit. Nothing waits."""

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol

import pytest
from massid_relay.core.errors import NoSlot
from massid_relay.core.pacing import SECOND, CallKind, Claim, Pacing, Slot, Timeline, moment
from massid_relay.core.slots import SlotSource

START = 1_750_000_000 * SECOND


class SimulatedClock:
    """Its time is moved by the test. `skew` is added to what it says: a machine with a wrong clock."""

    def __init__(self, instant: int = START, skew: int = 0) -> None:
        self.instant = instant
        self.skew = skew

    def now(self) -> datetime:
        return moment(self.instant + self.skew)

    def sleep(self, seconds: float) -> None:
        self.instant += max(1, round(seconds * SECOND))


class MemoryItem:
    """A TimelineStore as DynamoDB would keep it; counts requests."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.reads = self.writes = 0

    def load(self) -> Timeline:
        self.reads += 1
        return self.timeline

    def reserve(self, claim: Claim) -> tuple[bool, Timeline]:
        return self._write(claim.holds(self.timeline), lambda: claim.applied(self.timeline))

    def change(self, before: Timeline, after: Timeline) -> tuple[bool, Timeline]:
        present = self.timeline
        moved = after.next_free != before.next_free
        holds = present.control == before.control and (not moved or present.next_free == before.next_free)
        kept = after if moved else present
        return self._write(holds, lambda: replace(after, next_free=kept.next_free, writes=kept.writes))

    def give_back(self, writes: int, end: int, start: int) -> tuple[bool, Timeline]:
        present = self.timeline
        holds = present.writes == writes and present.next_free == end
        return self._write(holds, lambda: replace(present, next_free=start, writes=writes + 1))

    def _write(self, holds: bool, after: Callable[[], Timeline]) -> tuple[bool, Timeline]:
        self.writes += 1
        if holds:
            self.timeline = after()
        return holds, self.timeline


class Limiter(Protocol):
    """Whether the provider accepts a request that arrives now."""

    def __call__(self, now: int) -> bool: ...


@dataclass
class SlidingSecond:
    """Counts the accepted requests of the last second, strictly."""

    limit: int = 10
    accepted: deque[int] = field(default_factory=deque)

    def __call__(self, now: int) -> bool:
        while self.accepted and self.accepted[0] <= now - SECOND:
            self.accepted.popleft()
        if len(self.accepted) >= self.limit:
            return False
        self.accepted.append(now)
        return True


@dataclass
class TokenBucket:
    """`limit` tokens a second, as many in the bucket at most."""

    limit: int = 10
    tokens: float = 10
    at: int = START

    def __call__(self, now: int) -> bool:
        self.tokens = min(self.limit, self.tokens + (now - self.at) * self.limit / SECOND)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Fleet:
    """Workers with a backlog that is never empty. `calls` holds (time, worker, accepted)."""

    def __init__(self, limiter: Limiter, pacing: Pacing, seed: int = 1) -> None:
        self.item = MemoryItem()
        self.pacing = pacing
        self.now = START
        self.calls: list[tuple[int, int, bool]] = []
        self.slots: list[Slot] = []
        self.sources: list[SlotSource] = []
        self._limiter = limiter
        self._random = random.Random(seed)
        self._clocks: list[SimulatedClock] = []
        self._agenda: list[tuple[int, int, Iterator[int]]] = []
        self._order = itertools.count()

    def add(
        self,
        lanes: int,
        *,
        latency: float = 0.3,
        lateness: float = 0.002,
        network: float = 0.01,
        skew: float = 0,
        kind: CallKind = CallKind.WRITE,
    ) -> SlotSource:
        """A worker that overlaps `lanes` calls. Seconds; `lateness` and `network` are the most that jitter adds."""
        clock = SimulatedClock(self.now, round(skew * SECOND))
        source = SlotSource(self.item, self.pacing, clock, lanes, self._random.random)
        source.expect(1_000_000)
        self._clocks.append(clock)
        self.sources.append(source)
        for _ in range(lanes):
            lane = self._lane(source, clock, kind, (latency, lateness, network))
            self._push(self.now + self._jitter(latency), lane)
        return source

    def run(self, seconds: float, *, until: Callable[[], bool] = lambda: False) -> None:
        """Let that much time pass."""
        end = self.now + round(seconds * SECOND)
        while self._agenda and self._agenda[0][0] <= end and not until():
            self.now, _, lane = heapq.heappop(self._agenda)
            for clock in self._clocks:
                clock.instant = self.now
            wait = next(lane, None)
            if wait is not None:
                self._push(self.now + wait, lane)
        self.now = max(self.now, end)

    def crash(self, source: SlotSource) -> None:
        """The worker is gone, with its stock."""
        self.sources[self.sources.index(source)] = None  # type: ignore[call-overload]

    def accepted(self, after: float = 0) -> int:
        """Calls that the provider accepted, from that many seconds after the start."""
        return sum(ok for at, _, ok in self.calls if at >= START + after * SECOND)

    def refused(self, after: float = 0) -> int:
        """429s."""
        return sum(not ok for at, _, ok in self.calls if at >= START + after * SECOND)

    def _lane(
        self, source: SlotSource, clock: SimulatedClock, kind: CallKind, seconds: tuple[float, float, float]
    ) -> Iterator[int]:
        latency, lateness, network = seconds
        worker = self.sources.index(source)
        while self.sources[worker] is source:
            try:
                slot = source.take(kind)
            except NoSlot as error:
                yield round(min(error.retry_after or 0, 10) * SECOND)
                continue
            self.slots.append(slot)
            yield max(0, slot.at - source.now()) + self._jitter(lateness)
            if not source.usable(slot):
                continue
            yield self._jitter(network)
            accepted = self._limiter(self.now)
            self.calls.append((self.now, worker, accepted))
            yield round(latency * SECOND)
            if not accepted:
                source.throttled()

    def _jitter(self, seconds: float) -> int:
        return round(self._random.random() * seconds * SECOND)

    def _push(self, at: int, lane: Iterator[int]) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), lane))


@pytest.fixture(scope="session")
def ten_per_second() -> Pacing:
    """Production's limit with the default parameters."""
    return Pacing(rate=Decimal(10))


@pytest.fixture(scope="session")
def new_fleet() -> type[Fleet]:
    return Fleet


@pytest.fixture(scope="session")
def sliding_second() -> type[SlidingSecond]:
    return SlidingSecond


@pytest.fixture(scope="session")
def token_bucket() -> type[TokenBucket]:
    return TokenBucket


@pytest.fixture(scope="session")
def new_item() -> type[MemoryItem]:
    return MemoryItem


@pytest.fixture(scope="session")
def new_clock() -> type[SimulatedClock]:
    return SimulatedClock
