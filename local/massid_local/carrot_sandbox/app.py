"""Puts the sandbox together as an ASGI application."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from massid_relay.core.clock import Clock
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from massid_local.carrot_sandbox.clocks import OffsetClock
from massid_local.carrot_sandbox.control import control_router
from massid_local.carrot_sandbox.gateway import Gateway
from massid_local.carrot_sandbox.openapi import description_of
from massid_local.carrot_sandbox.problems import Problem, invalid
from massid_local.carrot_sandbox.rendering import json_response
from massid_local.carrot_sandbox.routes import api_router, token_router
from massid_local.carrot_sandbox.sandbox import Sandbox
from massid_local.carrot_sandbox.settings import SandboxSettings
from massid_local.carrot_sandbox.storage_routes import storage_router


def create_app(settings: SandboxSettings | None = None, clock: Clock | None = None) -> FastAPI:
    """The sandbox as an application; its state is `app.state.sandbox`. Without a clock it has a movable one of its own."""
    return app_of(Sandbox(settings or SandboxSettings(), clock or OffsetClock()))


def app_of(sandbox: Sandbox) -> FastAPI:
    """The application around an existing state."""
    app = FastAPI(title="Carrot sandbox", docs_url=None, redoc_url=None)
    app.state.sandbox = sandbox
    for router in (api_router, token_router, storage_router, control_router):
        app.include_router(router(sandbox))
    app.add_middleware(Gateway, sandbox=sandbox)
    app.openapi = description_of(app, sandbox)  # type: ignore[method-assign]
    _add_refusals(app, sandbox)
    return app


def _add_refusals(app: FastAPI, sandbox: Sandbox) -> None:
    @app.exception_handler(Problem)
    async def refuse(_request: Request, problem: Problem) -> Response:
        return json_response(problem.status, sandbox.refusal(problem))

    @app.exception_handler(RequestValidationError)
    async def refuse_control(_request: Request, error: RequestValidationError) -> Response:
        messages = [f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}" for wrong in error.errors()]
        return json_response(400, sandbox.refusal(invalid(*messages)))

    @app.exception_handler(HTTPException)
    async def refuse_route(_request: Request, error: HTTPException) -> Response:
        return json_response(error.status_code, {"message": error.detail})
