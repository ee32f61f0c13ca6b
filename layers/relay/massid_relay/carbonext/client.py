"""The Carbonext client, behind `core.carbonext_port.CarbonextApi`.

Made once per container. Making it connects to nothing: the token is asked for at the first call.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import httpx

from massid_relay.carbonext.endpoints import BALANCE, CANCEL_ORDER, CANCEL_ORDERS, LIST_ORDERS, PLACE_ORDER, PRICE
from massid_relay.carbonext.queries import list_query
from massid_relay.carbonext.settings import CarbonextSettings
from massid_relay.carrot.auth import ClientCredentials, Token, TokenSource
from massid_relay.carrot.endpoints import Endpoint
from massid_relay.carrot.transport import Answer, Deadline, Request, exchange, new_http_client
from massid_relay.core import jsons
from massid_relay.core.carbonext_policy import classify
from massid_relay.core.carbonext_reading import (
    CurrencyBalance,
    OrderPage,
    RemoteOrder,
    read_balance,
    read_order,
    read_page,
)
from massid_relay.core.clock import Clock
from massid_relay.core.errors import OutcomeUnknown, RelayError, Throttled, TransientFailure
from massid_relay.core.jsons import JsonObject
from massid_relay.core.ports import Permit
from massid_relay.core.reading import decimal_of
from massid_relay.core.vendor_errors import read_retry_after

_SERVER_FAULT = 500
TOKEN_CALL = "POST /protocol/openid-connect/token"  # noqa: S105 - an endpoint's name


class CarbonextClient:
    """Every method raises the errors of `core.errors` and nothing else; what a permit raises passes through. Safe for threads."""

    def __init__(
        self,
        settings: CarbonextSettings,
        credentials: Callable[[], ClientCredentials],
        clock: Clock,
        *,
        http: httpx.Client | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._http = new_http_client() if http is None else http
        self._tokens = TokenSource(settings, self._http, credentials, clock, call=TOKEN_CALL, credentials_in="body")

    def close(self) -> None:
        """Close the connections. A container that ends does it too."""
        self._http.close()

    def place_order(self, body: JsonObject, permit: Permit) -> RemoteOrder:
        """POST /v1/orders. An answer without an id leaves the outcome unknown, as no answer does."""
        answer = self._call(PLACE_ORDER, PLACE_ORDER.path(), permit, body=body)
        order = read_order(answer.json_object(PLACE_ORDER.name))
        if order is None:
            raise OutcomeUnknown(f"{PLACE_ORDER.name}: no id in the answer", status=answer.status)
        return order

    def list_orders(
        self,
        permit: Permit,
        *,
        page: int = 1,
        page_size: int | None = None,
        sort_by: str | None = None,
        filters: Sequence[str] = (),
    ) -> OrderPage:
        """GET /v1/orders. An OutcomeUnknown of a read only means: no answer."""
        query = list_query(page, page_size or self._settings.page_size, sort_by, filters)
        answer = self._call(LIST_ORDERS, LIST_ORDERS.path(), permit, params=query)
        found = read_page(answer.json_object(LIST_ORDERS.name))
        if found is None:
            raise OutcomeUnknown(f"{LIST_ORDERS.name}: no list of orders in the answer", status=answer.status)
        return found

    def cancel_order(self, order_id: str, permit: Permit) -> RemoteOrder | None:
        """POST /v1/orders/{orderId}/cancel, without a body."""
        return read_order(_object(self._call(CANCEL_ORDER, CANCEL_ORDER.path(orderId=order_id), permit)))

    def cancel_orders(self, order_ids: Sequence[str], permit: Permit) -> None:
        """POST /v1/orders/cancel. Its answer is shown as `{ true }`, as `true` and as an order, so it is not read."""
        self._call(CANCEL_ORDERS, CANCEL_ORDERS.path(), permit, body={"ordersIds": list(order_ids)})

    def price(self, vcu_amount: Decimal, currency: str, permit: Permit) -> Decimal:
        """GET /v1/prices: the price of one VCU at that volume."""
        query = {"vcu-amount": format(vcu_amount, "f"), "target-currency": currency}
        answer = self._call(PRICE, PRICE.path(), permit, params=query)
        price = decimal_of(answer.json_object(PRICE.name).get("vcuPrice"))
        if price is None:
            raise OutcomeUnknown(f"{PRICE.name}: no vcuPrice in the answer", status=answer.status)
        return price

    def balance(self, permit: Permit, *, start: date | None = None, end: date | None = None) -> list[CurrencyBalance]:
        """GET /v1/customers/balance. Needs the permission financial_read."""
        dates = {"startDate": start, "endDate": end}
        query = {name: day.isoformat() for name, day in dates.items() if day}
        answer = self._call(BALANCE, BALANCE.path(), permit, params=query)
        return read_balance(answer.json_object(BALANCE.name))

    def _call(
        self,
        endpoint: Endpoint,
        path: str,
        permit: Permit,
        body: JsonObject | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        token = self._tokens.current()
        answer = self._send(endpoint, path, permit, token, body, params)
        if answer.status == 401:  # the call was not carried out, so it may be made again
            token = self._tokens.after_refusal_of(token)
            answer = self._send(endpoint, path, permit, token, body, params)
        if not answer.is_success:
            raise self._refusal(endpoint.name, answer, permit)
        return answer

    def _send(
        self,
        endpoint: Endpoint,
        path: str,
        permit: Permit,
        token: Token,
        body: JsonObject | None,
        params: Mapping[str, str] | None,
    ) -> Answer:
        settings = self._settings
        request = Request.with_json(endpoint.method, settings.url(path), token.value, body, params)
        permit.enter(endpoint.name, settings.call_timeout)
        deadline = Deadline(endpoint.name, settings.call_timeout, settings.connect_timeout)
        try:
            answer = exchange(self._http, endpoint.name, request, deadline)
        except TransientFailure:
            _tell(permit.failed)
            raise
        _tell(permit.failed if answer.status >= _SERVER_FAULT else permit.answered)
        return answer

    def _refusal(self, call: str, answer: Answer, permit: Permit) -> RelayError:
        retry_after = read_retry_after(answer.retry_after, self._clock.now(), self._settings.longest_retry_after)
        error = classify(call, answer.status, answer.body, retry_after=retry_after)
        if isinstance(error, Throttled):
            _tell(lambda: permit.throttled(retry_after))
        return error


def _tell(permit_method: Callable[[], None]) -> None:
    """What pacing says after a call was made must not look like a call that was not made: an order may stand by now."""
    with suppress(RelayError):
        permit_method()


def _object(answer: Answer) -> JsonObject:
    """The body as an object; empty if it is anything else (one sample of a cancel answer is not even JSON)."""
    try:
        decoded: Any = jsons.loads(answer.body)
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}
