"""The sandbox over real HTTP: in a thread, for tests and the local stack."""

import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI
from massid_relay.core.clock import Clock

from massid_local.carrot_sandbox.app import app_of
from massid_local.carrot_sandbox.clocks import OffsetClock
from massid_local.carrot_sandbox.connections import BreakableProtocol
from massid_local.carrot_sandbox.sandbox import Sandbox
from massid_local.carrot_sandbox.settings import SandboxSettings

BACKLOG = 2048
CHECK_SECONDS = 0.2
GRACE_SECONDS = 1
"""Requests that are held on purpose must not hold up the end."""


class LoopbackServer:
    """One application on loopback, in a thread of its own."""

    def __init__(self, app: FastAPI, name: str, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._app = app
        self._name = name
        self._address = (host, port)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Listen and serve; answers the base URL. Raises OSError if the port is taken."""
        listener = socket.create_server(self._address, backlog=BACKLOG)
        host, port = listener.getsockname()[:2]
        self._server = _Server(configuration_of(self._app))
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name=self._name, daemon=True)
        self._thread.start()
        while not self._server.is_up.wait(CHECK_SECONDS):
            if not self._thread.is_alive():
                raise RuntimeError("the sandbox ended while it was starting")
        self.base_url = f"http://{host}:{port}"
        return self.base_url

    def stop(self) -> None:
        """End it: held requests lose their connection. Does nothing if it isn't running."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class SandboxServer(LoopbackServer):
    """One sandbox on loopback. `sandbox` is its state; look at it, but change it only while no request is under way."""

    def __init__(
        self,
        settings: SandboxSettings | None = None,
        clock: Clock | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.sandbox = Sandbox(settings or SandboxSettings(), clock or OffsetClock())
        super().__init__(app_of(self.sandbox), "carrot-sandbox", host=host, port=port)


def configuration(sandbox: Sandbox) -> uvicorn.Config:
    """How uvicorn serves the sandbox."""
    return configuration_of(app_of(sandbox))


def configuration_of(app: FastAPI) -> uvicorn.Config:
    """How uvicorn serves a sandbox: with the protocol that can break a connection, without logs of its own."""
    return uvicorn.Config(
        app,
        http=BreakableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    """Says when it is up, and drops open connections at the end."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.is_up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            if connection.transport:
                connection.transport.abort()
        await super().shutdown(sockets=sockets)
