"""What a person may decide (`massid orders settle`), and what follows."""

from decimal import Decimal

import pytest
from massid_relay.core.orders.record import OrderRecord, OrderState

from tests.orders.bench import OrdersBench, place


@pytest.fixture
def left(bench: OrdersBench) -> OrderRecord:
    """An order that stands at Carbonext while nothing proves it."""
    bench.switch(echo="never")
    bench.fault("broken-after")
    bench.send(place())
    bench.run()
    record = bench.record("order-1")
    assert record.state is OrderState.LEFT_TO_A_PERSON
    return record


def test_an_order_that_was_found_is_followed_from_then_on(bench: OrdersBench, left: OrderRecord) -> None:
    (order_id,) = bench.sandbox.orders
    left.settled_as_placed(order_id.upper(), bench.clock.now())
    bench.relay.orders.save(left, look_at=bench.clock.now())
    bench.follow(60)

    assert bench.record("order-1").state is OrderState.CONFIRMED
    assert bench.statuses("order-1") == ["Paid"]
    assert bench.posts() == 1


def test_an_order_that_a_person_knows_to_be_absent_is_placed_by_the_redrive(
    bench: OrdersBench, left: OrderRecord
) -> None:
    bench.sandbox.orders.clear()
    left.settled_as_absent()
    bench.relay.orders.save(left)
    bench.send(place())
    bench.run()
    assert (bench.record("order-1").state, bench.spent) == (OrderState.CONFIRMED, Decimal("0.02"))


def test_an_order_that_is_given_up_keeps_its_room_in_the_days_cap(bench: OrdersBench, left: OrderRecord) -> None:
    """It may have cost money."""
    left.settled_as_given_up()
    bench.relay.orders.save(left)
    bench.send(place())
    bench.run()
    assert bench.record("order-1").state is OrderState.GIVEN_UP
    assert bench.posts() == 1, "the same external id is never ordered again"
    assert bench.relay.orders.ordered_on(bench.clock.now().date().isoformat()) == Decimal("0.02")
