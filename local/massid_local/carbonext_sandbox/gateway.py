"""What stands before the routes: log, token, latency and faults."""

import asyncio

from massid_relay.core.orders.meta_data import keys_in
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from massid_local.carbonext_sandbox.problems import Refused
from massid_local.carbonext_sandbox.sandbox import CarbonextSandbox
from massid_local.carbonext_sandbox.settings import TOKEN_PATH
from massid_local.carrot_sandbox.connections import break_off, hold
from massid_local.carrot_sandbox.fault_kinds import Fault
from massid_local.carrot_sandbox.gateway import CONTROL_PATH, Captured, content_of
from massid_local.carrot_sandbox.journal import Entry
from massid_local.carrot_sandbox.rendering import json_response

LARGEST_BODY = 1_000_000


class Gateway:
    """ASGI middleware. Each API call goes through; control passes by."""

    def __init__(self, app: ASGIApp, sandbox: CarbonextSandbox) -> None:
        self._app = app
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PATH):
            await self._app(scope, receive, send)
            return
        sandbox, (method, path) = self._sandbox, (scope["method"], scope["path"])
        entry = sandbox.journal.open(f"{method} {path}", method, path, sandbox.now().timestamp())
        content = await content_of(receive, LARGEST_BODY)
        scope.setdefault("state", {})["content"] = content or b""
        try:
            sandbox.move_on()
            if sandbox.settings.latency_ms:
                await asyncio.sleep(sandbox.settings.latency_ms / 1000)
            refusal = self._refusal(scope, content)
            if refusal is not None:
                entry.status = refusal.status_code
                await refusal(scope, receive, send)
            else:
                await self._carry_out(entry, self._fault(entry, content or b""), scope, receive, send)
        finally:
            entry.ended = sandbox.now().timestamp()

    def _refusal(self, scope: Scope, content: bytes | None) -> Response | None:
        if content is None:
            return json_response(413, {"message": "too large"})
        if scope["path"] == TOKEN_PATH:
            return None
        try:
            self._sandbox.tokens.require(Headers(scope=scope).get("authorization"), self._sandbox.now())
        except Refused as refused:
            return json_response(refused.status, {"message": refused.message})
        return None

    def _fault(self, entry: Entry, content: bytes) -> Fault | None:
        """A write is known to chance by its key, so that a run repeats whatever the order of its requests."""
        write = None
        if entry.method == "POST" and entry.path != TOKEN_PATH:
            write = f"{entry.path}|{'|'.join(sorted(keys_in(content.decode('utf-8', 'replace'))))}"
        fault = self._sandbox.faults.choose(entry.method, entry.path, write, self._sandbox.settings)
        entry.fault = fault.name if fault else None
        return fault

    async def _carry_out(self, entry: Entry, fault: Fault | None, scope: Scope, receive: Receive, send: Send) -> None:
        """Take effect unless the fault comes before it, then answer as the fault says."""
        answer, settings = Captured(), self._sandbox.settings
        if fault is None or fault.when == "after":
            await self._app(scope, receive, answer.send)
            entry.effect_status = answer.status
        if fault is None or fault.act == "slow":
            if fault:
                await asyncio.sleep(settings.slow_seconds)
            entry.status = answer.status
            await answer.replay(send)
        elif fault.act == "answer":
            entry.status = fault.status
            await _faulty(fault)(scope, receive, send)
        elif fault.act == "hold":
            await hold(scope, receive, settings.hold_seconds)
        else:
            if fault.act == "truncate":
                await answer.replay_half(send)
            await break_off(scope, receive)


def _faulty(fault: Fault) -> Response:
    if not fault.as_json:
        return Response(f"<html><h1>{fault.status}</h1></html>", fault.status, media_type="text/html")
    return json_response(fault.status, {"message": "a fault on request"})
