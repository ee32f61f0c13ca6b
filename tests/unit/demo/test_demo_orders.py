"""The demo's orders, told honestly."""

from decimal import Decimal
from pathlib import Path

import pytest
from massid_cli.demo_orders import show_orders, write_orders
from massid_local.carrot_sandbox.fault_kinds import FAULT_KINDS
from massid_local.demo.orders import FAULTS, OPTIONS, OrderOutcome, OrdersResult, carbonext_settings
from massid_relay.core.jsons import loads
from massid_relay.core.messages import Order
from massid_relay.core.orders.policy import OrderPolicy
from massid_relay.core.orders.rules import valid_order
from rich.console import Console


def result(after: str = "98.5", standing: int = 1) -> OrdersResult:
    one = OrderOutcome("certificate and credits for us", "demo-order-1", Decimal("1.5"), "Paid", standing)
    return OrdersResult((one,), Decimal(100), Decimal(after), 2)


@pytest.mark.parametrize("bad", [result(after="97"), result(standing=2), result(standing=0)])
def test_an_order_twice_or_never_and_a_wrong_balance_are_not_good(bad: OrdersResult) -> None:
    assert result().is_good
    assert not bad.is_good


def test_the_balance_is_shown_before_and_after() -> None:
    console = Console(record=True, width=120)
    show_orders(console, result())
    text = console.export_text()
    assert "100 VCU before, 98.5 after; asked for 1.5" in text
    assert "2 answers lost on the way" in text


def test_the_figures_stand_in_a_file(tmp_path: Path) -> None:
    write_orders(result(), tmp_path / "new")
    found = loads((tmp_path / "new" / "orders.json").read_bytes())
    assert (found["asked"], found["orders"][0]["vcuAmount"]) == (Decimal("1.5"), Decimal("1.5"))


def test_the_four_options_are_four_shapes_that_the_worker_accepts() -> None:
    policy = OrderPolicy(cap=Decimal(10), daily_cap=Decimal(100))
    shapes = []
    for _, order in OPTIONS:
        whole = Order.model_validate({"externalId": "x", "targetCurrency": "BRL", "payWithBalance": True} | order)
        recipient = valid_order(whole, policy).body.get("certificateRecipientInfo", {})
        shapes.append((recipient.get("taxId"), recipient.get("retirementTaxId")))
    assert len(set(shapes)) == 4


def test_faults_lose_answers_of_orders_that_were_made() -> None:
    assert all(FAULT_KINDS[name].when == "after" for name in FAULTS)
    assert carbonext_settings(1, faults=False).fault_rate == 0
