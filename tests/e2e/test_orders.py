"""Orders on the local stack: as part of a submission, by themselves, and failing without undoing the MassID."""

from datetime import timedelta
from typing import Any

import pytest
from massid_cli.operations.orders import Finding, settle
from massid_local.carbonext_sandbox.money import money
from massid_local.carrot_sandbox.faults import ScriptedFault
from massid_relay.core.orders.record import OrderState

from tests.e2e.conftest import Running
from tests.e2e.test_lifecycle import closed, drop_evidence, massid

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("e2e-orders")]


def order(external_id: str, amount: float = 0.02) -> dict[str, Any]:
    return {"externalId": external_id, "vcuAmount": amount, "targetCurrency": "BRL", "payWithBalance": True}


def ended(running: Running, external_id: str) -> Any:
    standing = running.standing(external_id)
    return standing if standing and standing.run == "run 1 ended" else None


def placed(running: Running, amount: str) -> list[str]:
    """Statuses of the sandbox's orders of that many VCUs."""
    orders = list(running.stack.carbonext.sandbox.orders.values())
    return [found.status for found in orders if str(found.vcu_amount) == amount]


def test_the_order_of_a_submission_is_placed_once_its_massid_is_closed_and_verified(running: Running) -> None:
    sample = massid(0)
    drop_evidence(running, sample)
    running.send("SubmissionsQueue", sample.submission | {"order": order("with-massid", 0.03)})
    running.eventually(lambda: ended(running, sample.external_id))

    assert closed(running, sample.external_id)
    assert placed(running, "0.03") == ["Paid"]
    assert money(running.stack.carbonext.sandbox)["doubled"] == []


def stay_within_a_day(running: Running) -> None:
    """The cap counts by days in UTC: shortly before midnight it is made tomorrow."""
    clock = running.stack.clock
    if (clock.now() + timedelta(minutes=5)).date() > clock.now().date():
        clock.advance(300)


def test_a_failed_order_does_not_undo_the_massid_and_is_told_as_what_it_is(running: Running) -> None:
    sample = massid(1)
    stay_within_a_day(running)
    drop_evidence(running, sample)
    for number, amount in enumerate([10] * 9 + [0.5]):
        filling = order(f"filling-{number}", amount)
        message = {"version": 1, "action": "place", "externalId": filling["externalId"], "order": filling}
        running.send("OrdersQueue", message)
    running.eventually(lambda: len(placed(running, "10")) == 9 and placed(running, "0.5"))
    running.send("SubmissionsQueue", sample.submission | {"order": order("too-much", 9.99)})
    running.eventually(lambda: ended(running, sample.external_id))

    assert closed(running, sample.external_id)
    (letter,) = running.dead_letters(sample.external_id)
    assert (letter.queue, letter.error_type) == ("orders", "CapExceeded"), "the day's cap is 100 VCUs"
    assert placed(running, "9.99") == []


def test_a_wrong_order_is_told_before_the_massid_is_begun(running: Running) -> None:
    """Invariant 10."""
    sample = massid(2)
    running.send("SubmissionsQueue", sample.submission | {"order": order("wrong") | {"targetCurrency": "EUR"}})
    (letter,) = running.eventually(lambda: running.dead_letters(sample.external_id))
    assert [problem.path for problem in letter.fields] == ["order.targetCurrency"]
    assert running.effects(sample.external_id) == []


def test_an_order_by_itself_is_placed_and_cancelled(running: Running) -> None:
    alone = order("alone", 0.04) | {"payWithBalance": False}
    running.send("OrdersQueue", {"version": 1, "action": "place", "externalId": "alone", "order": alone})
    running.eventually(lambda: placed(running, "0.04") == ["Issued"])
    running.send("OrdersQueue", {"version": 1, "action": "cancel", "externalId": "alone"})
    running.eventually(lambda: placed(running, "0.04") == ["Cancelled"])


def test_an_order_that_is_left_to_a_person_is_settled_by_one(running: Running) -> None:
    """Invariant 4: nothing proves what became of it, so `massid orders settle` says it."""
    sandbox = running.stack.carbonext.sandbox
    sandbox.settings = sandbox.settings.changed({"echo": "never"})
    sandbox.faults.add(ScriptedFault("broken-before", "POST", "/v1/orders"))
    lost = order("lost", 0.07)
    running.send("OrdersQueue", {"version": 1, "action": "place", "externalId": "lost", "order": lost})
    running.eventually(lambda: state_of(running, "lost") is OrderState.OUTCOME_UNKNOWN)
    running.eventually(lambda: _after_a_while(running, "lost"))
    (letter,) = running.dead_letters("lost")
    assert letter.error_type == "OutcomeUnknown"
    assert placed(running, "0.07") == []

    settle(running.target, "lost", Finding.ABSENT, "not in the dashboard", running.stack.clock.now())
    running.eventually(lambda: placed(running, "0.07") == ["Paid"])
    running.eventually(lambda: state_of(running, "lost") is OrderState.CONFIRMED)
    assert running.dead_letters("lost") == []


def state_of(running: Running, external_id: str) -> OrderState | None:
    record = running.target.orders.load(external_id)
    return record.state if record else None


def _after_a_while(running: Running, external_id: str) -> bool:
    running.stack.clock.advance(60)
    return state_of(running, external_id) is OrderState.LEFT_TO_A_PERSON and bool(running.dead_letters(external_id))
