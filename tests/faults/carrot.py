"""The Carrot sandbox inside the world's own process: a request is served when the world chooses, never earlier or later."""

import asyncio
from functools import cache

import httpx
from fastapi import FastAPI
from massid_local.carrot_sandbox import SandboxSettings
from massid_local.carrot_sandbox.app import app_of
from massid_local.carrot_sandbox.calls import Endpoint, endpoint_of
from massid_local.carrot_sandbox.effects import effects
from massid_local.carrot_sandbox.sandbox import Sandbox
from massid_relay.core.jsons import JsonObject, loads

from tests.faults.clock import SharedTime
from tests.faults.description import CARROT
from tests.faults.protocol import Request, Response
from tests.faults.trace import Operation


@cache
def _application() -> tuple[Sandbox, FastAPI]:
    """Making the routes takes as long as a quarter of a run, so a process makes them once."""
    sandbox = Sandbox(SandboxSettings(), SharedTime())
    return sandbox, app_of(sandbox)


class Platform:
    """The sandbox and what it has done."""

    def __init__(self, settings: SandboxSettings, clock: SharedTime) -> None:
        self.sandbox, app = _application()
        Sandbox.__init__(self.sandbox, settings, clock)  # a new one, under the routes that were made once
        self._loop = asyncio.new_event_loop()
        transport = httpx.ASGITransport(app=app)
        self._http = httpx.AsyncClient(transport=transport, base_url=CARROT, trust_env=False)

    def close(self) -> None:
        """End it."""
        self._loop.run_until_complete(self._http.aclose())
        self._loop.close()

    def serve(self, request: Request) -> Response:
        """Let the request take its effect, or meet its fault, and give the answer."""
        try:
            answer = self._loop.run_until_complete(
                self._http.request(request.method, request.url, headers=request.headers, content=request.content)
            )
        except ConnectionAbortedError:
            held = (self.sandbox.journal.entries[-1].fault or "").startswith("timeout")
            return Response(broken="timed out" if held else "closed")
        return Response(answer.status_code, tuple(answer.headers.multi_items()), answer.content)

    def effects(self) -> JsonObject:
        """What really stands on the platform."""
        found: JsonObject = effects(self.sandbox)
        return found

    def operations(self, request: Request) -> tuple[Operation, ...]:
        """The writes that a request asks for; none for reads and tokens."""
        path = httpx.URL(request.url).path
        endpoint, ids = endpoint_of(request.method, path, self.sandbox.settings.path_prefix)
        if endpoint is Endpoint.ATTACH:
            return (Operation("file", self._external_id(ids["document"]), ids["file"]),)
        if endpoint is Endpoint.STORE:
            attachment = self.sandbox.documents[ids["document"]].attachment(ids["attachment"])
            return (Operation("file", self._external_id(ids["document"]), attachment.file_name if attachment else ""),)
        if endpoint not in {Endpoint.CREATE, Endpoint.APPEND, Endpoint.BATCH}:
            return ()
        body = loads(request.content)
        if endpoint is Endpoint.CREATE:
            return (Operation("document", body["externalId"], body["externalId"], body["deduplicationId"]),)
        document = self._external_id(ids.get("document") or body[self.sandbox.settings.batch_document_field])
        bodies = body["events"] if endpoint is Endpoint.BATCH else [body]
        return tuple(Operation("event", document, event["externalId"], event["deduplicationId"]) for event in bodies)

    def _external_id(self, document_id: str) -> str:
        return self.sandbox.documents[document_id].external_id or ""
