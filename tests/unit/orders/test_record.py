"""The states of an order: only a recorded one is posted, and nothing proven is forgotten."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from massid_relay.core.carbonext_reading import OrderStatus, RemoteOrder
from massid_relay.core.errors import (
    Busy,
    ForbiddenTransition,
    NotReady,
    OrderLeftToAPerson,
    Refusal,
    RefusedBefore,
)
from massid_relay.core.orders.cancelling import require_cancellable
from massid_relay.core.orders.record import OrderRecord, OrderState

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
REFUSAL = Refusal("message-1", "OutcomeUnknown", "sent without an answer")


def fresh() -> OrderRecord:
    return OrderRecord("order-1", "hash", "1a5d5c3e-0000-4000-8000-000000000001", Decimal("0.02"), "BRL")


def sent() -> OrderRecord:
    record = fresh()
    record.begin(NOW, "worker", NOW + timedelta(seconds=60))
    return record


def confirmed(status: OrderStatus = OrderStatus.ISSUED) -> OrderRecord:
    record = sent()
    record.confirm(RemoteOrder("a", None, None, None, None, status, None, None, None, None, {}), NOW)
    return record


@pytest.mark.parametrize("state", sorted(set(OrderState) - {OrderState.RECORDED}))
def test_only_a_recorded_order_may_be_posted(state: OrderState) -> None:
    """Invariant 4."""
    record = fresh()
    record.state = state
    with pytest.raises(RuntimeError):
        record.begin(NOW, "worker", NOW)


def test_while_the_lease_runs_nobody_else_acts_and_then_the_outcome_is_unknown() -> None:
    record = sent()
    with pytest.raises(Busy):
        record.require_idle(NOW + timedelta(seconds=59))
    record.require_idle(NOW + timedelta(seconds=61))
    assert record.state is OrderState.OUTCOME_UNKNOWN
    assert record.ended_at == NOW + timedelta(seconds=60), "it may have been sent until then"


def test_what_was_never_sent_counts_as_no_post() -> None:
    record = sent()
    record.never_sent()
    assert (record.state, record.posts, record.sent_at) == (OrderState.RECORDED, 0, None)


def test_an_answer_counts_only_for_the_attempt_it_belongs_to() -> None:
    record = sent()
    record.unknown(NOW)
    assert record.is_attempt(1), "a late answer still decides it"
    record.absent()
    record.begin(NOW, "another", NOW)
    assert not record.is_attempt(1)


def test_the_end_of_an_attempt_makes_what_was_seen_before_it_worthless() -> None:
    record = sent()
    record.unknown(NOW)
    record.clean_since = NOW
    record.unknown(NOW + timedelta(seconds=5))
    assert record.clean_since is None


def test_a_refused_order_is_refused_again_by_its_message_and_tried_again_by_a_redrive() -> None:
    record = sent()
    record.refuse(REFUSAL)
    with pytest.raises(RefusedBefore):
        record.try_again_after("message-1")
    record.try_again_after("message-2")
    assert record.state is OrderState.RECORDED


def test_a_person_is_asked_again_until_one_has_settled_it() -> None:
    record = sent()
    record.leave_to_a_person(REFUSAL)
    with pytest.raises(OrderLeftToAPerson):
        record.try_again_after("message-2")
    record.settled_as_absent()
    record.try_again_after("message-2")
    assert record.state is OrderState.RECORDED


def test_a_status_is_news_once() -> None:
    record = confirmed()
    assert not record.observe(OrderStatus.ISSUED, NOW)
    assert record.observe(OrderStatus.CANCELLED, NOW)
    assert record.state is OrderState.CANCELLED
    assert [change.status for change in record.changes] == [OrderStatus.ISSUED, OrderStatus.CANCELLED]


@pytest.mark.parametrize(
    ("record", "after", "error"),
    [
        (sent(), timedelta(), NotReady),
        (confirmed(OrderStatus.PAID), timedelta(), ForbiddenTransition),
        (confirmed(OrderStatus.BILLED), timedelta(), ForbiddenTransition),
        (confirmed(), timedelta(days=10), ForbiddenTransition),
    ],
)
def test_cancelling_is_for_issued_orders_of_the_last_ten_days(
    record: OrderRecord, after: timedelta, error: Any
) -> None:
    with pytest.raises(error):
        require_cancellable(record, NOW + after)
    require_cancellable(confirmed(), NOW + timedelta(days=9, hours=23))
    require_cancellable(confirmed(OrderStatus.UNKNOWN), NOW)
