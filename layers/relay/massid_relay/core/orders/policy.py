"""What an operator allows and wants of orders. Every function's settings hold these, so nothing heavy is imported here."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum


class TaxIdPolicy(StrEnum):
    """How strictly a tax id is looked at. `off` is for recipients outside Brazil."""

    CHECK_DIGITS = "check-digits"
    FORM = "form"
    OFF = "off"


class Spelling(StrEnum):
    """How tax ids are written on the wire."""

    PUNCTUATED = "punctuated"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class OrderPolicy:
    """What the operator allows. Caps in VCU; `decimals` after the point (no page states the precision of vcuAmount)."""

    cap: Decimal
    daily_cap: Decimal
    decimals: int = 6
    tax_ids: TaxIdPolicy = TaxIdPolicy.CHECK_DIGITS
    spelling: Spelling = Spelling.PUNCTUATED


class Settle(StrEnum):
    """Who may decide that an order is absent."""

    LIST = "list"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class SettlePolicy:
    """`settle_after`: for how long an order may stay invisible in the list."""

    settle_after: timedelta
    settle: Settle = Settle.LIST
