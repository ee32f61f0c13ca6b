"""Cancelling in status and window, one or many; following until the status is final."""

from datetime import timedelta
from decimal import Decimal

import pytest
from massid_relay.core.orders.record import OrderState

from tests.orders.bench import OrdersBench, cancel, place

DAY = 24 * 3600


def issued(bench: OrdersBench, *external_ids: str) -> None:
    """Orders that await payment."""
    for external_id in external_ids:
        bench.send(place(external_id, payWithBalance=False))
    bench.run()
    assert {order.status for order in bench.sandbox.orders.values()} == {"Issued"}


def test_an_issued_order_is_cancelled(bench: OrdersBench) -> None:
    issued(bench, "order-1")
    bench.send(cancel("order-1"))
    bench.run()

    assert bench.record("order-1").state is OrderState.CANCELLED
    assert bench.spent == 0
    assert bench.statuses("order-1") == ["Issued", "Cancelled"]


def test_cancelling_twice_is_cancelling_once(bench: OrdersBench) -> None:
    issued(bench, "order-1")
    for _ in range(2):
        bench.send(cancel("order-1"))
        bench.run()
    assert not bench.letters


@pytest.mark.parametrize("kind", ["broken-after", "broken-before", "500-json-after"])
def test_a_cancellation_without_an_answer_is_found_out(bench: OrdersBench, kind: str) -> None:
    issued(bench, "order-1")
    bench.fault(kind, path="*/cancel")
    bench.send(cancel("order-1"))
    bench.run()
    assert bench.record("order-1").state is OrderState.CANCELLED
    assert not bench.letters


def test_a_paid_order_is_not_cancelled(bench: OrdersBench) -> None:
    bench.send(place())
    bench.run()
    bench.send(cancel("order-1"))
    bench.run()
    assert [letter.error_type for letter in bench.letters] == ["ForbiddenTransition"]
    assert "Paid" in bench.letters[0].reason


def test_after_ten_days_nothing_is_cancelled(bench: OrdersBench) -> None:
    issued(bench, "order-1")
    bench.clock.advance(10 * DAY)
    bench.send(cancel("order-1"))
    bench.run()
    assert [letter.error_type for letter in bench.letters] == ["ForbiddenTransition"]


def test_an_order_that_nobody_placed_is_no_order(bench: OrdersBench) -> None:
    bench.send(cancel("unknown"))
    bench.run()
    assert [problem.path for problem in bench.letters[0].fields] == ["externalId"]


def test_an_order_that_was_not_sent_yet_is_cancelled_without_a_call(bench: OrdersBench) -> None:
    nowhere = bench.new_worker(CARBONEXT_BASE_URL="http://127.0.0.1:1")
    placing = bench.send(place() | {"taskToken": "token"})
    bench.deliver(nowhere, placing)
    cancelling = bench.send(cancel("order-1"))
    bench.deliver(message_id=cancelling)
    bench.run()

    assert bench.record("order-1").state is OrderState.CANCELLED
    assert bench.posts() == 0
    assert bench.tokens.answers["token"] == {"orderId": None, "orderStatus": "cancelled"}


def test_an_order_of_unknown_outcome_is_cancelled_once_it_is_known(bench: OrdersBench) -> None:
    bench.fault("broken-after")
    bench.send(place(payWithBalance=False))
    bench.deliver()
    bench.send(cancel("order-1"))
    bench.run()
    assert bench.record("order-1").state is OrderState.CANCELLED
    assert bench.spent == 0


def test_many_are_cancelled_in_one_call(bench: OrdersBench) -> None:
    issued(bench, "a", "b", "c")
    bench.send(cancel("a", "b", "c"))
    bench.run()
    calls = [entry.endpoint for entry in bench.sandbox.journal.entries if entry.endpoint.endswith("cancel")]
    assert calls == ["POST /v1/orders/cancel"]
    assert bench.spent == 0


def test_of_many_those_that_were_not_cancelled_are_named(bench: OrdersBench) -> None:
    issued(bench, "a", "c")
    bench.send(place("b"))
    bench.run()
    bench.send(cancel("a", "b", "c"))
    bench.run()

    (letter,) = bench.letters
    assert [problem.path for problem in letter.fields] == ["externalIds.1"]
    assert bench.record("a").state is bench.record("c").state is OrderState.CANCELLED
    assert bench.spent == Decimal("0.02")


def test_many_without_an_answer_are_found_out(bench: OrdersBench) -> None:
    issued(bench, "a", "b")
    bench.fault("broken-after", path="/v1/orders/cancel")
    bench.send(cancel("a", "b"))
    bench.run()
    assert bench.record("a").state is bench.record("b").state is OrderState.CANCELLED
    assert not bench.letters


def test_an_order_is_followed_until_it_is_paid_and_each_change_is_recorded_once(bench: OrdersBench) -> None:
    issued(bench, "order-1")
    for _ in range(36 * 4):
        bench.follow(6 * 3600)

    assert bench.record("order-1").following_since is None
    assert bench.statuses("order-1") == ["Issued", "Paid"]


def test_following_is_polite(bench: OrdersBench) -> None:
    """As long again as it was followed already: a day costs a handful of readings."""
    issued(bench, "order-1")
    before = len(bench.sandbox.journal.entries)
    for _ in range(24 * 12):
        bench.follow(300)
    assert len(bench.sandbox.journal.entries) - before < 20


def test_following_learns_that_the_list_shows_our_keys(bench: OrdersBench) -> None:
    bench.send(place())
    bench.run()
    assert not bench.relay.orders.echo_seen()
    bench.follow(3600)
    assert bench.relay.orders.echo_seen()
    assert bench.record("order-1").seen_in_list
    assert bench.record("order-1").following_since is None


def test_a_refund_is_noticed_on_request(bench: OrdersBench) -> None:
    bench.send(place())
    bench.run()
    next(iter(bench.sandbox.orders.values())).status = "Refunded"
    bench.send({"version": 1, "action": "follow", "externalId": "order-1"})
    bench.run()
    assert bench.statuses("order-1")[-1] == "Refunded"


def test_a_second_order_under_one_key_raises_the_alarm(bench: OrdersBench) -> None:
    """It should never be; if the provider shows an order later than `settle_after`, following still finds it."""
    bench.send(place())
    bench.run()
    (order,) = bench.sandbox.orders.values()
    body = {"vcuAmount": Decimal("0.02"), "targetCurrency": "BRL", "payWithBalance": True, "metaData": order.meta_data}
    bench.relay.carbonext.place_order(body, bench.relay.order_permit(bench.clock.now() + timedelta(minutes=1)))
    bench.follow(3600)
    assert [letter.error_type for letter in bench.letters] == ["OutcomeUnknown"]
    assert "1 more orders" in bench.letters[0].reason
