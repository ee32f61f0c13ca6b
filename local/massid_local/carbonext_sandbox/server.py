"""The sandbox as an application, and over real HTTP in a thread, for tests and the local stack."""

from fastapi import FastAPI
from massid_relay.core.clock import Clock
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from massid_local.carbonext_sandbox.control import control_router
from massid_local.carbonext_sandbox.gateway import Gateway
from massid_local.carbonext_sandbox.problems import Refused
from massid_local.carbonext_sandbox.routes import api_router
from massid_local.carbonext_sandbox.sandbox import CarbonextSandbox
from massid_local.carbonext_sandbox.settings import CarbonextSandboxSettings
from massid_local.carrot_sandbox.clocks import OffsetClock
from massid_local.carrot_sandbox.rendering import json_response
from massid_local.carrot_sandbox.server import LoopbackServer


def app_of(sandbox: CarbonextSandbox) -> FastAPI:
    """The application around a state."""
    app = FastAPI(title="Carbonext sandbox", redoc_url=None)
    app.include_router(control_router(sandbox))
    app.include_router(api_router(sandbox))
    app.add_middleware(Gateway, sandbox=sandbox)

    @app.exception_handler(Refused)
    async def refuse(_request: Request, refused: Refused) -> Response:
        return json_response(refused.status, {"message": refused.message})

    @app.exception_handler(HTTPException)
    async def refuse_route(_request: Request, error: HTTPException) -> Response:
        return json_response(error.status_code, {"message": error.detail})

    return app


class CarbonextServer(LoopbackServer):
    """One sandbox on loopback. `sandbox` is its state; look at it, but change it only while no request is under way."""

    def __init__(
        self,
        settings: CarbonextSandboxSettings | None = None,
        clock: Clock | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.sandbox = CarbonextSandbox(settings or CarbonextSandboxSettings(), clock or OffsetClock())
        super().__init__(app_of(self.sandbox), "carbonext-sandbox", host=host, port=port)
