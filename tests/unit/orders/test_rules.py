"""What becomes of an order before it is sent."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.errors import CapExceeded, InvalidMessage
from massid_relay.core.messages import Order
from massid_relay.core.orders import meta_data
from massid_relay.core.orders.policy import OrderPolicy, Spelling, TaxIdPolicy
from massid_relay.core.orders.rules import size_of, valid_order

POLICY = OrderPolicy(cap=Decimal(10), daily_cap=Decimal(100))
KEY = "1a5d5c3e-0000-4000-8000-000000000001"


def order(**fields: Any) -> Order:
    whole = {"externalId": "order-1", "targetCurrency": "BRL", "payWithBalance": True} | fields
    if "co2eKilograms" not in fields:
        whole.setdefault("vcuAmount", Decimal("0.02"))
    return Order.model_validate(whole)


amounts = st.decimals(min_value=Decimal("0.000001"), max_value=Decimal(10), places=6)


@given(amounts)
def test_an_amount_passes_as_it_is_and_never_as_a_power_of_ten(amount: Decimal) -> None:
    body = valid_order(order(vcuAmount=amount), POLICY).body
    assert body["vcuAmount"] == amount
    assert "E" not in str(body["vcuAmount"])


@given(st.decimals(min_value=Decimal("0.001"), max_value=Decimal(10000), places=3))
def test_a_thousand_kilograms_are_one_vcu_exactly(kilograms: Decimal) -> None:
    size = valid_order(order(co2eKilograms=kilograms), POLICY).vcu_amount
    assert size * 1000 == kilograms


def test_digits_beyond_any_precision_are_refused_and_not_rounded_away() -> None:
    tiny = Decimal("0.02" + "0" * 30 + "1")
    assert size_of(order(vcuAmount=tiny)) == tiny
    with pytest.raises(InvalidMessage):
        valid_order(order(vcuAmount=tiny), POLICY)


@given(st.decimals(min_value=Decimal("5.000001"), max_value=Decimal(10), places=6))
def test_above_the_cap_nothing_passes(amount: Decimal) -> None:
    with pytest.raises(CapExceeded):
        valid_order(order(vcuAmount=amount), OrderPolicy(cap=Decimal(5), daily_cap=Decimal(100)))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=600))
def test_text_and_key_share_500_characters_and_nothing_is_cut(text: str) -> None:
    try:
        valid = valid_order(order(metaData=text), POLICY)
    except InvalidMessage:
        assert meta_data.units(text) > meta_data.TEXT_BUDGET or meta_data.PREFIX in text.lower()
        return
    sent = valid.body_with(KEY)["metaData"]
    assert sent.endswith(text)
    assert meta_data.units(sent) <= 500
    assert meta_data.keys_in(sent) == {KEY}


def test_the_same_order_has_one_hash_however_it_is_spelt() -> None:
    recipient = {"name": "A", "email": "a@b.br"}
    spelt = [
        order(vcuAmount=Decimal(amount), certificateRecipientInfo=recipient | {"taxId": tax_id})
        for amount, tax_id in [("0.02", "529.982.247-25"), ("0.020", "52998224725")]
    ] + [order(co2eKilograms=Decimal(20), certificateRecipientInfo=recipient | {"taxId": "52998224725"})]
    assert len({valid_order(one, POLICY).content_hash for one in spelt}) == 1
    assert valid_order(order(metaData="x"), POLICY).content_hash != valid_order(order(), POLICY).content_hash


@pytest.mark.parametrize(
    ("policy", "accepted"),
    [
        (TaxIdPolicy.CHECK_DIGITS, {"529.982.247-25"}),
        (TaxIdPolicy.FORM, {"529.982.247-25", "000.000.000-00"}),
        (TaxIdPolicy.OFF, {"529.982.247-25", "000.000.000-00", "DE 811 907 980"}),
    ],
)
def test_the_policy_says_how_strictly_a_tax_id_is_looked_at(policy: TaxIdPolicy, accepted: set[str]) -> None:
    """The vendor's own sample, 000.000.000-00, has the form only."""
    limits = OrderPolicy(cap=Decimal(1), daily_cap=Decimal(1), tax_ids=policy)
    for tax_id in ("529.982.247-25", "000.000.000-00", "DE 811 907 980"):
        wanted = order(certificateRecipientInfo={"name": "A", "email": "a@b.br", "taxId": tax_id})
        if tax_id in accepted:
            valid_order(wanted, limits)
        else:
            with pytest.raises(InvalidMessage) as refused:
                valid_order(wanted, limits)
            assert tax_id not in str(refused.value), "invariant 7"


def test_all_tax_ids_are_written_in_one_spelling() -> None:
    """Credits accumulate by tax id: two spellings might make two heaps."""
    info = {"name": "A", "email": "a@b.br", "taxId": "11444777000161"}
    for spelling, written in [(Spelling.PUNCTUATED, "11.444.777/0001-61"), (Spelling.PLAIN, "11444777000161")]:
        policy = OrderPolicy(cap=Decimal(1), daily_cap=Decimal(1), spelling=spelling)
        assert (
            valid_order(order(certificateRecipientInfo=info), policy).body["certificateRecipientInfo"]["taxId"]
            == written
        )
