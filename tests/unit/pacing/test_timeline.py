"""The algorithm of the shared timeline (invariant 6), without any cloud."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.pacing import (
    FOREVER,
    SECOND,
    SMALLEST_SHARE,
    CallKind,
    Claim,
    Denied,
    Pacing,
    Reservation,
    Slot,
    Timeline,
    claim,
    micros,
    moment,
    outage,
    paused,
    recovered,
    reserve,
    resumed,
    throttled,
)

NOW = 1_750_000_000 * SECOND
TEN = Pacing(rate=Decimal(10))

pacings = st.builds(
    Pacing,
    rate=st.sampled_from([Decimal(5), Decimal(10), Decimal("0.7"), Decimal(100)]),
    share=st.sampled_from([Decimal("0.98"), Decimal("0.5"), Decimal(1)]),
    burst=st.integers(1, 10),
)
steps = st.lists(
    st.tuples(
        st.integers(0, 3 * SECOND),  # time that passes
        st.integers(1, 12),  # slots wanted
        st.integers(0, 2 * SECOND),  # reach
        st.integers(-3 * SECOND, 3 * SECOND),  # skew of the worker's clock
        st.sampled_from(["reserve"] * 6 + ["throttled", "outage", "pause", "resume"]),
    ),
    max_size=60,
)


def granted(result: Reservation | Denied) -> Reservation:
    assert isinstance(result, Reservation)
    return result


def changed(timeline: Timeline, what: str, now: int, pacing: Pacing) -> Timeline:
    if what == "throttled":
        return throttled(timeline, now, None, pacing)
    if what == "outage":
        return outage(timeline, now, pacing)
    return paused(timeline, now + SECOND, "maintenance") if what == "pause" else resumed(timeline, now, pacing)


def play(pacing: Pacing, script: Sequence[tuple[int, int, int, int, str]]) -> list[Slot]:
    """All slots that a fleet with wrong clocks gets, in the order of their reservation."""
    timeline, now = Timeline(), NOW
    slots: list[Slot] = []
    for passed, wanted, reach, skew, what in script:
        now += passed
        local = now + skew
        if what != "reserve":
            timeline = changed(timeline, what, local, pacing)
            continue
        result = reserve(timeline, local, wanted, reach, pacing)
        if isinstance(result, Reservation):
            timeline = result.timeline
            slots += result.slots
    return slots


def most_in_a_second(times: Sequence[int]) -> int:
    """The fullest window [t, t + 1 s)."""
    ordered = sorted(times)
    return max((sum(t <= other < t + SECOND for other in ordered) for t in ordered), default=0)


@given(pacings, steps)
def test_no_second_holds_more_slots_than_the_limit(
    pacing: Pacing, script: list[tuple[int, int, int, int, str]]
) -> None:
    """Invariant 6, whatever happens in between and however wrong the clocks are; a burst adds its length but one."""
    slots = play(pacing, script)

    assert most_in_a_second([slot.at for slot in slots]) <= math.ceil(pacing.rate) + pacing.burst - 1


@given(pacings, steps)
def test_places_on_the_timeline_are_a_spacing_apart_so_none_is_handed_out_twice(
    pacing: Pacing, script: list[tuple[int, int, int, int, str]]
) -> None:
    """Invariant 6."""
    places = [slot.place for slot in play(pacing, script)]

    closest = pacing.spacing(pacing.base_share)
    assert all(later - earlier >= closest for earlier, later in itertools.pairwise(places))


@given(pacings, st.integers(0, 100 * SECOND), st.integers(1, 30), st.integers(0, 2 * SECOND))
def test_an_idle_past_earns_no_more_than_the_burst(pacing: Pacing, idle: int, wanted: int, reach: int) -> None:
    timeline = Timeline(next_free=NOW - idle)

    result = reserve(timeline, NOW, wanted, reach, pacing)

    if isinstance(result, Reservation):
        assert sum(slot.at == NOW for slot in result.slots) <= pacing.burst


@given(pacings, st.integers(-5 * SECOND, 5 * SECOND), st.integers(1, 30), st.integers(0, 2 * SECOND))
def test_slots_lie_between_now_and_the_reach(pacing: Pacing, ahead: int, wanted: int, reach: int) -> None:
    result = reserve(Timeline(next_free=NOW + ahead), NOW, wanted, reach, pacing)

    if isinstance(result, Reservation):
        assert 1 <= len(result.slots) <= wanted
        assert all(NOW <= slot.at <= NOW + reach for slot in result.slots)


@given(pacings, st.integers(0, 60 * SECOND), st.integers(1, 30), st.integers(0, 2 * SECOND), st.integers(1, 6))
def test_who_gets_none_gets_some_at_the_time_it_is_told(
    pacing: Pacing, ahead: int, wanted: int, reach: int, least: int
) -> None:
    """Nobody starves: with the timeline left alone, the second attempt succeeds."""
    timeline = Timeline(next_free=NOW + ahead)

    result = claim(timeline, NOW, wanted, reach, pacing, least=least)

    if isinstance(result, Denied):
        assert result.retry_at > NOW
        assert isinstance(claim(timeline, result.retry_at, wanted, reach, pacing, least=least), Claim)


@given(pacings, st.integers(-2 * SECOND, 2 * SECOND), st.integers(0, 10), st.integers(1, 12))
def test_a_claim_decided_on_old_knowledge_holds_or_fails_but_never_overlaps(
    pacing: Pacing, ahead: int, others: int, wanted: int
) -> None:
    """The condition is a range: what others reserved in between only moves where the slots begin."""
    known = Timeline(next_free=NOW + ahead)
    decided = claim(known, NOW, wanted, pacing.horizon, pacing)
    present = replace(known, next_free=max(known.next_free, NOW) + others * pacing.spacing(pacing.base_share))

    if isinstance(decided, Claim) and decided.holds(present):
        slots = decided.slots(decided.applied(present))
        assert slots[0].place >= min(present.next_free, decided.floor)
        assert slots[0].place >= present.next_free or decided.idle
        assert slots[-1].at <= NOW + pacing.horizon


@pytest.mark.parametrize(
    "change",
    [
        lambda timeline: throttled(timeline, NOW, None, TEN),
        lambda timeline: outage(timeline, NOW, TEN),
        lambda timeline: paused(timeline, None, "maintenance"),
    ],
)
def test_a_claim_decided_before_a_change_of_the_timeline_fails(change: object) -> None:
    decided = claim(Timeline(), NOW, 1, SECOND, TEN)
    assert isinstance(decided, Claim)
    changed = replace(change(Timeline()), control=1)  # type: ignore[operator]

    assert not decided.holds(changed)


def test_the_slots_of_a_steady_backlog_use_98_percent_of_the_limit() -> None:
    timeline, slots = Timeline(), []
    for tenth in range(100):
        result = reserve(timeline, NOW + tenth * SECOND // 10, 10, 2 * SECOND, TEN)
        if isinstance(result, Reservation):
            timeline = result.timeline
            slots += [slot.at for slot in result.slots]

    assert sum(at < NOW + 10 * SECOND for at in slots) == 98


def test_creates_reach_a_quarter_as_far_as_what_is_started() -> None:
    """Invariant 6: MassIDs already started finish first."""
    full = Timeline(next_free=NOW + SECOND)

    assert isinstance(reserve(full, NOW, 1, TEN.reach(CallKind.CREATE, waited=0), TEN), Denied)
    assert isinstance(reserve(full, NOW, 1, TEN.reach(CallKind.WRITE, waited=0), TEN), Reservation)
    assert TEN.reach(CallKind.CREATE, TEN.patience) == SECOND // 2
    assert TEN.reach(CallKind.WRITE, TEN.patience) == 2 * SECOND


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("POST /documents", CallKind.CREATE),
        ("POST /documents/events", CallKind.WRITE),
        ("POST /documents/{documentId}/events", CallKind.WRITE),
        ("PUT /documents/{documentId}/attachments/{fileName}", CallKind.WRITE),
        ("GET /documents/{id}", CallKind.READ),
        ("POST /oauth2/token", CallKind.TOKEN),
    ],
)
def test_the_kind_of_a_call_follows_from_its_name(call: str, kind: CallKind) -> None:
    assert CallKind.of(call) is kind


def test_nothing_is_reserved_while_paused_and_everything_is_when_resumed() -> None:
    closed = paused(Timeline(next_free=NOW), None, "maintenance")

    for wait in (0, SECOND, 86_400 * SECOND):
        result = reserve(closed, NOW + wait, 1, 2 * SECOND, TEN)
        assert result == Denied(FOREVER, "maintenance")
    opened = resumed(closed, NOW + 5, TEN)
    assert granted(reserve(opened, NOW + 5, 1, 0, TEN)).slots[0].at == NOW + 5
    assert opened.reason == ""


def test_a_pause_that_ends_within_reach_lets_slots_begin_at_its_end() -> None:
    closed = paused(Timeline(), NOW + SECOND, "maintenance")

    assert granted(reserve(closed, NOW, 1, 2 * SECOND, TEN)).slots[0].at == NOW + SECOND


def test_a_lone_429_costs_4_percent_of_the_share_and_is_forgotten_in_a_minute() -> None:
    slowed = throttled(Timeline(), NOW, None, TEN)

    assert slowed.share_at(NOW, TEN) == 940_800
    assert slowed.not_before == 0
    assert slowed.share_at(NOW + 60 * SECOND, TEN) == TEN.base_share


def test_429s_of_the_same_moment_cost_the_share_once() -> None:
    once = throttled(Timeline(), NOW, None, TEN)

    assert throttled(once, NOW + SECOND, None, TEN) == once


def test_a_429_soon_after_the_last_fall_costs_more_and_a_second_of_silence() -> None:
    once = throttled(Timeline(), NOW, None, TEN)
    at = NOW + 5 * SECOND

    twice = throttled(once, at, None, TEN)

    assert twice.share == once.share_at(at, TEN) * 90 // 100
    assert twice.not_before == at + SECOND


def test_a_retry_after_is_obeyed_by_the_whole_fleet() -> None:
    slowed = throttled(Timeline(), NOW, 30 * SECOND, TEN)

    assert reserve(slowed, NOW, 1, 2 * SECOND, TEN) == Denied(NOW + 30 * SECOND, "throttled by the provider")


@given(st.lists(st.integers(0, 20 * SECOND), max_size=80))
def test_the_share_never_leaves_its_bounds(gaps: list[int]) -> None:
    timeline, now = Timeline(), NOW
    for gap in gaps:
        now += gap
        timeline = throttled(timeline, now, None, TEN)
        assert SMALLEST_SHARE <= timeline.share_at(now, TEN) <= TEN.base_share


@given(st.integers(0, 600 * SECOND), st.integers(0, 600 * SECOND))
def test_the_share_climbs_with_time_and_all_the_way(one: int, other: int) -> None:
    timeline = Timeline(share=SMALLEST_SHARE, fell_at=NOW)

    early, late = sorted((one, other))
    assert timeline.share_at(NOW + early, TEN) <= timeline.share_at(NOW + late, TEN)
    assert timeline.share_at(NOW + 300 * SECOND, TEN) == TEN.base_share


def test_the_breaker_opens_longer_each_time_up_to_5_minutes_and_once_per_outage() -> None:
    timeline, now, pauses = Timeline(), NOW, []
    for _ in range(8):
        timeline = outage(timeline, now, TEN)
        assert outage(timeline, now, TEN) == timeline
        pauses.append((timeline.not_before - now) // SECOND)
        now = timeline.not_before

    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]
    assert outage(recovered(timeline), now, TEN).not_before - now == 5 * SECOND


def test_neither_429_nor_outage_shortens_a_pause_or_hides_its_reason() -> None:
    closed = paused(Timeline(), NOW + 3600 * SECOND, "maintenance")

    assert outage(closed, NOW, TEN) == closed
    slowed = throttled(closed, NOW, 10 * SECOND, TEN)
    assert (slowed.not_before, slowed.reason) == (closed.not_before, "maintenance")


def test_a_clock_that_was_a_day_ahead_stalls_the_timeline_until_somebody_resumes() -> None:
    """Clock skew costs throughput, never a doubled slot; `massid resume` is the way out."""
    ahead = granted(reserve(Timeline(), NOW + 86_400 * SECOND, 1, 0, TEN)).timeline

    assert isinstance(reserve(ahead, NOW, 1, 2 * SECOND, TEN), Denied)
    assert granted(reserve(resumed(ahead, NOW, TEN), NOW, 1, 2 * SECOND, TEN)).slots[0].at == NOW


def test_resuming_keeps_slots_that_are_reserved() -> None:
    busy = Timeline(next_free=NOW + 2 * SECOND)

    assert resumed(busy, NOW, TEN).next_free == busy.next_free


@given(st.datetimes(timezones=st.just(moment(0).tzinfo)))
def test_an_instant_keeps_every_microsecond(when: object) -> None:
    assert moment(micros(when)) == when  # type: ignore[arg-type]
