"""An order as the sandbox keeps it, and as create, list and cancel show it (b2b-api-concepts/orders)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from massid_local.carbonext_sandbox.settings import CarbonextSandboxSettings

ISSUED, PAID, BILLED, CANCELLED, REFUNDED = "Issued", "Paid", "Billed", "Cancelled", "Refunded"
RECIPIENT = ("name", "email", "taxId")
RETIREMENT = ("retirementName", "retirementEmail", "retirementTaxId")


@dataclass(slots=True)
class StoredOrder:
    """One order. `visible_at` is when the list begins to show it."""

    id: str
    vcu_amount: Decimal
    unit_price: Decimal
    currency: str
    pay_with_balance: bool
    recipient: dict[str, str]
    meta_data: str | None
    created_at: datetime
    visible_at: datetime
    type: str
    status: str = ISSUED
    paid_at: datetime | None = None
    own_payment: bool = False
    """Paid by an invoice of its own, not from the balance."""

    @property
    def total_price(self) -> Decimal:
        return self.vcu_amount * self.unit_price

    @property
    def stands(self) -> bool:
        """Whether it counts against the balance."""
        return self.status not in {CANCELLED, REFUNDED}

    @property
    def accumulates_for(self) -> str:
        """The tax id that the credits are collected for, without punctuation."""
        named = self.recipient.get("retirementTaxId") or self.recipient["taxId"]
        return "".join(char for char in named if char.isalnum())

    def created_answer(self, settings: CarbonextSandboxSettings) -> dict[str, Any]:
        """The answer of POST /v1/orders: seven decimals and a zone."""
        return self._shown() | {
            "createdAt": f"{self.created_at:%Y-%m-%dT%H:%M:%S}.{self.created_at.microsecond:06}3Z",
            "metaData": None if settings.echo == "never" else self.meta_data,
            "payWithBalance": self.pay_with_balance,
        }

    def listed(self, settings: CarbonextSandboxSettings) -> dict[str, Any]:
        """An item of GET /v1/orders."""
        return self.cancelled_answer(settings) | {"invoices": [], "subscriptions": []}

    def cancelled_answer(self, settings: CarbonextSandboxSettings) -> dict[str, Any]:
        """The answer of a cancel."""
        return self._shown() | {
            "createdAt": _timestamp(self.created_at, settings),
            "metaData": self.meta_data if settings.echo == "always" else None,
            "retireForRecipient": "retirementTaxId" not in self.recipient,
        }

    def _shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "vcuAmount": self.vcu_amount,
            "vcuUnitPrice": self.unit_price,
            "totalPrice": self.total_price,
            "targetCurrency": self.currency,
            "status": self.status,
            "notifyCertificateTo": None,
            "type": self.type,
            "paymentDate": None,
            "certificateRecipientInfo": self.recipient,
        }


def _timestamp(moment: datetime, settings: CarbonextSandboxSettings) -> str:
    match settings.timestamps:
        case "zoneless":
            return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}"
        case "zoned":
            return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}Z"
        case "old":
            return f"{moment:%d/%m/%Y %H:%M:%S}"
