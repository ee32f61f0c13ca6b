"""Reads what Carbonext answers, tolerantly: statuses in any case, `Canceled` too, and the three shapes of its timestamps.

Sources: api-docs.carbonext.com.br, b2b-api-concepts/orders and /balance; the prices page of the documentation's repository.
Every amount is a Decimal. What is missing or of a strange type reads as None; strictness belongs to our own messages.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from massid_relay.core.jsons import JsonObject
from massid_relay.core.reading import decimal_of, objects_of, text_of


class OrderStatus(StrEnum):
    """What the pages show; no full list is published. UNKNOWN stands for anything else."""

    ISSUED = "Issued"
    PAID = "Paid"
    BILLED = "Billed"
    CANCELLED = "Cancelled"
    REFUNDED = "Refunded"
    UNKNOWN = "Unknown"

    @property
    def final(self) -> bool:
        """Whether following an order ends here."""
        return self not in {OrderStatus.ISSUED, OrderStatus.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as Carbonext shows it, in UTC. Without a zone (`zoned` False) UTC is an assumption, perhaps hours off."""

    at: datetime
    zoned: bool


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """An order as create, list and cancel show it. `status_text` is the status as it was spelt."""

    id: str
    vcu_amount: Decimal | None
    vcu_unit_price: Decimal | None
    total_price: Decimal | None
    currency: str | None
    status: OrderStatus
    status_text: str | None
    type: str | None
    created_at: Moment | None
    meta_data: str | None = field(repr=False)
    raw: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of the list. `total_count` counts all pages."""

    orders: tuple[RemoteOrder, ...]
    page: int | None
    total_pages: int | None
    total_count: int | None
    has_next: bool


@dataclass(frozen=True, slots=True)
class CurrencyBalance:
    """A balance in VCU, listed by currency. Its parts don't always add up in the samples: `balance` counts."""

    currency: str
    balance: Decimal
    credit: Decimal | None
    debt: Decimal | None
    future_debt: Decimal | None


def read_order(body: JsonObject) -> RemoteOrder | None:
    """An order; None if it has no id."""
    order_id = text_of(body, "id", "Id")
    if order_id is None:
        return None
    status_text = text_of(body, "status")
    currency = text_of(body, "targetCurrency", "currency")
    return RemoteOrder(
        id=order_id.lower(),
        vcu_amount=decimal_of(body.get("vcuAmount")),
        vcu_unit_price=decimal_of(body.get("vcuUnitPrice")),
        total_price=decimal_of(body.get("totalPrice")),
        currency=currency.upper() if currency else None,
        status=read_status(status_text),
        status_text=status_text,
        type=text_of(body, "type"),
        created_at=read_moment(text_of(body, "createdAt")),
        meta_data=text_of(body, "metaData"),
        raw=body,
    )


def read_page(body: JsonObject) -> OrderPage | None:
    """A page of the list; None if it has no list of orders, or an entry without an id: such a page proves nothing."""
    items = body.get("items")
    if not isinstance(items, list):
        return None
    orders = tuple(order for order in map(read_order, objects_of(items)) if order is not None)
    if len(orders) != len(items):
        return None
    page, pages = _count(body.get("pageIndex")), _count(body.get("totalPages"))
    has_next = body.get("hasNextPage")
    if not isinstance(has_next, bool):
        has_next = page is not None and pages is not None and page < pages
    return OrderPage(orders, page, pages, _count(body.get("totalCount")), has_next)


def read_balance(body: JsonObject) -> list[CurrencyBalance]:
    """The balance of each currency that is shown."""
    found = []
    for item in objects_of(body.get("balancesByCurrency")):
        shown = item.get("vcuBalance")
        vcus: JsonObject = shown if isinstance(shown, dict) else {}
        currency, balance = text_of(item, "currency"), decimal_of(vcus.get("balance"))
        if currency is not None and balance is not None:
            parts = (decimal_of(vcus.get(name)) for name in ("credit", "debt", "futureDebt"))
            found.append(CurrencyBalance(currency.upper(), balance, *parts))
    return found


def read_status(text: str | None) -> OrderStatus:
    """Any case, with one L or two."""
    name = (text or "").strip().lower().replace("canceled", "cancelled")
    return next((status for status in OrderStatus if status.value.lower() == name), OrderStatus.UNKNOWN)


def read_moment(text: str | None) -> Moment | None:
    """`…T18:26:44.4176783Z` (create), `…T18:26:44.417678` (list) and `24/07/2022 18:26:44` (older pages)."""
    if text is None:
        return None
    try:
        if "/" in text:
            return Moment(datetime.strptime(text, "%d/%m/%Y %H:%M:%S").replace(tzinfo=UTC), zoned=False)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return Moment(moment.replace(tzinfo=UTC), zoned=False)
        return Moment(moment.astimezone(UTC), zoned=True)
    except (ValueError, OverflowError):
        return None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
