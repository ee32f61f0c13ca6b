"""What stands before the routes: log, token, limit, latency and faults. The real platform has an API gateway there."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from massid_local.carrot_sandbox.calls import READS, WITH_TOKEN, Call, Endpoint, endpoint_of
from massid_local.carrot_sandbox.connections import break_off, hold
from massid_local.carrot_sandbox.documents import Document
from massid_local.carrot_sandbox.fault_kinds import Fault
from massid_local.carrot_sandbox.problems import PENDING_CODE, Problem, pending
from massid_local.carrot_sandbox.rendering import json_response, throttled
from massid_local.carrot_sandbox.sandbox import Sandbox

CONTROL_PATH = "/__sandbox__"
PASSED_BY = (CONTROL_PATH, "/openapi.json")


class Gateway:
    """ASGI middleware. Each API call goes through; control and description pass by."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self._app = app
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(PASSED_BY):
            await self._app(scope, receive, send)
            return
        call, too_large = await self._received(scope, receive)
        scope.setdefault("state", {})["call"] = call
        try:
            if too_large:
                await _answer(json_response(413, {"message": "Request Too Long"}), call, scope, receive, send)
            else:
                await self._serve(call, scope, receive, send)
        finally:
            call.entry.ended = self._sandbox.now().timestamp()

    async def _received(self, scope: Scope, receive: Receive) -> tuple[Call, bool]:
        settings = self._sandbox.settings
        method, path = scope["method"], scope["path"]
        endpoint, ids = endpoint_of(method, path, settings.path_prefix)
        limit = settings.file_bytes if endpoint is Endpoint.STORE else settings.body_bytes
        entry = self._sandbox.journal.open(endpoint, method, path, self._sandbox.now().timestamp())
        content = await content_of(receive, limit)
        call = Call(endpoint, entry, content or b"", Headers(scope=scope).get("authorization"))
        self._note(call, ids)
        return call, content is None

    def _note(self, call: Call, ids: Mapping[str, str]) -> None:
        """Write into the log what the call is about."""
        entry = call.entry
        entry.document_id = ids.get("document")
        entry.operations = call.operations(self._sandbox.settings.batch_document_field)
        document = self._sandbox.documents.get(entry.document_id or "")
        entry.document_external_id = document.external_id if document else None
        if call.endpoint is Endpoint.CREATE and entry.operations:
            entry.document_external_id = entry.operations[0].external_id
        entry.file_name = ids.get("file") or _file_name(document, ids.get("attachment"))

    async def _serve(self, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        sandbox = self._sandbox
        refusal = self._refusal(call)
        running = call.keys(sandbox.settings) if refusal is None and sandbox.settings.running_conflict else set()
        if running & sandbox.running:
            refusal = self._refused(pending("the first request with this deduplicationId is still running"))
            running = set()
        fault = self._fault(call) if refusal is None else None
        sandbox.running |= running
        try:
            if sandbox.settings.latency_ms:
                await asyncio.sleep(sandbox.settings.latency_ms / 1000)
            if refusal is not None:
                await _answer(refusal, call, scope, receive, send)
            else:
                await self._carry_out(call, fault, scope, receive, send)
        finally:
            sandbox.running -= running

    def _refusal(self, call: Call) -> Response | None:
        """401, 403 or 429, if the call gets no further."""
        if call.endpoint not in WITH_TOKEN:
            return None
        sandbox, now = self._sandbox, self._sandbox.now()
        try:
            call.credential = sandbox.tokens.bearer(call.authorization, now)
        except Problem as problem:
            return self._refused(problem)
        client_id = call.entry.client_id = call.credential.client_id
        call.entry.counted = sandbox.settings.reads_count or call.endpoint not in READS
        if call.entry.counted and not sandbox.limiter.allows(client_id, sandbox.settings, now.timestamp()):
            return throttled(sandbox.settings)
        return None

    def _refused(self, problem: Problem) -> Response:
        return json_response(problem.status, self._sandbox.refusal(problem))

    def _fault(self, call: Call) -> Fault | None:
        entry, settings = call.entry, self._sandbox.settings
        path = entry.path.removeprefix(settings.path_prefix)
        fault = self._sandbox.faults.choose(
            entry.method, path, call.write(), settings, document=entry.document_external_id
        )
        entry.fault = fault.name if fault else None
        return fault

    async def _carry_out(self, call: Call, fault: Fault | None, scope: Scope, receive: Receive, send: Send) -> None:
        """Take effect unless the fault comes before it, then answer as the fault says."""
        answer = Captured()
        if fault is None or fault.when == "after":
            await self._app(scope, receive, answer.send)
            call.entry.effect_status = answer.status
        settings = self._sandbox.settings
        if fault is None or fault.act == "slow":
            if fault:
                await asyncio.sleep(settings.slow_seconds)
            call.entry.status = answer.status
            await answer.replay(send)
        elif fault.act == "answer":
            await _answer(self._faulty(fault), call, scope, receive, send)
        elif fault.act == "hold":
            await hold(scope, receive, settings.hold_seconds)
        else:
            if fault.act == "truncate":
                await answer.replay_half(send)
            await break_off(scope, receive)

    def _faulty(self, fault: Fault) -> Response:
        if fault.status == 429:
            return throttled(self._sandbox.settings)
        if not fault.as_json:
            return Response(f"<html><h1>{fault.status}</h1></html>", fault.status, media_type="text/html")
        code = PENDING_CODE if fault.status == 409 else None
        return self._refused(Problem(fault.status, "a fault on request", code=code))


@dataclass(slots=True)
class Captured:
    """An answer that is kept back until it is known whether it may leave."""

    messages: list[Message] = field(default_factory=list)

    async def send(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        status: int = self.messages[0]["status"]
        return status

    async def replay(self, send: Send) -> None:
        for message in self.messages:
            await send(message)

    async def replay_half(self, send: Send) -> None:
        """The head, which promises the whole length, and half of the body."""
        body = b"".join(message.get("body", b"") for message in self.messages[1:])
        await send(self.messages[0])
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})


async def _answer(response: Response, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
    call.entry.status = response.status_code
    await response(scope, receive, send)


async def content_of(receive: Receive, limit: int) -> bytes | None:
    """The whole body, None if it is longer than `limit` bytes."""
    parts: list[bytes] = []
    length, more = 0, True
    while more:
        message: dict[str, Any] = dict(await receive())
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > limit:
            return None
        more = message.get("more_body", False)
    return b"".join(parts)


def _file_name(document: Document | None, attachment_id: str | None) -> str | None:
    attachment = document.attachment(attachment_id) if document and attachment_id else None
    return attachment.file_name if attachment else None
