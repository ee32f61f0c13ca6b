"""CLOSE on the sandbox, which shows what was written only after a while, and whose answers get lost (invariants 1 and 3)."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from massid_local.carrot_sandbox import SandboxSettings
from massid_local.carrot_sandbox.documents import Document
from massid_local.carrot_sandbox.faults import ScriptedFault
from massid_local.carrot_sandbox.settings import Credential
from massid_relay.carrot.auth import CarrotCredentials
from massid_relay.carrot.client import CarrotClient
from massid_relay.carrot.settings import CarrotSettings
from massid_relay.carrot.transport import new_http_client

from tests.faults.carrot import Platform
from tests.faults.description import CARROT
from tests.faults.protocol import Request
from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.mortal import run_and_die
from tests.integration.workers.payloads import document_message, event, events_message, party

NewBench = Callable[..., Bench]
PATIENCE = {"VISIBILITY_DELAY_SECONDS": "240"}
SHOWN_AFTER = 220.0
"""Seconds: a dead worker's message comes back earlier than that."""


class OverThePlatform(httpx.BaseTransport):
    """Requests of the real client, served by the sandbox in this process."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.platform.serve(Request(request.method, str(request.url), dict(request.headers), request.read()))
        if answer.broken == "timed out":
            raise httpx.ReadTimeout("no answer")
        if answer.broken:
            raise httpx.RemoteProtocolError("the connection was closed")
        return httpx.Response(answer.status, headers=list(answer.headers), content=answer.content)


class Closing:
    """A document with its events on the sandbox, to be closed next. The sandbox forgets deduplication ids: a CLOSE that is sent
    again would be refused, or stand twice."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        settings = SandboxSettings(
            requests_per_second=None, slow_seconds=0, hold_seconds=0.001, deduplication_seconds=1
        )
        self.platform = Platform(settings, bench.clock)
        bench.carrot = self._client()  # type: ignore[assignment]
        bench.relay = bench.container()
        bench.send(DOCUMENTS, document_message(**party()))
        integrator = event("actor", 1, "ACTOR", label="Integrator", **party())
        bench.send(EVENTS, events_message(integrator, event("weighing", 2, value=150, **party())))
        bench.run()
        bench.move(hours=1)
        self.platform.sandbox.settings = settings.model_copy(update={"event_visible_after_seconds": SHOWN_AFTER})

    @property
    def document(self) -> Document:
        (only,) = self.platform.sandbox.documents.values()
        return only

    def meets(self, fault: str) -> None:
        """The next write of an event meets that fault."""
        self.platform.sandbox.faults.add(ScriptedFault(fault, "POST", "/documents/*/events"))

    def ask(self) -> None:
        self.bench.send(EVENTS, events_message(event("close", 90, "CLOSE", **party()), token="token-1"))

    def ended_well(self) -> None:
        assert [one.external_id for one in self.document.events if not one.is_system] == ["actor", "weighing", "close"]
        assert self.document.status == "CLOSED"
        assert self.bench.record("doc").verified_at is not None
        assert self.bench.steps.answers == [("token-1", "succeeded")]
        assert self.bench.dead == []

    def _client(self) -> CarrotClient:
        credential = Credential()
        pair = CarrotCredentials(credential.client_id, credential.client_secret)
        settings = CarrotSettings(base_url=CARROT, token_url=f"{CARROT}/oauth2/token")
        return CarrotClient(
            settings, lambda: pair, self.bench.clock, http=new_http_client(OverThePlatform(self.platform))
        )


@pytest.fixture
def new_closing(new_bench: NewBench) -> Iterator[Callable[[], Closing]]:
    """Makes one after the other: the sandbox of this process is one."""
    made: list[Closing] = []

    def make() -> Closing:
        made.append(Closing(new_bench(**PATIENCE)))
        return made[-1]

    yield make
    for closing in made:
        closing.platform.close()


@pytest.mark.parametrize(
    "fault", ["none", "timeout-after", "broken-after", "timeout-before", "broken-before", "pending"]
)
def test_a_close_whose_answer_is_lost_stands_once(new_closing: Callable[[], Closing], fault: str) -> None:
    """Invariant 1: it took effect or it didn't, and a read doesn't show it for minutes."""
    closing = new_closing()
    if fault != "none":
        closing.meets(fault)
    closing.ask()
    closing.bench.run()

    closing.ended_well()


@pytest.mark.parametrize("fault", ["none", "timeout-after", "timeout-before"])
def test_a_worker_dies_and_close_stands_once(new_closing: Callable[[], Closing], fault: str) -> None:
    """Invariants 1 and 2: after each write and each call, with and without a lost answer before or after it."""
    for effects in range(1, 16):
        closing = new_closing()
        if fault != "none":
            closing.meets(fault)
        closing.ask()
        died = run_and_die(closing.bench, effects)
        closing.ended_well()
        if not died:
            return
