"""The shared timeline in DynamoDB, as moto plays it (invariant 6)."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import boto3
import pytest
from massid_relay.core.errors import NoSlot
from massid_relay.core.pacing import SECOND, CallKind, Claim, Pacing, Slot, Timeline, claim, micros, paused
from massid_relay.core.slots import SlotSource
from massid_relay.pacing import TimelineItem, slot_source, timeline_key
from moto import mock_aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TEN = Pacing(rate=Decimal(10))


class MovedClock:
    """Stands still unless moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 15, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator["DynamoDBClient"]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="eu-west-1")
        dynamodb.create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        yield dynamodb


def new_source(client: "DynamoDBClient", clock: MovedClock, lanes: int = 1, client_id: str = "ours") -> SlotSource:
    source = slot_source(client, "ledger", client_id, TEN, clock, lanes)
    source.expect(1000)
    return source


def taken(claimed: object) -> Claim:
    assert isinstance(claimed, Claim)
    return claimed


@pytest.mark.parametrize("seed", range(3))
def test_interleaved_containers_share_one_timeline_and_no_slot_is_given_twice(
    client: "DynamoDBClient", clock: MovedClock, seed: int
) -> None:
    """Invariant 6: whatever the interleaving, no second holds more slots than the limit, and nearly all are used."""
    chance = random.Random(seed)
    sources = [new_source(client, clock, lanes=8) for _ in range(5)]
    started, slots = micros(clock.now()), list[Slot]()
    for _ in range(300):
        try:
            slots.append(chance.choice(sources).take(CallKind.WRITE))
        except NoSlot:
            clock.sleep(chance.random() / 4)

    places = sorted(slot.place for slot in slots)
    assert len(set(places)) == len(places)
    assert all(sum(at <= other < at + SECOND for other in places) <= 10 for at in places)
    assert all(later - earlier >= 102_041 for earlier, later in itertools.pairwise(places))
    assert places[0] == started


def test_a_steady_backlog_costs_at_most_a_quarter_of_a_write_per_call(
    client: "DynamoDBClient", clock: MovedClock
) -> None:
    items = [TimelineItem(client, "ledger", "ours") for _ in range(4)]
    sources = [SlotSource(item, TEN, clock, lanes=8) for item in items]
    calls = 0
    for source in sources:
        source.expect(1000)
    while calls < 150:
        for source in sources:
            try:
                source.take(CallKind.WRITE)
                calls += 1
            except NoSlot:
                continue
        clock.sleep(0.1)

    assert sum(item.writes for item in items) <= 0.25 * calls


def test_a_reservation_decided_on_old_knowledge_succeeds_with_one_write(client: "DynamoDBClient") -> None:
    """The condition is a range: others may have written in between."""
    mine, other = TimelineItem(client, "ledger", "ours"), TimelineItem(client, "ledger", "ours")
    now = micros(datetime(2026, 1, 15, tzinfo=UTC))
    _, known = mine.reserve(taken(claim(Timeline(), now, 2, SECOND, TEN)))
    _, between = other.reserve(taken(claim(known, now, 2, SECOND, TEN)))

    decided = taken(claim(known, now, 2, SECOND, TEN))
    won, found = mine.reserve(decided)

    assert won
    assert decided.slots(found)[0].place == between.next_free
    assert (mine.writes, mine.reads) == (2, 0)


def test_a_failed_condition_tells_the_present_state_without_a_read(client: "DynamoDBClient") -> None:
    mine, other = TimelineItem(client, "ledger", "ours"), TimelineItem(client, "ledger", "ours")
    now = micros(datetime(2026, 1, 15, tzinfo=UTC))
    _, present = other.reserve(taken(claim(Timeline(), now, 10, SECOND, TEN)))

    won, found = mine.reserve(taken(claim(Timeline(), now, 1, SECOND, TEN)))

    assert not won
    assert found == present
    assert mine.reads == 0


@pytest.mark.parametrize("idle", [True, False])
def test_a_pause_that_a_container_has_not_heard_of_stops_its_reservation(
    client: "DynamoDBClient", clock: MovedClock, idle: bool
) -> None:
    """Invariant 6: even the first item ever written being a pause."""
    source, operator = new_source(client, clock), new_source(client, clock)
    source.look()
    if not idle:
        source.take(CallKind.WRITE)
    operator.pause(None, "maintenance")

    with pytest.raises(NoSlot, match="maintenance"):
        source.take(CallKind.WRITE)

    operator.resume()
    clock.sleep(6)
    assert source.take(CallKind.WRITE).at == micros(clock.now())


def test_a_pause_keeps_the_next_free_slot_of_reservations_made_meanwhile(client: "DynamoDBClient") -> None:
    item = TimelineItem(client, "ledger", "ours")
    now = micros(datetime(2026, 1, 15, tzinfo=UTC))
    before = item.load()
    _, reserved = item.reserve(taken(claim(before, now, 3, SECOND, TEN)))

    after = paused(before, None, "maintenance")
    won, found = item.change(before, replace(after, control=1))

    assert won
    assert (found.next_free, found.writes) == (reserved.next_free, reserved.writes)
    assert item.change(before, after) == (False, found)


def test_429s_and_outages_of_one_container_are_known_to_all(client: "DynamoDBClient", clock: MovedClock) -> None:
    one, other = new_source(client, clock), new_source(client, clock)
    one.throttled(None)
    other.throttled(None)
    assert one.look().share == other.look().share == 940_800
    for _ in range(5):
        one.outage()

    with pytest.raises(NoSlot, match="outage"):
        other.take(CallKind.WRITE)

    clock.sleep(6)
    other.take(CallKind.WRITE)
    other.answered()
    assert one.look().openings == 0


def test_a_timeline_that_went_astray_is_set_back_by_resume_and_by_nothing_else(
    client: "DynamoDBClient", clock: MovedClock
) -> None:
    ahead = MovedClock()
    ahead.sleep(86_400)
    new_source(client, ahead).take(CallKind.WRITE)
    source = new_source(client, clock)
    with pytest.raises(NoSlot):
        source.take(CallKind.WRITE)

    new_source(client, clock).resume()

    clock.sleep(6)
    assert source.take(CallKind.WRITE).at == micros(clock.now())


def test_slots_are_given_back_only_while_they_are_the_last(client: "DynamoDBClient", clock: MovedClock) -> None:
    one, other = new_source(client, clock, lanes=4), new_source(client, clock, lanes=4)
    first = one.take(CallKind.WRITE)
    one.release()
    second = other.take(CallKind.WRITE)
    assert second.place == first.place + 102_041
    third = one.take(CallKind.WRITE, wanted=1)

    other.release()

    assert one.look().next_free == third.place + 102_041


def test_a_return_that_is_sent_twice_takes_nothing_from_whoever_came_after(
    client: "DynamoDBClient", clock: MovedClock
) -> None:
    """After a lost answer the SDK repeats the request; the timeline may by then end at the same place again."""
    item, other = TimelineItem(client, "ledger", "ours"), new_source(client, clock, lanes=3)
    now = micros(clock.now())
    _, reserved = item.reserve(taken(claim(Timeline(), now, 4, SECOND, TEN)))
    request = (reserved.writes, reserved.next_free, reserved.next_free - 3 * 102_041)
    assert item.give_back(*request)[0]
    other.take(CallKind.WRITE)
    assert other.look().next_free == reserved.next_free

    assert not item.give_back(*request)[0]


def test_a_table_that_lost_the_item_is_no_obstacle(client: "DynamoDBClient", clock: MovedClock) -> None:
    source = new_source(client, clock)
    source.throttled(None)
    source.take(CallKind.WRITE)
    client.delete_item(TableName="ledger", Key={"pk": {"S": timeline_key("ours")}, "sk": {"S": "TIMELINE"}})

    assert source.take(CallKind.WRITE).at == micros(clock.now())


def test_the_ledger_holds_whole_numbers_and_no_client_id(client: "DynamoDBClient", clock: MovedClock) -> None:
    new_source(client, clock, client_id="client-4711").throttled(1.5)
    new_source(client, clock, client_id="another").take(CallKind.WRITE)

    items = client.scan(TableName="ledger")["Items"]
    assert len(items) == 2
    assert "4711" not in str(items)
    assert all("." not in value["N"] for item in items for value in item.values() if "N" in value)
