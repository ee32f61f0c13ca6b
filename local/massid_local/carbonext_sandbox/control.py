"""What tests and the local stack ask of the sandbox itself, under `/__sandbox__/`. No token, no faults."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from massid_relay.core.clock import iso
from massid_relay.core.jsons import loads
from starlette.responses import Response

from massid_local.carbonext_sandbox.money import money
from massid_local.carbonext_sandbox.orders import BILLED, CANCELLED, ISSUED, PAID, REFUNDED
from massid_local.carbonext_sandbox.problems import Refused
from massid_local.carbonext_sandbox.sandbox import CarbonextSandbox
from massid_local.carrot_sandbox.control import FaultRequest, Step
from massid_local.carrot_sandbox.faults import ScriptedFault
from massid_local.carrot_sandbox.gateway import CONTROL_PATH
from massid_local.carrot_sandbox.rendering import json_response

STATUSES = (ISSUED, PAID, BILLED, CANCELLED, REFUNDED)


def control_router(sandbox: CarbonextSandbox) -> APIRouter:
    """All control endpoints."""
    router = APIRouter(prefix=CONTROL_PATH, include_in_schema=False)
    _add_views(router, sandbox)
    _add_settings(router, sandbox)
    _add_actions(router, sandbox)
    _add_moves(router, sandbox)
    return router


def _add_views(router: APIRouter, sandbox: CarbonextSandbox) -> None:
    @router.get("/health")
    async def health() -> Response:
        return json_response(200, {"status": "ok", "now": iso(sandbox.now())})

    @router.get("/money")
    async def account() -> Response:
        sandbox.move_on()
        return json_response(200, money(sandbox))

    @router.get("/log")
    async def log(since: Annotated[int, Query(ge=0)] = 0) -> Response:
        return json_response(200, [entry.shown() for entry in sandbox.journal.since(since)])


def _add_settings(router: APIRouter, sandbox: CarbonextSandbox) -> None:
    @router.get("/settings")
    async def settings() -> Response:
        return json_response(200, _shown(sandbox))

    @router.put("/settings")
    async def change(changes: Annotated[dict[str, Any], Body()]) -> Response:
        try:
            sandbox.settings = sandbox.settings.changed(changes)
        except ValueError as error:
            raise Refused(400, str(error)) from None
        return json_response(200, _shown(sandbox))


def _add_actions(router: APIRouter, sandbox: CarbonextSandbox) -> None:
    @router.post("/faults")
    async def add_fault(wanted: FaultRequest) -> Response:
        try:
            sandbox.faults.add(ScriptedFault(**wanted.model_dump()))
        except ValueError as error:
            raise Refused(400, str(error)) from None
        return json_response(200, {"waiting": len(sandbox.faults.waiting)})

    @router.post("/reset")
    async def reset() -> Response:
        sandbox.reset()
        return Response(status_code=204)

    @router.post("/tokens/revoke")
    async def revoke() -> Response:
        return json_response(200, {"revoked": sandbox.tokens.revoke_all()})


def _add_moves(router: APIRouter, sandbox: CarbonextSandbox) -> None:
    @router.post("/clock")
    async def advance(step: Step) -> Response:
        try:
            sandbox.advance(step.seconds)
        except ValueError as error:
            raise Refused(400, str(error)) from None
        return json_response(200, {"now": iso(sandbox.now())})

    @router.put("/orders/{order_id}/status")
    async def set_status(order_id: str, status: Annotated[str, Body(embed=True)]) -> Response:
        if order_id not in sandbox.orders or status not in STATUSES:
            raise Refused(400, "no such order or status")
        sandbox.orders[order_id].status = status
        return Response(status_code=204)


def _shown(sandbox: CarbonextSandbox) -> Any:
    """The settings without the credentials."""
    return loads(sandbox.settings.model_dump_json(exclude={"account": {"client_secret"}}))
