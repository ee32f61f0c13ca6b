"""Reads what clients send. Strict where a page states a rule, silent where none does."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from massid_local.carbonext_sandbox.orders import RECIPIENT, RETIREMENT
from massid_local.carbonext_sandbox.problems import Refused
from massid_local.carbonext_sandbox.settings import Account, CarbonextSandboxSettings

LONGEST_META_DATA = 500


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """The body of POST /v1/orders, its recipients filled in from the account where it names none."""

    vcu_amount: Decimal
    currency: str
    pay_with_balance: bool
    recipient: dict[str, str]
    meta_data: str | None


def order_request(body: Any, settings: CarbonextSandboxSettings) -> OrderRequest:
    """Raises Refused 400."""
    if not isinstance(body, dict):
        raise Refused(400, "the body must be an object")
    amount, currency = body.get("vcuAmount"), body.get("targetCurrency")
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal) or amount < settings.least_order:
        raise Refused(400, "vcuAmount must be a number above the least order")
    if currency not in settings.prices:
        raise Refused(400, "targetCurrency is not sold")
    meta_data = body.get("metaData")
    if meta_data is not None and (not isinstance(meta_data, str) or _length(meta_data) > LONGEST_META_DATA):
        raise Refused(400, "metaData must be a text of up to 500 characters")
    return OrderRequest(
        vcu_amount=Decimal(amount),
        currency=currency,
        pay_with_balance=body.get("payWithBalance") is True,
        recipient=_recipient(body.get("certificateRecipientInfo"), settings.account),
        meta_data=meta_data,
    )


def _recipient(info: Any, account: Account) -> dict[str, str]:
    """The four retirement options: nobody, a person, a person and you, a person and another."""
    if info is None:
        return {"name": account.name, "email": account.email, "taxId": account.tax_id}
    if not isinstance(info, Mapping):
        raise Refused(400, "certificateRecipientInfo must be an object")
    given = {name: value for name, value in info.items() if name in (*RECIPIENT, *RETIREMENT) and value is not None}
    wanted = {*RECIPIENT, *RETIREMENT} if set(given) & set(RETIREMENT) else set(RECIPIENT)
    if set(given) != wanted or not all(isinstance(value, str) and value for value in given.values()):
        raise Refused(
            400, "certificateRecipientInfo must name a recipient, and a retirement recipient wholly or not at all"
        )
    return given


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
