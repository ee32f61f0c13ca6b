"""What the core expects of Carbonext. The client implements it; fakes in tests do too."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from massid_relay.core.carbonext_reading import CurrencyBalance, OrderPage, RemoteOrder
from massid_relay.core.jsons import JsonObject
from massid_relay.core.ports import Permit


class CarbonextApi(Protocol):
    """Orders, price and balance. Every method raises the errors of `core.errors` and nothing else.

    Of POST /v1/orders NeverSent, Throttled, CredentialsRefused and what a permit raises prove that no order was made;
    RejectedByProvider is a clear no; OutcomeUnknown means that the order may stand.
    """

    def place_order(self, body: JsonObject, permit: Permit) -> RemoteOrder:
        """POST /v1/orders. Never repeat it on OutcomeUnknown: there is no idempotency key."""
        ...

    def list_orders(
        self,
        permit: Permit,
        *,
        page: int = 1,
        page_size: int | None = None,
        sort_by: str | None = None,
        filters: Sequence[str] = (),
    ) -> OrderPage:
        """GET /v1/orders. Pages count from 1. `sort_by` e.g. `createdAt_desc`; `filters` e.g. `status_eq:Paid`."""
        ...

    def cancel_order(self, order_id: str, permit: Permit) -> RemoteOrder | None:
        """POST /v1/orders/{orderId}/cancel; the order if the answer shows it."""
        ...

    def cancel_orders(self, order_ids: Sequence[str], permit: Permit) -> None:
        """POST /v1/orders/cancel. The answer proves little: look which ones were cancelled."""
        ...

    def price(self, vcu_amount: Decimal, currency: str, permit: Permit) -> Decimal:
        """GET /v1/prices: the price of one VCU at that volume. No page promises that it holds."""
        ...

    def balance(self, permit: Permit, *, start: date | None = None, end: date | None = None) -> list[CurrencyBalance]:
        """GET /v1/customers/balance, in VCU by currency."""
        ...
