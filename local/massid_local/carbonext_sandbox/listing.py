"""GET /v1/orders: pages, sorts and filters in the vendor's syntax (b2b-api-concepts/allowed-filters)."""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from massid_local.carbonext_sandbox.orders import StoredOrder
from massid_local.carbonext_sandbox.problems import Refused
from massid_local.carbonext_sandbox.settings import CarbonextSandboxSettings

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "ge": operator.ge,
    "le": operator.le,
    "gt": operator.gt,
    "lt": operator.lt,
}
_NUMBERS: dict[str, Callable[[StoredOrder], Decimal]] = {
    "vcuAmount": lambda order: order.vcu_amount,
    "vcuUnitPrice": lambda order: order.unit_price,
    "totalPrice": lambda order: order.total_price,
}
_TEXTS: dict[str, Callable[[StoredOrder], str]] = {
    "status": lambda order: order.status.lower(),
    "type": lambda order: order.type.lower(),
    "thirdPartyTaxId": lambda order: order.recipient["taxId"].lower(),
    "retireForRecipient": lambda order: str("retirementTaxId" not in order.recipient).lower(),
}
_SORTS: dict[str, Callable[[StoredOrder], Any]] = {
    "createdAt": lambda order: order.created_at,
    "vcuAmount": lambda order: order.vcu_amount,
    "status": lambda order: order.status,
    "vcuUnitPrice": lambda order: order.unit_price,
}
Test = Callable[[StoredOrder], bool]


def page_of(
    orders: Sequence[StoredOrder], query: Mapping[str, str], settings: CarbonextSandboxSettings
) -> dict[str, Any]:
    """The body of one page. Raises Refused 400."""
    tests = [_test(text) for text in query.get("filter-by", "").split("~") if text]
    found = [order for order in orders if all(test(order) for test in tests)]
    field, _, direction = query.get("sort-by", "createdAt_desc").rpartition("_")
    if field not in _SORTS or direction not in {"asc", "desc"}:
        raise Refused(400, "sort-by is not allowed")
    found.sort(key=_SORTS[field], reverse=direction == "desc")
    page, size = _whole(query, "page", 1), min(_whole(query, "page-size", 20), settings.largest_page)
    pages = max(1, -(-len(found) // size))
    return {
        "items": [order.listed(settings) for order in found[(page - 1) * size : page * size]],
        "pageIndex": page,
        "totalPages": pages,
        "totalCount": len(found),
        "aggregations": None,
        "hasPreviousPage": page > 1,
        "hasNextPage": page < pages,
    }


def _test(text: str) -> Test:
    name, separator, value = text.partition(":")
    field, _, operation = name.rpartition("_")
    if not separator or not value:
        raise Refused(400, "filter-by is not readable")
    if field == "createdAt" and operation in _COMPARE and operation != "ne":
        return _day_test(operation, value)
    if field in _NUMBERS and operation in _COMPARE and operation != "ne":
        return _number_test(field, operation, value)
    if field in _TEXTS:
        return _text_test(field, operation, value)
    raise Refused(400, "filter-by names a filter that is not allowed")


def _number_test(field: str, operation: str, value: str) -> Test:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise Refused(400, "filter-by wants a number") from None
    return lambda order: _COMPARE[operation](_NUMBERS[field](order), number)


def _text_test(field: str, operation: str, value: str) -> Test:
    """Case-insensitive, as the page says of enums; `in` joins values by a hyphen."""
    values = {part.lower() for part in value.split("-")} if operation == "in" else {value.lower()}
    if operation not in {"eq", "ne", "in"}:
        raise Refused(400, "filter-by names a filter that is not allowed")
    return lambda order: (_TEXTS[field](order) in values) == (operation != "ne")


def _day_test(operation: str, value: str) -> Test:
    """`le` reaches the end of the chosen day, `lt` its beginning."""
    try:
        begin = datetime.combine(date.fromisoformat(value), time(tzinfo=UTC))
    except ValueError:
        raise Refused(400, "filter-by wants YYYY-MM-DD") from None
    end = begin + timedelta(days=1)
    tests: dict[str, Test] = {
        "eq": lambda order: begin <= order.created_at < end,
        "ge": lambda order: order.created_at >= begin,
        "gt": lambda order: order.created_at >= end,
        "le": lambda order: order.created_at < end,
        "lt": lambda order: order.created_at < begin,
    }
    return tests[operation]


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise Refused(400, f"{name} must be a whole number from 1")
    return int(text)
