"""The algorithm that keeps all workers together under one limit of requests per second (invariant 6).

One shared item holds the timeline: the next free slot, when it opens (`not_before`), and which share of the rate is used.
A worker moves the next free slot onward by as many slots as it takes, in one conditional write. This is virtual
scheduling, one of the two forms of the generic cell rate algorithm (ITU-T I.371, annex A): no bucket is filled, no counter
reset, and an idle past earns nothing beyond the burst.

The limit: 5 requests a second in test, 10 in production (docs.carrot.eco, integrations/reference/rate-limits).

All times here are whole microseconds since 1970 in UTC, and all shares are parts per million: what is added up in the
ledger for years holds no fractions.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

SECOND = 1_000_000
WHOLE = 1_000_000
"""A share of one, in parts per million."""

SMALLEST_SHARE = 100_000
"""However often the provider refuses, a tenth of the rate is tried: else nobody would learn that it accepts again."""

FOREVER = 253_402_300_799 * SECOND
"""The last second of the year 9999: a pause that only `resume` ends."""

LONGEST_REASON = 200

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware datetime."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(instant: int) -> datetime:
    """The aware datetime of an instant in microseconds."""
    return _EPOCH + timedelta(microseconds=instant)


class CallKind(StrEnum):
    """What pacing tells apart. Creates reach less far ahead, so that what is started finishes first."""

    CREATE = "create"
    WRITE = "write"
    READ = "read"
    TOKEN = "token"  # noqa: S105

    @classmethod
    def of(cls, call: str) -> "CallKind":
        """The kind of an endpoint's name, e.g. `POST /documents`."""
        method, _, path = call.partition(" ")
        if path.rstrip("/") == "/documents" and method == "POST":
            return cls.CREATE
        if "token" in path:
            return cls.TOKEN
        return cls.READ if method == "GET" else cls.WRITE


@dataclass(frozen=True, slots=True)
class Pacing:
    """The parameters of a timeline; all durations in microseconds. `rate` in requests per second.

    `share`: the part of the rate that is used. At 0.98 of 10/s, eleven slots span 1.0204 s, so a call may come 20 ms late
    before a provider that counts each sliding second strictly sees eleven. More lateness than that makes the share fall.
    """

    rate: Decimal
    share: Decimal = Decimal("0.98")
    burst: int = 1
    counted: frozenset[CallKind] = frozenset({CallKind.CREATE, CallKind.WRITE, CallKind.READ})
    """Which calls need a slot. The token endpoint is another host, so it is left out."""

    horizon: int = 2 * SECOND
    create_horizon: int = SECOND // 2
    patience: int = 5 * SECOND
    """After waiting this long a worker reaches the whole horizon; before, three quarters of it. So the rest of the horizon
    belongs to those who wait, and newcomers can't starve them. After twice as long it takes any number of slots."""

    least_grant: int = 5
    """Slots that make a write worthwhile, if the worker wants that many."""
    largest_grant: int = 10
    recheck: int = 5 * SECOND
    """How long a worker believes that the timeline is closed before it looks again."""

    settle: int = 3 * SECOND
    """429s this soon after a fall of the share belong to slots that were reserved before it."""
    relapse: int = 10 * SECOND
    """A 429 this soon after the last fall means that the share is far too high, not a little."""
    outages_to_open: int = 5
    shortest_outage: int = 5 * SECOND
    longest_outage: int = 300 * SECOND

    @property
    def base_share(self) -> int:
        """The highest share, in parts per million."""
        return int(self.share * WHOLE)

    @property
    def lowest_share(self) -> int:
        """The lowest share that 429s lead to."""
        return min(SMALLEST_SHARE, self.base_share)

    def spacing(self, share: int) -> int:
        """Microseconds between two slots at that share (parts per million); rounded up, never in our favour."""
        per_million_seconds = int(self.rate * 1000) * share
        return -(-SECOND * WHOLE * 1000 // per_million_seconds)

    @property
    def lateness(self) -> int:
        """How late a slot may be used: one spacing. Later it would fall upon the next worker's slot."""
        return self.spacing(self.base_share)

    def reach(self, kind: CallKind, waited: int) -> int:
        """How far ahead a worker may reserve after it has waited for `waited` microseconds."""
        horizon = self.create_horizon if kind is CallKind.CREATE else self.horizon
        return horizon if waited >= self.patience else horizon * 3 // 4

    def least(self, waited: int) -> int:
        """How few slots it accepts."""
        return 1 if waited >= 2 * self.patience else self.least_grant


@dataclass(frozen=True, slots=True)
class Timeline:
    """The shared item as it was last seen. All zeros is a timeline that nobody has used yet.

    Reservations move `next_free` and `writes` and nothing else; everything else moves together with `control`. So a
    reservation survives other reservations, and any change of share or opening voids the ones decided before it.
    """

    next_free: int = 0
    writes: int = 0
    """Counts reservations and returns: the condition of giving slots back."""

    control: int = 0
    share: int = 0
    """The share right after its last fall."""
    fell_at: int = 0
    not_before: int = 0
    reason: str = ""
    """Why `not_before` lies ahead; holds no personal data (invariant 7)."""
    openings: int = 0
    """How often in a row the breaker opened."""

    def share_at(self, now: int, pacing: Pacing) -> int:
        """The share climbs back by 0.05 % in a second, and ever faster: 3 % in half a minute, half the rate in three."""
        if self.fell_at == 0:
            return pacing.base_share
        seconds = max(0, now - self.fell_at) // SECOND
        climbed = self.share + 500 * seconds + 15 * seconds * seconds
        return min(pacing.base_share, max(climbed, pacing.lowest_share))


@dataclass(frozen=True, slots=True)
class Slot:
    """One call may be made at `at`. `place` is its place on the timeline, unique; with a burst it may lie before `at`."""

    at: int
    place: int


@dataclass(frozen=True, slots=True)
class Denied:
    """No slot; nothing was reserved. It is worth asking again at `retry_at`."""

    retry_at: int
    reason: str


@dataclass(frozen=True, slots=True)
class Claim:
    """`count` slots, wherever on the timeline between `floor` and `latest` they turn out to begin.

    It needs no exact knowledge of the next free slot, so a worker whose knowledge is old still needs only one write.
    """

    count: int
    spacing: int
    opening: int
    """No call before this."""
    floor: int
    """Where the claim begins on an idle timeline."""
    latest: int
    idle: bool
    """Expects a next free slot before `floor`; else one from `floor` to `latest`."""
    control: int

    @property
    def width(self) -> int:
        """By how much it moves the next free slot."""
        return self.count * self.spacing

    def holds(self, timeline: Timeline) -> bool:
        """The condition of the write."""
        if timeline.control != self.control:
            return False
        if self.idle:
            return timeline.next_free < self.floor
        return self.floor <= timeline.next_free <= self.latest

    def applied(self, timeline: Timeline) -> Timeline:
        """The timeline after the write."""
        start = self.floor if self.idle else timeline.next_free
        return replace(timeline, next_free=start + self.width, writes=timeline.writes + 1)

    def slots(self, after: Timeline) -> tuple[Slot, ...]:
        """The slots that are now the worker's; `after` is the timeline that its write left."""
        places = range(after.next_free - self.width, after.next_free, self.spacing)
        return tuple(Slot(max(place, self.opening), place) for place in places)


def claim(timeline: Timeline, now: int, wanted: int, reach: int, pacing: Pacing, *, least: int = 1) -> Claim | Denied:
    """What to write to get up to `wanted` slots (at least `least`, or all that `reach` can ever hold)."""
    spacing = pacing.spacing(timeline.share_at(now, pacing))
    opening, edge = max(now, timeline.not_before), now + max(0, reach)
    if opening > edge:
        return Denied(opening, timeline.reason or "the timeline opens later")
    floor = opening - (pacing.burst - 1) * spacing
    start = max(timeline.next_free, floor)
    count = min(wanted, max(0, (edge - start) // spacing + 1))
    enough = min(least, wanted, (edge - now) // spacing + 1)
    if count < enough:
        return Denied(start + (enough - 1) * spacing - (edge - now), "no slot within reach")
    latest = edge - (count - 1) * spacing
    return Claim(count, spacing, opening, floor, latest, timeline.next_free < floor, timeline.control)


@dataclass(frozen=True, slots=True)
class Reservation:
    """Slots, and the timeline after them."""

    slots: tuple[Slot, ...]
    timeline: Timeline


def reserve(timeline: Timeline, now: int, wanted: int, reach: int, pacing: Pacing) -> Reservation | Denied:
    """Decide and apply in one step, for a timeline that nobody shares."""
    decided = claim(timeline, now, wanted, reach, pacing)
    if isinstance(decided, Denied):
        return decided
    after = decided.applied(timeline)
    return Reservation(decided.slots(after), after)


def throttled(timeline: Timeline, now: int, retry_after: int | None, pacing: Pacing) -> Timeline:
    """After a 429: a lone one costs 4 % of the share, a relapse 10 % and a second of silence. `retry_after` is obeyed."""
    since = now - timeline.fell_at
    wait = retry_after or 0
    share, fell_at = timeline.share, timeline.fell_at
    if since >= pacing.settle or since < 0:
        relapse = 0 <= since < pacing.relapse
        share = max(pacing.lowest_share, timeline.share_at(now, pacing) * (90 if relapse else 96) // 100)
        fell_at = now
        wait = max(wait, SECOND if relapse else 0)
    slowed = replace(timeline, share=share, fell_at=fell_at)
    return _closed_until(slowed, now, now + wait, "throttled by the provider")


def outage(timeline: Timeline, now: int, pacing: Pacing) -> Timeline:
    """Open the breaker: for 5 s, doubling each time in a row up to 5 minutes. Once while it is open already."""
    if timeline.not_before > now:
        return timeline
    pause = min(pacing.longest_outage, pacing.shortest_outage << min(timeline.openings, 16))
    opened = replace(timeline, openings=timeline.openings + 1)
    return _closed_until(opened, now, now + pause, "outage of the provider")


def recovered(timeline: Timeline) -> Timeline:
    """After an answer: the next outage starts with a short pause again."""
    return replace(timeline, openings=0)


def paused(timeline: Timeline, until: int | None, reason: str) -> Timeline:
    """Close until then (None: until `resumed`). Replaces whatever closed it before."""
    return replace(timeline, not_before=FOREVER if until is None else until, reason=reason[:LONGEST_REASON])


def resumed(timeline: Timeline, now: int, pacing: Pacing) -> Timeline:
    """Open now, whatever closed it. A next free slot beyond every horizon was written under a wrong clock: it is set back,
    for who reserved it uses it at that wrong time."""
    astray = timeline.next_free > now + 2 * pacing.horizon + pacing.largest_grant * pacing.spacing(SMALLEST_SHARE)
    restored = replace(timeline, next_free=now, writes=timeline.writes + 1) if astray else timeline
    return replace(restored, not_before=min(now, timeline.not_before), reason="", openings=0)


def _closed_until(timeline: Timeline, now: int, until: int, reason: str) -> Timeline:
    if until <= max(now, timeline.not_before):
        return timeline
    return replace(timeline, not_before=until, reason=reason)
