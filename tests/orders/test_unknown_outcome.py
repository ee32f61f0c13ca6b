"""What happens after a timeout (invariant 4): the list decides, and where it can't, a person."""

from datetime import timedelta
from decimal import Decimal

import pytest
from massid_relay.core.orders.record import OrderState

from tests.orders.bench import Crash, OrdersBench, place
from tests.orders.conftest import MakeBench

SETTLE = timedelta(minutes=15)


def teach_echo(bench: OrdersBench) -> None:
    """An earlier order whose key the list has shown."""
    bench.send(place("earlier", vcuAmount=Decimal("0.5")))
    bench.run()
    bench.relay.orders.learn_echo(bench.clock.now())


def sent_without_answer(bench: OrdersBench, kind: str, external_id: str = "order-1") -> None:
    bench.fault(kind)
    bench.send(place(external_id))
    bench.deliver()
    assert bench.record(external_id).state is OrderState.OUTCOME_UNKNOWN


@pytest.mark.parametrize(
    "kind", ["broken-after", "truncated-after", "500-json-after", "502-text-after", "504-json-after"]
)
def test_an_order_that_stands_is_found_by_its_key_and_not_posted_again(bench: OrdersBench, kind: str) -> None:
    sent_without_answer(bench, kind)
    started = bench.clock.now()
    bench.run()

    assert bench.posts() == 1
    assert bench.record("order-1").state is OrderState.CONFIRMED
    assert bench.clock.now() - started < timedelta(minutes=1), "found at the first look"


def test_a_timeout_after_the_effect_is_found_too(bench: OrdersBench) -> None:
    impatient = bench.new_worker(CARBONEXT_CALL_TIMEOUT_SECONDS="0.5")
    bench.fault("timeout-after")
    bench.send(place())
    bench.deliver(impatient)
    assert bench.record("order-1").state is OrderState.OUTCOME_UNKNOWN

    bench.run()
    assert (bench.posts(), bench.spent) == (1, Decimal("0.02"))


@pytest.mark.parametrize("kind", ["broken-before", "500-json-before", "503-text-before"])
def test_an_order_that_was_never_made_is_posted_again_after_two_whole_readings(bench: OrdersBench, kind: str) -> None:
    teach_echo(bench)
    sent_without_answer(bench, kind)
    ended = bench.record("order-1").ended_at
    bench.run()

    assert bench.record("order-1").state is OrderState.CONFIRMED
    assert bench.posts() == 3, "the earlier one, the lost one and the second post"
    assert bench.money["doubled"] == []
    assert ended is not None
    assert bench.clock.now() >= ended + SETTLE


def test_an_order_that_shows_up_late_is_found_and_not_paid_twice(bench: OrdersBench) -> None:
    teach_echo(bench)
    bench.switch(visible_after_seconds=13 * 60)
    sent_without_answer(bench, "broken-after")
    bench.run()

    assert bench.record("order-1").state is OrderState.CONFIRMED
    assert bench.spent == Decimal("0.52")


def test_without_our_keys_in_the_list_a_lost_order_is_left_to_a_person(bench: OrdersBench) -> None:
    bench.switch(echo="never")
    sent_without_answer(bench, "broken-before")
    bench.run()

    (letter,) = bench.letters
    assert letter.error_type == "OutcomeUnknown"
    assert "the list is not known to show our keys" in letter.reason
    assert "0 orders the last time" in letter.reason
    assert bench.record("order-1").state is OrderState.LEFT_TO_A_PERSON
    assert bench.posts() == 1


def test_an_order_of_that_amount_that_nobody_owns_is_left_to_a_person(bench: OrdersBench) -> None:
    """metaData isn't echoed: the order may be ours or somebody else's."""
    bench.switch(echo="never")
    sent_without_answer(bench, "broken-after")
    bench.run()

    assert "1 orders of that amount and currency are nobody's" in bench.letters[0].reason
    assert bench.spent == Decimal("0.02")


def test_keys_that_are_no_longer_echoed_prove_nothing(bench: OrdersBench) -> None:
    """They were seen once; by now an order that we know to be ours shows none."""
    teach_echo(bench)
    bench.switch(echo="never")
    bench.send(place("same-amount"))
    bench.run()
    sent_without_answer(bench, "broken-before")
    bench.run()

    assert bench.record("order-1").state is OrderState.LEFT_TO_A_PERSON
    assert bench.spent == Decimal("0.52")


def test_our_own_other_orders_explain_themselves(bench: OrdersBench) -> None:
    """Two of the same amount at once, both lost in different ways: each is told by its key."""
    teach_echo(bench)
    sent_without_answer(bench, "broken-after", "made")
    sent_without_answer(bench, "broken-before", "lost")
    bench.run()

    assert bench.record("made").state is bench.record("lost").state is OrderState.CONFIRMED
    assert bench.spent == Decimal("0.54")
    assert bench.money["doubled"] == []


def test_the_setting_person_switches_the_second_post_off(make_bench: MakeBench) -> None:
    bench = make_bench(SETTLE_POLICY="person")
    teach_echo(bench)
    sent_without_answer(bench, "broken-before")
    bench.run()

    assert "the setting leaves it to a person" in bench.letters[0].reason
    assert bench.posts() == 2


def test_a_refused_connection_proves_that_nothing_was_sent(bench: OrdersBench) -> None:
    nowhere = bench.new_worker(CARBONEXT_BASE_URL="http://127.0.0.1:1")
    bench.send(place())
    bench.deliver(nowhere)
    nowhere_record = bench.record("order-1")
    assert (nowhere_record.state, nowhere_record.posts) == (OrderState.RECORDED, 0)

    bench.run()
    assert bench.spent == Decimal("0.02")


def test_a_message_redelivered_while_a_person_is_asked_changes_nothing(bench: OrdersBench) -> None:
    bench.switch(echo="never")
    sent_without_answer(bench, "broken-after")
    bench.run()
    bench.send(place())
    bench.run()

    assert [letter.error_type for letter in bench.letters] == ["OutcomeUnknown", "OutcomeUnknown"]
    assert bench.posts() == 1


def test_a_list_that_does_not_hold_still_proves_nothing(bench: OrdersBench) -> None:
    """Fewer orders read than counted: not the whole list."""
    teach_echo(bench)
    sent_without_answer(bench, "broken-before")
    bench.fault("truncated-after", method="GET", times=3)
    bench.fault("500-json-before", method="GET", times=3)
    bench.run()
    assert bench.spent == Decimal("0.52")


@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
@pytest.mark.parametrize("write", [1, 2])
def test_a_worker_that_dies_at_any_write_neither_loses_nor_doubles_the_order(
    bench: OrdersBench, write: int, after: bool
) -> None:
    """Write 1 records the attempt, 2 its confirmation."""
    teach_echo(bench)
    bench.send(place())
    bench.ledger.writes_left, bench.ledger.after = write, after
    bench.deliver()
    bench.run()

    assert bench.record("order-1").state is OrderState.CONFIRMED
    assert bench.spent == Decimal("0.52")
    assert bench.money["doubled"] == []


def test_two_workers_with_the_same_message_make_one_order(bench: OrdersBench) -> None:
    """The second finds the lease of the first, whatever the first is waiting for."""
    other = bench.new_worker()
    first, second = bench.send(place()), bench.send(place())
    answered = bench.relay.carbonext.place_order

    def meanwhile(body: object, permit: object) -> object:
        bench.deliver(other, second)
        return answered(body, permit)  # type: ignore[arg-type]

    bench.relay.carbonext.place_order = meanwhile  # type: ignore[method-assign,assignment]
    bench.deliver(message_id=first)
    bench.run()
    assert (bench.posts(), bench.spent) == (1, Decimal("0.02"))


def test_two_workers_that_settle_the_same_order_post_it_once(bench: OrdersBench) -> None:
    teach_echo(bench)
    other = bench.new_worker()
    sent_without_answer(bench, "broken-before")
    second = bench.send(place())
    for _ in range(60):
        if bench.record("order-1").state is OrderState.CONFIRMED:
            break
        bench.deliver()
        if second in bench.queues.messages:
            bench.deliver(other, second)
    bench.run()
    assert bench.spent == Decimal("0.52")
    assert bench.money["doubled"] == []


def test_a_person_is_asked_after_three_posts(bench: OrdersBench) -> None:
    teach_echo(bench)
    bench.fault("broken-before", times=5)
    bench.send(place())
    bench.run()

    assert "3 posts ended without an answer" in bench.letters[0].reason
    assert bench.spent == Decimal("0.5")


def test_a_crash_is_an_exception_that_no_worker_catches() -> None:
    assert not issubclass(Crash, Exception)
