"""What a look at the list proves. The rules of a second post hold for every list, or money is lost (invariant 4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.carbonext_reading import Moment, OrderStatus, RemoteOrder
from massid_relay.core.orders.lookup import (
    Absent,
    AskAPerson,
    Found,
    LookAgain,
    Verdict,
    judge,
    look,
)
from massid_relay.core.orders.policy import Settle, SettlePolicy
from massid_relay.core.orders.record import OrderRecord, OrderState

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY, OTHER = "1a5d5c3e-0000-4000-8000-000000000001", "1a5d5c3e-0000-4000-8000-000000000002"
POLICY = SettlePolicy(timedelta(minutes=15))


def unknown(**changes: object) -> OrderRecord:
    """Sent at NOW, its attempt ended 20 s later without an answer."""
    record = OrderRecord("order-1", "hash", KEY, Decimal("0.02"), "BRL")
    record.begin(NOW, "worker", NOW + timedelta(seconds=60))
    record.unknown(NOW + timedelta(seconds=20))
    return replace(record, **changes)  # type: ignore[arg-type]


def shown(
    order_id: str = "a",
    amount: Decimal | None = Decimal("0.02"),
    currency: str | None = "BRL",
    key: str | None = None,
    at: datetime | None = NOW,
    zoned: bool = True,
) -> RemoteOrder:
    moment = None if at is None else Moment(at, zoned)
    meta_data = f"massid-relay:{key} text" if key else None
    return RemoteOrder(order_id, amount, None, None, currency, OrderStatus.PAID, "Paid", None, moment, meta_data, {})


def looked(
    record: OrderRecord, orders: Sequence[RemoteOrder], minutes: float, *, echo: bool = True, known: Sequence[str] = ()
) -> Verdict:
    now = NOW + timedelta(minutes=minutes)
    return judge(record, look(record, orders, known), POLICY, echo_known=echo, now=now)


orders = st.lists(
    st.builds(
        shown,
        order_id=st.sampled_from("abcdef"),
        amount=st.sampled_from([Decimal("0.02"), Decimal("0.020"), Decimal(1), None]),
        currency=st.sampled_from(["BRL", "USD", None]),
        key=st.sampled_from([None, None, OTHER]),
        at=st.sampled_from([NOW, NOW - timedelta(hours=3), NOW - timedelta(days=3), NOW + timedelta(minutes=1), None]),
        zoned=st.booleans(),
    ),
    max_size=4,
)
looks = st.lists(st.tuples(orders, st.floats(1, 40)), min_size=1, max_size=5)


@given(looks, st.booleans(), st.lists(st.sampled_from("abcdef")), st.sampled_from(Settle))
def test_absence_is_believed_only_after_two_whole_readings_without_a_trace_and_with_an_echo(
    steps: list[tuple[list[RemoteOrder], float]], echo: bool, known: list[str], settle: Settle
) -> None:
    """Whatever the lists show: a second post needs all of it."""
    record, now, clean = unknown(), NOW + timedelta(seconds=20), list[datetime]()
    for shown_orders, minutes in steps:
        now += timedelta(minutes=minutes)
        seen = look(record, shown_orders, known)
        verdict = judge(record, seen, SettlePolicy(POLICY.settle_after, settle), echo_known=echo, now=now)
        clean = [*clean, now] if seen.clean else []
        if isinstance(verdict, Absent):
            assert settle is Settle.LIST
            assert echo
            assert len(clean) >= 2
            assert clean[-1] - clean[0] >= POLICY.settle_after
            assert record.ended_at is not None
            assert now - record.ended_at >= POLICY.settle_after
            assert not seen.mine
            assert seen.unexplained == 0
        if not isinstance(verdict, LookAgain):
            break


@given(orders, st.floats(0.4, 60))
def test_an_order_with_our_key_is_found_at_any_time_whatever_else_is_there(
    others: list[RemoteOrder], minutes: float
) -> None:
    mine = shown("mine", key=KEY, amount=None, currency=None, at=None)
    assert looked(unknown(), [*others, mine], minutes, echo=False) == Found(mine)


@given(orders, st.floats(0.4, 60))
def test_two_orders_with_our_key_are_for_a_person(others: list[RemoteOrder], minutes: float) -> None:
    twins = [shown("one", key=KEY), shown("two", key=KEY)]
    assert isinstance(looked(unknown(), [*others, *twins], minutes), AskAPerson)


@given(looks)
def test_it_ends_within_twice_the_time_and_a_little(steps: list[tuple[list[RemoteOrder], float]]) -> None:
    """A trace or none: nobody waits for ever."""
    record = unknown()
    for shown_orders, _ in steps[:-1]:
        looked(record, shown_orders, 5)
    verdict = looked(record, steps[-1][0], 21)
    if isinstance(verdict, LookAgain):
        assert not isinstance(looked(record, steps[-1][0], 21 + 15), LookAgain)


def test_one_clean_reading_proves_nothing_however_late_it_comes() -> None:
    record = unknown()
    assert isinstance(looked(record, [], 600), LookAgain)
    assert isinstance(looked(record, [], 614), LookAgain)
    assert isinstance(looked(record, [], 615), Absent)


def test_a_trace_that_goes_away_starts_the_time_anew() -> None:
    record = unknown()
    assert isinstance(looked(record, [], 1), LookAgain)
    assert isinstance(looked(record, [shown()], 10), LookAgain)
    assert isinstance(looked(record, [], 17), LookAgain)
    assert isinstance(looked(record, [], 32), Absent)


def test_what_the_ledger_knows_as_another_order_of_ours_is_explained() -> None:
    """By its id, if it shows no key; but then the list doesn't echo, and that is no proof either."""
    record = unknown()
    seen = look(record, [shown("known")], {"known"})
    assert seen.unexplained == 0
    assert seen.silent
    looked(record, [shown("known")], 1, known=["known"])
    assert isinstance(looked(record, [shown("known")], 17, known=["known"]), AskAPerson)


def test_another_keys_order_of_the_same_amount_is_explained() -> None:
    assert look(unknown(), [shown(key=OTHER)], set()).clean


def test_times_without_a_zone_may_be_hours_off() -> None:
    """Brazil's clocks are three hours behind UTC: such an order may be ours."""
    three_hours_ago = NOW - timedelta(hours=3)
    assert look(unknown(), [shown(at=three_hours_ago, zoned=False)], set()).unexplained == 1
    assert look(unknown(), [shown(at=three_hours_ago, zoned=True)], set()).unexplained == 0


def test_what_cannot_be_read_may_be_ours() -> None:
    assert look(unknown(), [shown(amount=None, at=None)], set()).unexplained == 1


def test_the_first_looks_come_soon_and_the_later_ones_ever_slower() -> None:
    record, now, waits = unknown(), NOW + timedelta(seconds=21), list[float]()
    verdict: Verdict = LookAgain(timedelta())
    while isinstance(verdict, LookAgain):
        verdict = judge(record, look(record, [], ()), POLICY, echo_known=True, now=now)
        if isinstance(verdict, LookAgain):
            waits.append(verdict.after.total_seconds())
            now += verdict.after
    assert waits[0] == 5
    assert waits[:-1] == sorted(waits[:-1])
    assert len(waits) < 12
    assert record.state is OrderState.OUTCOME_UNKNOWN
