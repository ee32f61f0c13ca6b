"""The list's query in the vendor's syntax (api-docs.carbonext.com.br, b2b-api-concepts/allowed-filters).

`filter-by=<field>_<operation>:<value>~<field>_<operation>:<value>`: `~` joins filters, `_in` joins values by `-`.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

Operation = Literal["eq", "ne", "ge", "le", "gt", "lt"]


def condition(field: str, operation: Operation, value: str | Decimal | date) -> str:
    """One filter, e.g. `vcuAmount_eq:0.02`, `createdAt_ge:2026-03-01`. Raises ValueError where a value would break the syntax."""
    return f"{field}_{operation}:{_plain(value)}"


def one_of(field: str, values: Iterable[str]) -> str:
    """`status_in:Paid-Pending`. A value with a hyphen (a UUID) can't be told from two values."""
    texts = [_plain(value) for value in values]
    if any("-" in text for text in texts):
        raise ValueError("a value of an `in` filter holds no hyphen")
    return f"{field}_in:{'-'.join(texts)}"


def list_query(page: int, page_size: int, sort_by: str | None, filters: Sequence[str]) -> dict[str, str]:
    """The parameters of GET /v1/orders."""
    query = {"page": str(page), "page-size": str(page_size)}
    if sort_by:
        query["sort-by"] = sort_by
    if filters:
        query["filter-by"] = "~".join(filters)
    return query


def _plain(value: str | Decimal | date) -> str:
    text = format(value, "f") if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value
    if "~" in text or not text:
        raise ValueError("a filter's value is not empty and holds no tilde")
    return text
