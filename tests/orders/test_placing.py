"""Placing orders: recorded, posted once, confirmed; what is wrong is named before anything is sent."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from massid_relay.core.carbonext_reading import RemoteOrder
from massid_relay.core.jsons import JsonObject
from massid_relay.core.orders.record import OrderState
from massid_relay.core.ports import Permit
from massid_relay.ledger.dead_letters import DeadLetterState

from tests.orders.bench import RECIPIENT, RETIREMENT, OrdersBench, place
from tests.orders.conftest import MakeBench

OPTIONS: dict[str, dict[str, Any]] = {
    "1: certificate and credits are ours": {},
    "2: a certificate for another, credits for us": {
        "certificateRecipientInfo": RECIPIENT | RETIREMENT,
    },
    "3: certificate and credits for another": {"certificateRecipientInfo": RECIPIENT},
    "4: certificate for one, credits for another": {
        "certificateRecipientInfo": RECIPIENT | RETIREMENT | {"retirementTaxId": "45.997.418/0001-53"},
    },
}


@pytest.mark.parametrize(
    ("option", "collected_for"),
    list(zip(OPTIONS.values(), ["11444777000161", "11444777000161", "52998224725", "45997418000153"], strict=True)),
    ids=OPTIONS,
)
def test_each_retirement_option_is_placed_once(bench: OrdersBench, option: dict[str, Any], collected_for: str) -> None:
    bench.send(place(**option) | {"taskToken": "token"})
    bench.run()

    assert bench.spent == Decimal("0.02")
    assert bench.money["retirements"] == {collected_for: {"waiting": Decimal("0.02"), "retirements": []}}
    record = bench.record("order-1")
    assert record.state is OrderState.CONFIRMED
    assert bench.money["keys"] == {record.key: 1}
    assert bench.tokens.answers == {"token": {"orderId": record.order_id, "orderStatus": "Paid"}}
    assert bench.statuses("order-1") == ["Paid"]


def test_credits_of_one_tax_id_are_collected_however_it_is_spelt(bench: OrdersBench) -> None:
    for number, tax_id in enumerate(["529.982.247-25", "52998224725"]):
        bench.send(place(f"order-{number}", certificateRecipientInfo=RECIPIENT | {"taxId": tax_id}))
    bench.run()

    assert {order.recipient["taxId"] for order in bench.sandbox.orders.values()} == {"529.982.247-25"}


def test_a_retirement_comes_with_each_whole_vcu(bench: OrdersBench) -> None:
    for number, amount in enumerate(["0.6", "0.6", "2.9"]):
        bench.send(place(f"order-{number}", vcuAmount=Decimal(amount)))
    bench.run()

    assert bench.money["retirements"]["11444777000161"] == {"waiting": Decimal("0.1"), "retirements": [1, 3]}


def test_kilograms_of_co2e_become_vcus_exactly(bench: OrdersBench) -> None:
    """1 VCU = 1 t."""
    bench.send(place(co2eKilograms=Decimal("20.125")))
    bench.run()
    assert bench.spent == Decimal("0.020125")


def test_the_same_message_again_orders_nothing_again(bench: OrdersBench) -> None:
    """Invariant 4."""
    for _ in range(3):
        bench.send(place())
        bench.run()
    assert bench.posts() == 1


def test_the_same_external_id_with_another_amount_is_a_conflict_and_sends_nothing(bench: OrdersBench) -> None:
    """Invariant 1."""
    bench.send(place())
    bench.run()
    bench.send(place(vcuAmount=Decimal(1)))
    bench.run()

    assert bench.posts() == 1
    assert [letter.error_type for letter in bench.letters] == ["PayloadConflict"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"vcuAmount": Decimal(0)}, "order.vcuAmount"),
        ({"vcuAmount": Decimal("-1")}, "order.vcuAmount"),
        ({"vcuAmount": Decimal("0.0000001")}, "order.vcuAmount"),
        ({"co2eKilograms": Decimal("0.0001")}, "order.co2eKilograms"),
        ({"targetCurrency": "EUR"}, "order.targetCurrency"),
        ({"metaData": "x" * 451}, "order.metaData"),
        ({"metaData": "🌳" * 226}, "order.metaData"),
        ({"metaData": "massid-relay: mine"}, "order.metaData"),
        ({"certificateRecipientInfo": {}}, "order.certificateRecipientInfo.name"),
        (
            {"certificateRecipientInfo": {"name": "A", "email": "a@b.br"}},
            "order.certificateRecipientInfo.taxId",
        ),
        (
            {"certificateRecipientInfo": RECIPIENT | {"retirementName": "B"}},
            "order.certificateRecipientInfo.retirementEmail",
        ),
        ({"certificateRecipientInfo": RETIREMENT}, "order.certificateRecipientInfo.name"),
        (
            {"certificateRecipientInfo": RECIPIENT | {"taxId": "529.982.247-24"}},
            "order.certificateRecipientInfo.taxId",
        ),
        (
            {"certificateRecipientInfo": RECIPIENT | {"email": "no address"}},
            "order.certificateRecipientInfo.email",
        ),
    ],
)
def test_what_is_wrong_is_named_by_field_and_nothing_is_sent(
    bench: OrdersBench, wrong: dict[str, Any], field: str
) -> None:
    """Invariant 10."""
    bench.send(place(**wrong))
    bench.run()

    (letter,) = bench.letters
    assert letter.error_type == "InvalidMessage"
    assert field in {problem.path for problem in letter.fields}
    assert bench.posts() == 0


def test_an_unknown_action_is_told_as_such(bench: OrdersBench) -> None:
    bench.send({"version": 1, "action": "pay", "externalId": "order-1"})
    bench.run()
    assert [problem.path for problem in bench.letters[0].fields] == ["action"]


def test_the_integrators_own_text_travels_beside_the_key(bench: OrdersBench) -> None:
    bench.send(place(metaData="x" * 450))
    bench.run()
    (order,) = bench.sandbox.orders.values()
    assert order.meta_data == f"massid-relay:{bench.record('order-1').key} " + "x" * 450
    assert len(order.meta_data) == 500


def test_no_dead_letter_tells_personal_data(bench: OrdersBench) -> None:
    """Invariant 7: the reason names fields; the message itself rests as it came."""
    bench.send(place(certificateRecipientInfo=RECIPIENT | {"taxId": "529.982.247-24"}))
    bench.run()
    told = str(bench.letters)
    assert not any(value in told for value in ("529.982", "Ana", "exemplo"))


def test_insufficient_balance_is_told_as_such_and_gives_the_days_room_back(bench: OrdersBench) -> None:
    for number in range(10):
        bench.send(place(f"order-{number}", vcuAmount=Decimal(10)))
    bench.run()
    assert bench.spent == Decimal(100)
    day = bench.clock.now().date().isoformat()
    bench.clock.advance(24 * 3600)

    bench.send(place("one-more"))
    bench.run()

    assert [letter.error_type for letter in bench.letters] == ["InsufficientBalance"]
    assert bench.record("one-more").state is OrderState.REFUSED
    assert bench.relay.orders.ordered_on(day) == Decimal(100)
    assert bench.relay.orders.ordered_on(bench.clock.now().date().isoformat()) == 0


def test_an_order_beyond_the_cap_of_one_order_is_not_sent(make_bench: MakeBench) -> None:
    bench = make_bench(ORDER_CAP_VCUS="1")
    bench.send(place(vcuAmount=Decimal("1.01")))
    bench.run()
    assert [letter.error_type for letter in bench.letters] == ["CapExceeded"]
    assert bench.posts() == 0


@pytest.mark.parametrize("state", [DeadLetterState.RESTING, DeadLetterState.DISCARDED])
def test_an_order_over_the_cap_is_not_placed_tomorrow_because_its_message_came_twice(
    make_bench: MakeBench, state: DeadLetterState
) -> None:
    """Invariant 4: a person has read that it was not placed; only a redrive asks again."""
    bench = make_bench(DAILY_CAP_VCUS="0.05")
    bench.send(place("a", vcuAmount=Decimal("0.05")))
    bench.run()
    message_id = bench.send(place("b", vcuAmount=Decimal("0.05")))
    message = bench.queues.messages[message_id]
    bench.run()
    (letter,) = bench.letters
    bench.relay.dead_letters.put(replace(letter, state=state))
    bench.clock.advance(25 * 3600)
    bench.queues.messages[message_id] = message
    message.visible_at = bench.clock.now()
    bench.run()

    assert bench.spent == Decimal("0.05")
    assert message_id not in bench.queues.messages


def test_an_answer_that_comes_after_the_order_was_posted_again_is_told(bench: OrdersBench) -> None:
    """Leases prevent it; should it happen, money may have been spent twice, and a person must know."""
    place_order = bench.relay.carbonext.place_order

    def meanwhile(body: JsonObject, permit: Permit) -> RemoteOrder:
        placed = place_order(body, permit)
        record = bench.record("order-1")
        record.posts += 1
        record.confirm(replace(placed, id="another"), bench.clock.now())
        bench.relay.orders.save(record)
        return placed

    bench.relay.carbonext.place_order = meanwhile  # type: ignore[method-assign]
    bench.send(place())
    bench.run()

    assert bench.record("order-1").state is OrderState.LEFT_TO_A_PERSON
    (letter,) = bench.letters
    assert "two orders may stand" in letter.reason


def test_the_cap_of_a_day_holds_and_the_next_day_begins_anew(make_bench: MakeBench) -> None:
    """A wrong batch of messages can't empty a balance."""
    bench = make_bench(DAILY_CAP_VCUS="0.05")
    for number in range(4):
        bench.send(place(f"order-{number}"))
    bench.run()
    assert bench.spent == Decimal("0.04")
    assert [letter.error_type for letter in bench.letters] == ["CapExceeded", "CapExceeded"]

    bench.clock.advance(24 * 3600)
    bench.send(place("order-3"))
    bench.run()
    assert bench.spent == Decimal("0.06")


def test_a_refused_order_may_be_corrected_and_sent_again(bench: OrdersBench) -> None:
    bench.switch(least_order="0.5")
    bench.send(place())
    bench.run()
    assert [letter.error_type for letter in bench.letters] == ["Rejected400"]

    bench.send(place(vcuAmount=Decimal("0.5")))
    bench.run()
    assert bench.spent == Decimal("0.5")


def test_refused_credentials_blame_no_order(bench: OrdersBench) -> None:
    """Invariant 5: the message comes back, nothing was sent, and a mended secret lets it through."""
    bench.fault("unauthorized", times=2)
    bench.send(place())
    bench.deliver()
    assert bench.record("order-1").state is OrderState.RECORDED
    assert not bench.letters

    bench.run()
    assert bench.spent == Decimal("0.02")
