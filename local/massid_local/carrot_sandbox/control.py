"""What tests and the local stack ask of the sandbox itself, under `/__sandbox__/`. Not counted, no token."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from massid_relay.core.clock import iso
from massid_relay.core.jsons import loads
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from massid_local.carrot_sandbox.effects import effects
from massid_local.carrot_sandbox.faults import ScriptedFault
from massid_local.carrot_sandbox.gateway import CONTROL_PATH
from massid_local.carrot_sandbox.problems import invalid
from massid_local.carrot_sandbox.rendering import json_response
from massid_local.carrot_sandbox.sandbox import Sandbox
from massid_local.carrot_sandbox.settings import SandboxSettings


class FaultRequest(BaseModel):
    """The next `times` requests whose method and path match meet the fault. `path` is a shell pattern without the prefix;
    with `document`, an external id, only requests about that document are meant."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    method: str | None = None
    path: str = "*"
    times: int = Field(default=1, ge=1)
    document: str | None = None


class Step(BaseModel):
    """How far to move the clock."""

    seconds: float = Field(ge=0)


def control_router(sandbox: Sandbox) -> APIRouter:
    """All control endpoints."""
    router = APIRouter(prefix=CONTROL_PATH, include_in_schema=False)
    _add_views(router, sandbox)
    _add_settings(router, sandbox)
    _add_actions(router, sandbox)
    return router


def _add_views(router: APIRouter, sandbox: Sandbox) -> None:
    @router.get("/health")
    async def health() -> Response:
        return json_response(200, {"status": "ok", "now": iso(sandbox.now())})

    @router.get("/log")
    async def log(since: Annotated[int, Query(ge=0)] = 0) -> Response:
        return json_response(200, [entry.shown() for entry in sandbox.journal.since(since)])

    @router.get("/effects")
    async def counts() -> Response:
        return json_response(200, effects(sandbox))


def _add_settings(router: APIRouter, sandbox: Sandbox) -> None:
    @router.get("/settings")
    async def settings() -> Response:
        return json_response(200, _shown(sandbox.settings))

    @router.put("/settings")
    async def change(changes: Annotated[dict[str, Any], Body()]) -> Response:
        try:
            sandbox.settings = sandbox.settings.changed(changes)
        except ValueError as error:
            raise invalid(*str(error).splitlines()) from None
        return json_response(200, _shown(sandbox.settings))

    @router.put("/documents/{external_id}/settings")
    async def make_exception(external_id: str, changes: Annotated[dict[str, Any], Body()]) -> Response:
        try:
            settings = sandbox.settings.changed(changes)
        except ValueError as error:
            raise invalid(*str(error).splitlines()) from None
        sandbox.exceptions[external_id] = settings
        return json_response(200, _shown(settings))


def _add_actions(router: APIRouter, sandbox: Sandbox) -> None:
    @router.post("/faults")
    async def add_fault(wanted: FaultRequest) -> Response:
        try:
            sandbox.faults.add(ScriptedFault(**wanted.model_dump()))
        except ValueError as error:
            raise invalid(f"kind: {error}") from None
        return json_response(200, {"waiting": len(sandbox.faults.waiting)})

    @router.post("/reset")
    async def reset() -> Response:
        sandbox.reset()
        return Response(status_code=204)

    @router.post("/tokens/revoke")
    async def revoke() -> Response:
        return json_response(200, {"revoked": sandbox.tokens.revoke_all()})

    @router.post("/deduplication/forget")
    async def forget() -> Response:
        sandbox.deduplication.clear()
        return Response(status_code=204)

    @router.post("/clock")
    async def advance(step: Step) -> Response:
        try:
            sandbox.advance(step.seconds)
        except ValueError as error:
            raise invalid(str(error)) from None
        return json_response(200, {"now": iso(sandbox.now())})


def _shown(settings: SandboxSettings) -> Any:
    """The settings without the credentials."""
    return loads(settings.model_dump_json(exclude={"credentials"}))
