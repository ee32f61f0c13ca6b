"""One container's side of pacing: its stock of reserved slots, and the permit that is asked before every call.

Decides and waits, but knows no cloud: the shared item is behind `TimelineStore`.
"""

import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from massid_relay.core import pacing as timelines
from massid_relay.core.clock import Clock
from massid_relay.core.errors import NoSlot, OutOfTime
from massid_relay.core.pacing import SECOND, CallKind, Claim, Denied, Pacing, Slot, Timeline, micros

ATTEMPTS = 10
"""Conditional writes in a row that may fail; each failure tells the present state."""


class TimelineStore(Protocol):
    """The shared item. Every method is one request; each write is conditional and tells what it found."""

    def load(self) -> Timeline:
        """The item as it stands, perhaps a second old."""
        ...

    def reserve(self, claim: Claim) -> tuple[bool, Timeline]:
        """Apply the claim if it holds: True and the timeline after it, or False and the timeline that was found."""
        ...

    def change(self, before: Timeline, after: Timeline) -> tuple[bool, Timeline]:
        """Write everything but the reservations, if `control` is still that of `before`, and count `control` up."""
        ...

    def give_back(self, writes: int, end: int, start: int) -> tuple[bool, Timeline]:
        """Set the next free slot from `end` back to `start`, if nobody wrote since the reservation number `writes`."""
        ...


class SlotSource:
    """Slots for the calls of one container. Threads may share it: calls of one batch may overlap.

    A slot is used at its time or up to one spacing late, never early. Slots of one reservation are neighbours, so a worker
    can use only as many of them as it overlaps calls (`lanes`). One that makes its calls one after the other keeps 1, and
    pays one write per call.
    """

    def __init__(
        self,
        store: TimelineStore,
        pacing: Pacing,
        clock: Clock,
        lanes: int = 1,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.pacing = pacing
        self.lanes = lanes
        self._store = store
        self._clock = clock
        self._jitter = jitter
        self._lock = threading.RLock()
        self._known = Timeline()
        self._seen_at: int | None = None
        self._others_at: int | None = None  # when the writes of others were last noticed
        self._stock: deque[Slot] = deque()
        self._tail: tuple[int, int, int] | None = None  # writes, end and spacing of the last reservation
        self._expected = 0
        self._waiting_since: int | None = None
        self._told: dict[CallKind, tuple[int, str]] = {}  # when to ask again, and why not now
        self._outages = 0

    def expect(self, calls: int) -> None:
        """How many calls are about to be made; each `take` counts one off. A hint, no promise."""
        with self._lock:
            self._expected = max(0, calls)

    def take(self, kind: CallKind, wanted: int | None = None, within: float | None = None) -> Slot:
        """The next slot, at most a horizon (or `within` seconds) ahead. Raises NoSlot, and then nothing is reserved."""
        with self._lock:
            now = self.now()
            reach = self._reach(kind, now, within)
            while self._stock and not self.usable(self._stock[0], now):
                self._stock.popleft()
            if not self._stock:
                self._ask_if_due(kind, now, self._wanted(wanted), reach)
            if self._stock[0].at > now + reach:
                raise NoSlot("no slot within reach", retry_after=(self._stock[0].at - reach - now) / SECOND)
            self._expected = max(0, self._expected - 1)
            return self._stock.popleft()

    def put_back(self, slot: Slot) -> None:
        """A slot that was taken and not used."""
        with self._lock:
            self._stock = deque(sorted([slot, *self._stock], key=lambda kept: kept.place))

    def usable(self, slot: Slot, now: int | None = None) -> bool:
        """Whether a call may still be made in it: not too late, and the timeline has not closed since."""
        now = self.now() if now is None else now
        return now <= slot.at + self.pacing.lateness and slot.at >= self._known.not_before

    def require_open(self) -> None:
        """For calls that need no slot: raises NoSlot while the timeline is closed."""
        with self._lock:
            now = self.now()
            if not self._believes_itself(now):
                self._look()
            if self._known.not_before > now:
                raise self._no_slot(Denied(self._known.not_before, self._known.reason), now, self.pacing.horizon)

    def release(self) -> None:
        """The batch is over: give back what nobody else has built upon. At most one write, none without a stock."""
        with self._lock:
            self._expected = 0
            if self._tail is None:
                return
            writes, end, spacing = self._tail
            self._tail, start = None, end
            while self._stock and self._stock[-1].place == start - spacing:
                start = self._stock.pop().place
            self._stock.clear()
            if end > start and end > self.now():
                given, found = self._store.give_back(writes, end, start)
                self._learn(found, own=int(given))

    def throttled(self, retry_after: float | None = None) -> None:
        """A 429 came: the share falls, once for all 429s of the same moment. `retry_after` in seconds, if it was told."""
        wait = None if retry_after is None else int(retry_after * SECOND)
        self._change(lambda known: timelines.throttled(known, self.now(), wait, self.pacing))

    def outage(self) -> None:
        """A 5xx, a timeout or a broken connection. After five in a row, or one while the last outage isn't known to be
        over, the breaker opens for the whole fleet."""
        with self._lock:
            self._outages += 1
            if self._outages >= self.pacing.outages_to_open or self._known.openings:
                self._outages = 0
                self._change(lambda known: timelines.outage(known, self.now(), self.pacing))

    def in_doubt(self) -> bool:
        """Whether a call has failed and none was answered since: here, or anywhere since the breaker opened."""
        with self._lock:
            if not self._believes_itself(self.now()):
                self._look()
            return self._outages > 0 or self._known.openings > 0

    def answered(self) -> None:
        """The provider answered, whatever it said: the outage is over. A write only if one was known."""
        with self._lock:
            self._outages = 0
            if self._known.openings:
                self._change(timelines.recovered)

    def pause(self, until: datetime | None, reason: str) -> None:
        """Close the timeline of the whole fleet; None: until `resume`. Slots already reserved (2 s) may still be used by
        containers that have not heard of it. `reason` is shown to people and holds no personal data."""
        self.look()
        self._change(lambda known: timelines.paused(known, None if until is None else micros(until), reason))

    def resume(self) -> None:
        """Open it now, whatever closed it."""
        self.look()
        self._told.clear()
        self._change(lambda known: timelines.resumed(known, self.now(), self.pacing))

    def look(self) -> Timeline:
        """Read the shared item and return it."""
        with self._lock:
            self._look()
            return self._known

    def now(self) -> int:
        """The clock's time in microseconds."""
        return micros(self._clock.now())

    def _wanted(self, wanted: int | None) -> int:
        return max(1, min(wanted or min(self._expected, self.lanes), self.pacing.largest_grant))

    def _reach(self, kind: CallKind, now: int, within: float | None) -> int:
        reach = self.pacing.reach(kind, self._waited(now))
        return reach if within is None else max(0, min(reach, int(within * SECOND)))

    def _waited(self, now: int) -> int:
        return 0 if self._waiting_since is None else now - self._waiting_since

    def _ask_if_due(self, kind: CallKind, now: int, wanted: int, reach: int) -> None:
        """Once one thread was told to come back later, the others need not ask."""
        ask_at, reason = self._told.get(kind, (now, ""))
        if now < ask_at <= now + self.pacing.recheck:
            raise NoSlot(reason, retry_after=(ask_at - now) / SECOND)
        try:
            self._restock(now, wanted, reach)
            self._told.clear()
        except NoSlot as denied:
            if reach == self._reach(kind, now, None) and denied.retry_after is not None:
                again = min(int(denied.retry_after * SECOND), self.pacing.recheck)
                self._told[kind] = (now + again, str(denied))
            raise

    def _restock(self, now: int, wanted: int, reach: int) -> None:
        looked = False
        for _ in range(ATTEMPTS):
            if not looked and not self._believes_itself(now):
                looked = self._look()
            least = self.pacing.least(self._waited(now))
            decided = timelines.claim(self._known, now, wanted, reach, self.pacing, least=least)
            if isinstance(decided, Denied):
                raise self._no_slot(decided, now, reach)
            if not looked and self._in_company(now):
                looked = self._look()
            elif self._reserved(decided):
                return
            else:
                looked = True
        raise NoSlot("too many workers at the shared timeline", retry_after=self._jitter())

    def _reserved(self, claim: Claim) -> bool:
        won, found = self._store.reserve(claim)
        self._learn(found, own=int(won))
        if won:
            self._tail = (found.writes, found.next_free, claim.spacing)
            self._stock.extend(claim.slots(found))
            self._waiting_since = None
        return won

    def _no_slot(self, denied: Denied, now: int, reach: int) -> NoSlot:
        """Those who are told the same time come back spread over a third of their reach: it still holds slots then."""
        if self._waiting_since is None:
            self._waiting_since = now
        spread = reach * self._jitter() / 3
        return NoSlot(denied.reason, retry_after=(denied.retry_at - now + spread) / SECOND)

    def _believes_itself(self, now: int) -> bool:
        return self._seen_at is not None and 0 <= now - self._seen_at < self.pacing.recheck

    def _look(self) -> bool:
        self._learn(self._store.load())
        return True

    def _in_company(self, now: int) -> bool:
        """Others write too, so a look (a tenth of a write's price) goes before each write."""
        return self._others_at is not None and 0 <= now - self._others_at < self.pacing.recheck

    def _learn(self, found: Timeline, own: int = 0) -> None:
        self._seen_at = self.now()
        if found.writes != self._known.writes + own:
            self._others_at = self._seen_at
        self._known = found

    def _change(self, decide: Callable[[Timeline], Timeline]) -> None:
        with self._lock:
            for _ in range(ATTEMPTS):
                after = decide(self._known)
                if after == self._known:
                    return
                won, found = self._store.change(self._known, replace(after, control=self._known.control + 1))
                self._learn(found)
                if won:
                    return
        raise NoSlot("too many workers at the shared timeline", retry_after=self._jitter())


class LeaseGuard(Protocol):
    """How long the worker still owns what it works on."""

    def remaining(self) -> float:
        """Seconds."""
        ...


class LeaseUntil:
    """The guard of a lease that ends at a known time."""

    def __init__(self, clock: Clock, until: datetime) -> None:
        self._clock = clock
        self._until = until

    def remaining(self) -> float:
        """Seconds; negative once it has ended."""
        return (self._until - self._clock.now()).total_seconds()


class PacedPermit:
    """The permit (core/ports.py) of the real workers: a slot, and enough time left for the call (invariants 1 and 6)."""

    def __init__(self, slots: SlotSource, clock: Clock, lease_guard: LeaseGuard, deadline: Callable[[], float]) -> None:
        """`deadline` gives the seconds that the invocation has left."""
        self._slots = slots
        self._clock = clock
        self._lease = lease_guard
        self._deadline = deadline

    def enter(self, call: str, timeout: float) -> None:
        """Wait for the slot. Raises OutOfTime or NoSlot, before a slot is spent if that can be known."""
        kind = CallKind.of(call)
        if kind not in self._slots.pacing.counted:
            self._spare(timeout)
            self._slots.require_open()
            return
        while True:
            slot = self._slots.take(kind, within=self._spare(timeout))
            self._wait(slot)
            if self._slots.usable(slot):
                break
        try:
            self._spare(timeout)
        except OutOfTime:
            self._slots.put_back(slot)
            raise

    def throttled(self, retry_after: float | None) -> None:
        """Told of every 429."""
        self._slots.throttled(retry_after)

    def answered(self) -> None:
        """Told of every answer below 500."""
        self._slots.answered()

    def failed(self) -> None:
        """Told of every 5xx, timeout and broken connection."""
        self._slots.outage()

    def _spare(self, timeout: float) -> float:
        """Seconds that may be waited before the call must begin."""
        lease, invocation = self._lease.remaining() - timeout, self._deadline() - timeout
        if lease < 0:
            raise OutOfTime("the lease would not outlive the call")
        if invocation < 0:
            raise OutOfTime("the invocation would not outlive the call")
        return min(lease, invocation)

    def _wait(self, slot: Slot) -> None:
        """A sleep may end early, and a slot is never used before its time."""
        while (ahead := slot.at - self._slots.now()) > 0:
            self._clock.sleep(ahead / SECOND)
