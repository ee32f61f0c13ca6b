"""Connections that break or hang for real, under uvicorn.

An ASGI application has no way to close its connection without an answer. This protocol hands the transport to the
application in the request's state.
"""

import asyncio
import socket
from typing import Any

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

TRANSPORT = "sandbox.transport"


class BreakableProtocol(H11Protocol):
    """HTTP/1.1 whose requests carry their connection's transport in `scope["state"]`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio does this only where the listening socket names its protocol; without it every answer costs 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state: dict[str, Any] = {**self.app_state, TRANSPORT: transport}


async def break_off(scope: Scope, receive: Receive) -> None:
    """Close the connection: the caller sees it die, with whatever was sent before.

    Raises ConnectionAbortedError where there is no connection to break (an in-process test client).
    """
    transport: asyncio.Transport | None = scope["state"].get(TRANSPORT)
    if transport is None:
        raise ConnectionAbortedError("broken on request")
    # What was written goes out first, so that half an answer is half an answer.
    while transport.get_write_buffer_size() and not transport.is_closing():
        await asyncio.sleep(0.01)
    transport.abort()
    await _gone(receive)


async def hold(scope: Scope, receive: Receive, seconds: float) -> None:
    """Answer nothing: until the caller gives up, or for `seconds` (real time), then break the connection."""
    try:
        await asyncio.wait_for(_gone(receive), seconds)
    except TimeoutError:
        await break_off(scope, receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
