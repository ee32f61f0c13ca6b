"""What makes an order valid before anything is sent, and the body that it becomes.

The four retirement options (api-docs.carbonext.com.br, b2b-api-concepts/orders):

| option | certificate goes to | credits accumulate for | certificateRecipientInfo |
| --- | --- | --- | --- |
| 1 | you | you | none |
| 2 | another person | you | name, email, taxId of that person, and retirement* with your data |
| 3 | another person | that person | name, email, taxId |
| 4 | person A | person B | name, email, taxId of A, and retirement* of B |

2 and 4 look alike on the wire. Anything between these shapes is an error: nobody says what half a recipient does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

from massid_relay.core.errors import CapExceeded, FieldProblem, InvalidMessage
from massid_relay.core.jsons import JsonObject, content_hash
from massid_relay.core.messages.envelopes import CertificateRecipientInfo, Order
from massid_relay.core.orders import meta_data, tax_ids
from massid_relay.core.orders.policy import OrderPolicy, TaxIdPolicy

KILOGRAMS_PER_VCU = 1000
"""1 VCU = 1 t CO2e (the introduction of Carbonext's documentation)."""

_EXACT = Context(prec=400)
"""More digits than a message's number may have: nothing is ever rounded."""

CURRENCIES = ("BRL", "USD")
_CERTIFICATE = {"name": "name", "email": "email", "tax_id": "taxId"}
_RETIREMENT = {
    "retirement_name": "retirementName",
    "retirement_email": "retirementEmail",
    "retirement_tax_id": "retirementTaxId",
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@dataclass(frozen=True, slots=True)
class ValidOrder:
    """An order that may be sent. `body` lacks only the key in its metaData; `text` is the integrator's own."""

    external_id: str
    vcu_amount: Decimal
    currency: str
    body: JsonObject
    text: str | None

    @property
    def content_hash(self) -> str:
        """The same order again has the same hash, however its amount or tax ids are spelt."""
        return content_hash(self.body | {"metaData": self.text})

    def body_with(self, key: str) -> JsonObject:
        """What is posted."""
        return self.body | {"metaData": meta_data.with_key(key, self.text)}


def valid_order(order: Order, policy: OrderPolicy) -> ValidOrder:
    """The order, ready to be sent. Raises InvalidMessage that names every field at fault, never its value, and
    CapExceeded."""
    problems = [FieldProblem(f"order.{path}", text) for path, text in _problems(order, policy)]
    if problems:
        raise InvalidMessage(f"{problems[0].path} {problems[0].problem}", fields=problems)
    amount = size_of(order)
    if amount > policy.cap:
        field = FieldProblem("order.vcuAmount", "is more than the cap of one order")
        raise CapExceeded("the order is larger than one order may be", fields=[field])
    body: JsonObject = {
        "vcuAmount": amount,
        "targetCurrency": order.target_currency,
        "payWithBalance": order.pay_with_balance,
    }
    if order.certificate_recipient_info is not None:
        body["certificateRecipientInfo"] = _recipient(order.certificate_recipient_info, policy)
    return ValidOrder(order.external_id, amount, order.target_currency, body, order.meta_data)


def size_of(order: Order) -> Decimal:
    """VCUs, exactly: given as such, or as kilograms of CO2e."""
    with localcontext(_EXACT):
        size = (
            order.vcu_amount
            if order.vcu_amount is not None
            else (order.co2e_kilograms or Decimal(0)) / KILOGRAMS_PER_VCU
        )
        return Decimal(format(size.normalize(), "f"))  # 10, not 1E+1


def _problems(order: Order, policy: OrderPolicy) -> Iterator[tuple[str, str]]:
    yield from _size_problems(order, policy)
    if order.target_currency not in CURRENCIES:
        yield "targetCurrency", f"must be {' or '.join(CURRENCIES)}"
    if order.meta_data is not None:
        yield from _text_problems(order.meta_data)
    if order.certificate_recipient_info is not None:
        for field, text in _recipient_problems(order.certificate_recipient_info, policy):
            yield f"certificateRecipientInfo.{field}", text


def _size_problems(order: Order, policy: OrderPolicy) -> Iterator[tuple[str, str]]:
    field = "vcuAmount" if order.vcu_amount is not None else "co2eKilograms"
    amount = size_of(order)
    if amount <= 0:
        yield field, "must be above 0"
    elif -int(amount.as_tuple().exponent) > policy.decimals:
        places = policy.decimals if field == "vcuAmount" else policy.decimals - 3
        yield field, f"has more than {max(places, 0)} decimals; it is not rounded for you"


def _text_problems(text: str) -> Iterator[tuple[str, str]]:
    if meta_data.units(text) > meta_data.TEXT_BUDGET:
        yield "metaData", f"is longer than {meta_data.TEXT_BUDGET} characters, which is what the key leaves of 500"
    if meta_data.PREFIX in text.lower():
        yield "metaData", f"must not contain {meta_data.PREFIX}"


def _recipient_problems(info: CertificateRecipientInfo, policy: OrderPolicy) -> Iterator[tuple[str, str]]:
    given = {name for name in (*_CERTIFICATE, *_RETIREMENT) if getattr(info, name) is not None}
    wanted = dict(_CERTIFICATE)
    if given & set(_RETIREMENT):
        wanted |= _RETIREMENT
    for name, field in wanted.items():
        if name not in given:
            yield field, "is required: send name, email and taxId, and of the retirement recipient all three or none"
    for name, field in (_CERTIFICATE | _RETIREMENT).items():
        if name in given:
            yield from _value_problems(name, field, getattr(info, name), policy)


def _value_problems(name: str, field: str, value: str, policy: OrderPolicy) -> Iterator[tuple[str, str]]:
    if name.endswith("email") and not _EMAIL.fullmatch(value):
        yield field, "is no e-mail address"
    if name.endswith("tax_id") and policy.tax_ids is not TaxIdPolicy.OFF:
        digits = tax_ids.plain(value)
        if digits is None:
            yield field, "is no CPF or CNPJ, plain or punctuated"
        elif policy.tax_ids is TaxIdPolicy.CHECK_DIGITS and not tax_ids.check_digits_hold(digits):
            yield field, "has wrong check digits"


def _recipient(info: CertificateRecipientInfo, policy: OrderPolicy) -> JsonObject:
    body: JsonObject = {}
    for name, field in (_CERTIFICATE | _RETIREMENT).items():
        value = getattr(info, name)
        if value is not None:
            digits = tax_ids.plain(value) if name.endswith("tax_id") else None
            body[field] = value if digits is None else tax_ids.spelt(digits, policy.spelling)
    return body
