"""All state of one sandbox, in one object that tests can look into. It lives on one event loop: nothing here awaits."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from massid_relay.core.clock import Clock

from massid_local.carbonext_sandbox.orders import BILLED, CANCELLED, ISSUED, PAID, StoredOrder
from massid_local.carbonext_sandbox.problems import Refused
from massid_local.carbonext_sandbox.requests import OrderRequest
from massid_local.carbonext_sandbox.retirements import Retirements
from massid_local.carbonext_sandbox.settings import CarbonextSandboxSettings
from massid_local.carbonext_sandbox.tokens import Tokens
from massid_local.carrot_sandbox.clocks import MovableClock
from massid_local.carrot_sandbox.faults import FaultPlan
from massid_local.carrot_sandbox.journal import Journal
from massid_local.carrot_sandbox.sandbox import ClockStands


class CarbonextSandbox:
    """The provider as the sandbox knows it. `settings` may be replaced at any time."""

    def __init__(self, settings: CarbonextSandboxSettings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.tokens = Tokens()
        self._start_anew()

    def now(self) -> datetime:
        """The sandbox's time."""
        return self.clock.now()

    def advance(self, seconds: float) -> None:
        """Move the clock forward. Raises ClockStands if it can't be moved."""
        if not isinstance(self.clock, MovableClock):
            raise ClockStands("this sandbox's clock can't be moved")
        self.clock.advance(seconds)

    def reset(self) -> None:
        """Forget orders, retirements, log and faults. Settings and tokens stay."""
        self._start_anew()

    def place(self, request: OrderRequest) -> StoredOrder:
        """Make an order. There is no idempotency: two requests are two orders. Raises Refused 422 beyond the balance."""
        settings, account = self.settings, self.settings.account
        prepaid = account.model == "prepaid"
        from_balance = prepaid and request.pay_with_balance
        covered = self.balance(request.currency) >= request.vcu_amount
        if from_balance and not covered and settings.insufficient_balance == "refuse":
            raise Refused(422, "insufficient balance")
        now = self.now()
        late = settings.visible_after_seconds + self._random.random() * settings.visible_spread_seconds
        order = StoredOrder(
            id=str(uuid.UUID(int=self._random.getrandbits(128), version=4)),
            vcu_amount=request.vcu_amount,
            unit_price=settings.prices[request.currency],
            currency=request.currency,
            pay_with_balance=request.pay_with_balance,
            recipient=request.recipient,
            meta_data=request.meta_data,
            created_at=now,
            visible_at=now + timedelta(seconds=late),
            type="Subscription" if prepaid else "Postpaid",
        )
        self.orders[order.id] = order
        if from_balance and covered:
            self._pay(order, now)
        return order

    def cancel(self, order_id: str) -> StoredOrder:
        """Cancel one. Raises Refused 404, or 422 outside its status or window."""
        order = self.orders.get(order_id.lower())
        if order is None:
            raise Refused(404, "no such order")
        if order.status != ISSUED:
            raise Refused(422, "only an issued order can be cancelled")
        if self.now() >= order.created_at + timedelta(seconds=self.settings.cancel_seconds):
            raise Refused(422, "the order is too old to be cancelled")
        order.status = CANCELLED
        return order

    def cancel_many(self, order_ids: Sequence[str]) -> bool:
        """Cancel those that can be; whether these were all."""
        done = []
        for order_id in order_ids:
            try:
                self.cancel(order_id)
                done.append(order_id)
            except Refused:
                continue
        return len(done) == len(order_ids)

    def visible_orders(self) -> list[StoredOrder]:
        """What the list shows by now."""
        now = self.now()
        return [order for order in self.orders.values() if order.visible_at <= now]

    def move_on(self) -> None:
        """Let time do its work: orders are billed and paid."""
        now, settings = self.now(), self.settings
        for order in self.orders.values():
            if order.status not in {ISSUED, BILLED}:
                continue
            age = (now - order.created_at).total_seconds()
            if settings.paid_after_seconds is not None and age >= settings.paid_after_seconds:
                order.own_payment = True
                self._pay(order, order.created_at + timedelta(seconds=settings.paid_after_seconds))
            elif _is_due(order, age, settings):
                order.status = BILLED

    def balance(self, currency: str) -> Decimal:
        """VCUs: what was bought and what orders paid for themselves, less all orders that stand (b2b-api-concepts/balance)."""
        return self.credit(currency) - sum((order.vcu_amount for order in self._standing(currency)), Decimal())

    def credit(self, currency: str) -> Decimal:
        """VCUs of paid invoices."""
        own = sum((order.vcu_amount for order in self._standing(currency) if order.own_payment), Decimal())
        return self.settings.account.credits.get(currency, Decimal()) + own

    def future_debt(self, currency: str) -> Decimal:
        """VCUs of orders that are not billed yet."""
        return sum((order.vcu_amount for order in self._standing(currency) if order.status == ISSUED), Decimal())

    def spent(self) -> dict[str, dict[str, Decimal]]:
        """VCUs and money of the orders that stand, by currency."""
        return {
            currency: {
                "vcus": sum((order.vcu_amount for order in self._standing(currency)), Decimal()),
                "money": sum((order.total_price for order in self._standing(currency)), Decimal()),
            }
            for currency in sorted({order.currency for order in self.orders.values()})
        }

    def certificates(self) -> list[dict[str, Any]]:
        """CARBONEXT certificates that were sent by now: one for each paid order."""
        due = self.now() - timedelta(seconds=self.settings.certificate_seconds)
        paid = [order for order in self.orders.values() if order.paid_at is not None and order.paid_at <= due]
        return [{"orderId": order.id, "to": order.recipient["taxId"], "vcus": order.vcu_amount} for order in paid]

    def _pay(self, order: StoredOrder, at: datetime) -> None:
        order.status, order.paid_at = PAID, at
        self.retirements.add(order.accumulates_for, order.vcu_amount)

    def _standing(self, currency: str) -> list[StoredOrder]:
        return [order for order in self.orders.values() if order.currency == currency and order.stands]

    def _start_anew(self) -> None:
        self.journal = Journal()
        self.faults = FaultPlan(self.settings.seed)
        self.orders: dict[str, StoredOrder] = {}
        self.retirements = Retirements()
        self._random = Random(self.settings.seed)


def _is_due(order: StoredOrder, age: float, settings: CarbonextSandboxSettings) -> bool:
    return (
        order.type == "Postpaid" and settings.billed_after_seconds is not None and age >= settings.billed_after_seconds
    )
