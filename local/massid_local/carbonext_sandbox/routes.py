"""The endpoints (b2b-api-concepts/orders, /balance, /authorization; prices). Each reads, asks the sandbox and renders."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from massid_relay.core.jsons import loads
from starlette.responses import Response

from massid_local.carbonext_sandbox.listing import page_of
from massid_local.carbonext_sandbox.problems import Refused
from massid_local.carbonext_sandbox.requests import order_request
from massid_local.carbonext_sandbox.sandbox import CarbonextSandbox
from massid_local.carbonext_sandbox.settings import TOKEN_PATH
from massid_local.carrot_sandbox.rendering import json_response


def api_router(sandbox: CarbonextSandbox) -> APIRouter:
    """All endpoints of the API and the token endpoint."""
    router = APIRouter()
    _add_token(router, sandbox)
    _add_orders(router, sandbox)
    _add_cancels(router, sandbox)
    _add_money(router, sandbox)
    return router


def _add_token(router: APIRouter, sandbox: CarbonextSandbox) -> None:
    @router.post(TOKEN_PATH)
    async def token(request: Request) -> Response:
        try:
            return json_response(200, sandbox.tokens.issue(request.state.content, sandbox.settings, sandbox.now()))
        except Refused as refused:
            return json_response(refused.status, {"error": refused.message})


def _add_orders(router: APIRouter, sandbox: CarbonextSandbox) -> None:
    @router.post("/v1/orders")
    async def place(request: Request) -> Response:
        order = sandbox.place(order_request(_body(request), sandbox.settings))
        return json_response(sandbox.settings.post_status, order.created_answer(sandbox.settings))

    @router.get("/v1/orders")
    async def listed(request: Request) -> Response:
        return json_response(200, page_of(sandbox.visible_orders(), dict(request.query_params), sandbox.settings))


def _add_cancels(router: APIRouter, sandbox: CarbonextSandbox) -> None:
    @router.post("/v1/orders/cancel")
    async def cancel_many(request: Request) -> Response:
        body = _body(request)
        ids = body.get("ordersIds") if isinstance(body, dict) else None
        if not isinstance(ids, list) or not ids or not all(_is_uuid(order_id) for order_id in ids):
            raise Refused(400, "ordersIds must be a list of order ids")
        return json_response(200, sandbox.cancel_many(ids))

    @router.post("/v1/orders/{order_id}/cancel")
    async def cancel(order_id: str) -> Response:
        return json_response(200, sandbox.cancel(order_id).cancelled_answer(sandbox.settings))


def _add_money(router: APIRouter, sandbox: CarbonextSandbox) -> None:
    @router.get("/v1/prices")
    async def price(request: Request) -> Response:
        currency = request.query_params.get("target-currency", "BRL")
        if currency not in sandbox.settings.prices:
            raise Refused(400, "target-currency is not sold")
        return json_response(200, {"vcuPrice": sandbox.settings.prices[currency], "currency": currency})

    @router.get("/v1/customers/balance")
    async def balance(request: Request) -> Response:
        query = request.query_params
        shown = [
            {"currency": currency, "vcuBalance": {"type": "VCU", **_parts(sandbox, currency)}}
            for currency in sandbox.settings.account.credits
        ]
        return json_response(
            200,
            {"startDate": query.get("startDate"), "endDate": query.get("endDate"), "balancesByCurrency": shown},
        )


def _parts(sandbox: CarbonextSandbox, currency: str) -> dict[str, Any]:
    credit, balance = sandbox.credit(currency), sandbox.balance(currency)
    return {
        "balance": balance,
        "credit": credit,
        "debt": credit - balance,
        "futureDebt": sandbox.future_debt(currency),
    }


def _body(request: Request) -> Any:
    try:
        return loads(request.state.content)
    except ValueError:
        raise Refused(400, "the body is not JSON") from None


def _is_uuid(text: Any) -> bool:
    try:
        UUID(text)
    except (ValueError, AttributeError, TypeError):
        return False
    return True
