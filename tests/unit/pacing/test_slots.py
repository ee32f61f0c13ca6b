"""One container's stock of slots, and the permit before every call (invariants 1, 5 and 6)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from massid_relay.core.errors import NoSlot, OutOfTime
from massid_relay.core.pacing import SECOND, CallKind, Pacing
from massid_relay.core.slots import LeaseUntil, PacedPermit, SlotSource

CREATE, APPEND, READ, TOKEN = "POST /documents", "POST /documents/events", "GET /documents/{id}", "POST /oauth2/token"


class World:
    """One shared item, one clock, as many containers as the test wants."""

    def __init__(self, item: Any, clock: Any, pacing: Pacing) -> None:
        self.item = item
        self.clock = clock
        self.pacing = pacing
        self.lease = self.invocation = 60.0
        self._started = clock.instant

    def container(self, lanes: int = 1, **parameters: Any) -> SlotSource:
        return SlotSource(self.item, replace(self.pacing, **parameters), self.clock, lanes, lambda: 0.0)

    def permit(self, source: SlotSource) -> PacedPermit:
        return PacedPermit(source, self.clock, self, lambda: self.invocation - self._passed())

    def remaining(self) -> float:
        return self.lease - self._passed()

    def _passed(self) -> float:
        return float(self.clock.instant - self._started) / SECOND


@pytest.fixture
def world(new_item: Callable[[], Any], new_clock: Callable[[], Any], ten_per_second: Pacing) -> World:
    return World(new_item(), new_clock(), ten_per_second)


def test_a_lone_worker_pays_one_write_for_all_the_calls_it_overlaps(world: World) -> None:
    source = world.container(lanes=8)
    source.expect(8)

    slots = [source.take(CallKind.WRITE) for _ in range(8)]

    assert [slot.at - slots[0].at for slot in slots] == [n * 102_041 for n in range(8)]
    assert (world.item.reads, world.item.writes) == (1, 1)


def test_a_worker_that_overlaps_nothing_reserves_one_at_a_time(world: World) -> None:
    source = world.container()
    source.expect(50)

    source.take(CallKind.WRITE)

    assert world.item.timeline.next_free == world.clock.instant + 102_041


def test_threads_of_one_container_never_share_a_slot(world: World) -> None:
    source = world.container(lanes=8)
    source.expect(8)

    with ThreadPoolExecutor(8) as threads:
        slots = list(threads.map(lambda _: source.take(CallKind.WRITE), range(8)))

    assert len({slot.place for slot in slots}) == 8


def test_a_slot_too_late_by_more_than_one_spacing_is_not_used(world: World) -> None:
    source = world.container(lanes=3)
    source.expect(3)
    first = source.take(CallKind.WRITE)
    world.clock.instant += 102_041 + world.pacing.lateness + 1

    assert not source.usable(first)
    assert source.take(CallKind.WRITE).at == first.at + 2 * 102_041


def test_unused_slots_are_given_back_with_one_write_and_taken_by_the_next(world: World) -> None:
    source, other = world.container(lanes=8), world.container()
    source.expect(8)
    used = source.take(CallKind.WRITE)

    source.release()
    source.release()

    assert world.item.writes == 2
    assert other.take(CallKind.WRITE).place == used.place + 102_041


def test_slots_that_others_have_built_upon_are_not_given_back(world: World) -> None:
    source, other = world.container(lanes=4), world.container()
    source.expect(4)
    source.take(CallKind.WRITE)
    after = other.take(CallKind.WRITE).place

    source.release()

    assert world.item.timeline.next_free == after + 102_041


def test_a_slot_that_was_put_back_is_the_next_one(world: World) -> None:
    source = world.container(lanes=4)
    source.expect(4)
    first = source.take(CallKind.WRITE)
    source.take(CallKind.WRITE)

    source.put_back(first)

    assert source.take(CallKind.WRITE) == first


def test_the_permit_waits_until_the_slot_and_no_longer(world: World) -> None:
    """Invariant 6: never early."""
    started = world.clock.instant
    permit = world.permit(world.container())

    permit.enter(APPEND, 10)
    assert world.clock.instant == started
    permit.enter(APPEND, 10)
    assert 0 <= world.clock.instant - (started + 102_041) <= 1


def test_a_sleep_that_ends_early_is_continued(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    permit, started = world.permit(world.container()), world.clock.instant
    permit.enter(APPEND, 10)

    def half(seconds: float) -> None:
        world.clock.instant += max(1, int(seconds * SECOND / 2))

    monkeypatch.setattr(world.clock, "sleep", half)
    permit.enter(APPEND, 10)

    assert world.clock.instant >= started + 102_041


@pytest.mark.parametrize("short", ["lease", "invocation"])
def test_no_slot_is_spent_if_lease_or_invocation_would_not_outlive_the_call(world: World, short: str) -> None:
    """Invariant 1."""
    setattr(world, short, 9.9)

    with pytest.raises(OutOfTime, match=short):
        world.permit(world.container()).enter(APPEND, 10)

    assert (world.item.reads, world.item.writes) == (0, 0)


def test_a_lease_with_a_known_end_runs_down_with_the_clock(world: World) -> None:
    """Invariant 1."""
    guard = LeaseUntil(world.clock, world.clock.now() + timedelta(seconds=12))
    permit = PacedPermit(world.container(), world.clock, guard, lambda: 900)

    permit.enter(APPEND, 12)
    world.clock.instant += SECOND
    with pytest.raises(OutOfTime, match="lease"):
        permit.enter(APPEND, 12)


def test_no_slot_is_reserved_that_comes_after_the_last_moment_to_begin(world: World) -> None:
    """Invariant 1."""
    other = world.container(lanes=10)
    other.expect(10)
    other.take(CallKind.WRITE)
    world.lease = 10.5
    before = world.item.timeline

    with pytest.raises(NoSlot):
        world.permit(world.container()).enter(APPEND, 10)

    assert world.item.timeline == before


def test_a_slot_whose_wait_used_up_the_lease_is_put_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariant 1: looked at again after the wait."""
    source = world.container()
    permit = world.permit(source)
    permit.enter(APPEND, 10)

    def slow(seconds: float) -> None:
        world.clock.instant += int(seconds * SECOND) + 2
        world.lease = 10

    monkeypatch.setattr(world.clock, "sleep", slow)
    with pytest.raises(OutOfTime):
        permit.enter(APPEND, 10)

    writes = world.item.writes
    source.take(CallKind.WRITE)
    assert world.item.writes == writes


def test_a_wake_that_comes_too_late_takes_another_slot(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    permit = world.permit(world.container())
    permit.enter(APPEND, 10)
    naps = iter([1.0])
    sleep = world.clock.sleep
    monkeypatch.setattr(world.clock, "sleep", lambda seconds: sleep(seconds + next(naps, 0.0)))
    started = world.clock.instant

    permit.enter(APPEND, 10)

    assert world.clock.instant >= started + SECOND
    assert world.item.timeline.next_free > world.clock.instant


def test_a_pause_during_the_wait_stops_the_call(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariant 6: pausing stops everything, what this container has reserved included."""
    source = world.container()
    permit = world.permit(source)
    permit.enter(APPEND, 10)
    sleep = world.clock.sleep

    def paused_meanwhile(seconds: float) -> None:
        source.pause(None, "maintenance")
        sleep(seconds)

    monkeypatch.setattr(world.clock, "sleep", paused_meanwhile)
    with pytest.raises(NoSlot, match="maintenance"):
        permit.enter(APPEND, 10)


def test_creates_reach_half_a_second_where_appends_reach_two(world: World) -> None:
    """Invariant 6."""
    other = world.container(lanes=7)
    other.expect(7)
    other.take(CallKind.WRITE)
    permit = world.permit(world.container())

    with pytest.raises(NoSlot):
        permit.enter(CREATE, 10)
    permit.enter(APPEND, 10)


def test_a_create_leaves_a_stocked_slot_that_lies_beyond_its_reach(world: World) -> None:
    source = world.container(lanes=10)
    source.expect(10)
    slots = [source.take(CallKind.WRITE) for _ in range(9)]

    with pytest.raises(NoSlot):
        source.take(CallKind.CREATE)

    assert source.take(CallKind.WRITE).place == slots[-1].place + 102_041


def test_reads_count_and_tokens_do_not_unless_told_otherwise(world: World) -> None:
    permit = world.permit(world.container())
    permit.enter(TOKEN, 10)
    assert world.item.writes == 0
    permit.enter(READ, 10)
    assert world.item.writes == 1

    world.permit(world.container(counted=frozenset(CallKind))).enter(TOKEN, 10)
    assert world.item.writes == 2


def test_calls_that_need_no_slot_stop_during_a_pause_too(world: World) -> None:
    world.container().pause(None, "maintenance")

    with pytest.raises(NoSlot, match="maintenance"):
        world.permit(world.container()).enter(TOKEN, 10)


def test_a_container_that_saw_no_pause_hears_of_it_with_its_next_reservation(world: World) -> None:
    source = world.container()
    source.take(CallKind.WRITE)
    world.container().pause(world.clock.now() + timedelta(hours=1), "maintenance")

    with pytest.raises(NoSlot, match="maintenance") as denied:
        source.take(CallKind.WRITE)

    assert denied.value.retry_after == pytest.approx(3600)


def test_resume_is_noticed_within_the_recheck(world: World) -> None:
    operator, source = world.container(), world.container()
    operator.pause(None, "maintenance")
    with pytest.raises(NoSlot):
        source.take(CallKind.WRITE)
    reads = world.item.reads
    with pytest.raises(NoSlot):
        source.take(CallKind.WRITE)
    assert world.item.reads == reads

    operator.resume()
    world.clock.instant += world.pacing.recheck + 1
    source.take(CallKind.WRITE)


def test_many_429s_of_one_moment_are_one_fall_of_the_share_and_one_write(world: World) -> None:
    containers = [world.container() for _ in range(3)]
    for source in containers:
        source.look()

    for source in containers * 2:
        source.throttled(None)

    assert world.item.timeline.share == 940_800
    assert world.item.timeline.control == 1


def test_a_429_with_retry_after_closes_the_timeline_for_that_long(world: World) -> None:
    world.permit(world.container()).throttled(2.5)

    with pytest.raises(NoSlot, match="throttled") as denied:
        world.container().take(CallKind.WRITE)

    assert denied.value.retry_after == pytest.approx(2.5)


def test_the_breaker_opens_after_five_outages_in_a_row_and_an_answer_starts_the_count_again(world: World) -> None:
    source = world.container()
    for _ in range(4):
        source.outage()
    source.answered()
    for _ in range(4):
        source.outage()
    assert world.item.writes == 0

    source.outage()

    with pytest.raises(NoSlot, match="outage"):
        source.take(CallKind.WRITE)


def test_after_a_breaker_one_more_outage_opens_it_for_twice_as_long_until_somebody_is_answered(world: World) -> None:
    source = world.container()
    for _ in range(5):
        source.outage()
    world.clock.instant += 6 * SECOND

    source.outage()
    assert world.item.timeline.not_before == world.clock.instant + 10 * SECOND

    source.answered()
    assert world.item.timeline.openings == 0
    writes = world.item.writes
    source.answered()
    assert world.item.writes == writes


def test_the_newer_of_two_pauses_stands(world: World) -> None:
    source = world.container()
    source.pause(None, "maintenance")
    source.pause(world.clock.now() + timedelta(minutes=1), "short maintenance")

    assert world.item.timeline.reason == "short maintenance"
    assert world.item.timeline.not_before == world.clock.instant + 60 * SECOND
