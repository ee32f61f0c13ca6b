"""Answers are read tolerantly, amounts exactly (api-docs.carbonext.com.br, b2b-api-concepts/orders, /balance)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.carbonext_policy import classify
from massid_relay.core.carbonext_reading import (
    OrderStatus,
    read_balance,
    read_moment,
    read_order,
    read_page,
    read_status,
)
from massid_relay.core.errors import (
    CredentialsRefused,
    EndpointMissing,
    InsufficientBalance,
    OutcomeUnknown,
    RejectedByProvider,
    Throttled,
)
from massid_relay.core.jsons import loads

SAMPLE = """{"id":"4158D5D1-9364-46e6-8d0d-451f528261e7","vcuAmount":0.02,"vcuUnitPrice":110.0,"totalPrice":2.200,
"targetCurrency":"BRL","status":"Issued","createdAt":"2022-07-24T18:26:44.4176783Z","type":"Postpaid","metaData":null}"""


def test_the_documented_sample_is_read_with_exact_amounts() -> None:
    order = read_order(loads(SAMPLE))
    assert order is not None
    assert (order.id, order.vcu_amount, order.total_price) == (
        "4158d5d1-9364-46e6-8d0d-451f528261e7",
        Decimal("0.02"),
        Decimal("2.200"),
    )
    assert order.status is OrderStatus.ISSUED
    assert "metaData" not in repr(order), "the raw answer may hold personal data (invariant 7)"


@pytest.mark.parametrize(
    ("text", "zoned"),
    [("2022-07-24T18:26:44.4176783Z", True), ("2022-07-24T18:26:44.417678", False), ("24/07/2022 18:26:44", False)],
)
def test_three_shapes_of_a_time_are_one_time(text: str, zoned: bool) -> None:
    moment = read_moment(text)
    assert moment is not None
    assert moment.at.replace(microsecond=0) == datetime(2022, 7, 24, 18, 26, 44, tzinfo=UTC)
    assert moment.zoned is zoned


@pytest.mark.parametrize("text", ["Cancelled", "CANCELED", "canceled", " cancelled "])
def test_a_cancelled_order_is_cancelled_however_it_is_spelt(text: str) -> None:
    assert read_status(text) is OrderStatus.CANCELLED


@given(st.text(max_size=12))
def test_an_unknown_status_is_unknown_and_not_final(text: str) -> None:
    status = read_status(text)
    assert status.value.lower() == text.strip().lower().replace("canceled", "cancelled") or not status.final


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
    )
)
def test_strange_fields_never_break_the_reader(value: Any) -> None:
    body = dict.fromkeys(["vcuAmount", "targetCurrency", "status", "createdAt", "metaData", "totalCount"], value)
    assert read_order({"id": "a"} | body) is not None
    read_page(body | {"items": value})
    read_balance({"balancesByCurrency": value})


def test_a_page_that_hides_an_order_is_no_page() -> None:
    """An entry without an id would let a lookup believe that it has seen everything (invariant 4)."""
    assert read_page({"items": [{"id": "a"}, {}]}) is None
    assert read_page({"items": [{"id": "a"}, None]}) is None
    assert read_page({}) is None


def test_the_end_of_the_list_is_known_by_flag_or_by_count() -> None:
    counted = read_page({"items": [], "pageIndex": 1, "totalPages": 2})
    flagged = read_page({"items": [], "pageIndex": 1, "totalPages": 2, "hasNextPage": False})
    assert counted is not None
    assert flagged is not None
    assert (counted.has_next, flagged.has_next) == (True, False)


def test_a_balance_is_taken_as_it_is_given() -> None:
    """The sample's balance is not credit less debt."""
    parts = {
        "type": "VCU",
        "balance": Decimal("15.997878"),
        "credit": 16,
        "debt": Decimal("37.53443683424"),
        "futureDebt": 9,
    }
    (balance,) = read_balance({"balancesByCurrency": [{"currency": "BRL", "vcuBalance": parts}]})
    assert balance.balance == Decimal("15.997878")


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_clear_no_is_a_no(status: int) -> None:
    error = classify("POST /v1/orders", status)
    assert isinstance(error, RejectedByProvider)
    assert not isinstance(error, EndpointMissing)


@pytest.mark.parametrize("status", [102, 200, 204, 301, 303, 408, 409, 425, 499, 500, 502, 503, 504, 520])
def test_whatever_is_no_clear_no_leaves_the_outcome_unknown(status: int) -> None:
    """Invariant 4: a redirect may follow upon an order that was made."""
    assert isinstance(classify("POST /v1/orders", status), OutcomeUnknown)


def test_the_other_answers_have_their_own_consequence() -> None:
    assert isinstance(classify("x", 401), CredentialsRefused)
    assert isinstance(classify("x", 429, retry_after=7), Throttled)
    assert isinstance(classify("x", 405), EndpointMissing)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (402, b""),
        (400, b'{"message":"Insufficient balance"}'),
        (422, b'{"errors":["Saldo insuficiente para ana@exemplo.com.br"]}'),
        (400, "Créditos insuficientes".encode()),
    ],
)
def test_want_of_balance_is_told_as_such_and_nothing_of_the_text(status: int, body: bytes) -> None:
    error = classify("POST /v1/orders", status, body)
    assert isinstance(error, InsufficientBalance)
    assert error.error_type == "InsufficientBalance"
    assert "exemplo" not in str(error), "invariant 7"


def test_a_refusal_for_another_reason_is_not_taken_for_want_of_balance() -> None:
    assert not isinstance(classify("x", 400, b'{"message":"balance date is not valid"}'), InsufficientBalance)
