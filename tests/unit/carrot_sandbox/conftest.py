"""A sandbox in process, its clock, and a caller that knows the vendor's bodies."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from massid_local.carrot_sandbox import SandboxSettings, create_app
from massid_local.carrot_sandbox.journal import Journal
from massid_local.carrot_sandbox.sandbox import Sandbox
from massid_local.carrot_sandbox.settings import FIXED
from massid_relay.core.jsons import dumps
from starlette.types import ASGIApp

Body = dict[str, Any]


class InProcess(httpx.BaseTransport):
    """Carries a request to an ASGI application without a socket."""

    def __init__(self, app: ASGIApp) -> None:
        self._transport = httpx.ASGITransport(app)
        self._runner = asyncio.Runner()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._runner.run(self._carry(request))

    def close(self) -> None:
        self._runner.close()

    async def _carry(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        answer = await self._transport.handle_async_request(sent)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())


class StandingClock:
    """Time moves only when a test says so."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


PARTICIPANT: Body = {
    "countryCode": "BR",
    "name": "Example Company",
    "taxId": "11111111111111",
    "taxIdType": "CNPJ",
    "type": "COMPANY",
}
ADDRESS: Body = {
    "name": "Main Facility",
    "street": "Rua das Colinas",
    "number": "500",
    "neighborhood": "Centro",
    "city": "São Paulo",
    "countryState": "São Paulo",
    "countryCode": "BR",
    "zipCode": "08575720",
    "latitude": -23.5489,
    "longitude": -46.6388,
}
DOCUMENT: Body = {
    "category": "MassID",
    "type": "Organic",
    "measurementUnit": "kg",
    "externalCreatedAt": "2026-03-01T10:00:00.000Z",
    "isPublic": True,
    "isPubliclySearchable": True,
    "participant": PARTICIPANT,
    "address": ADDRESS,
}
EVENT: Body = {"name": "Weighing", "externalCreatedAt": "2026-03-01T11:00:00.000Z", "isPublic": True}


class Caller:
    """One integrator at one sandbox."""

    def __init__(self, client: httpx.Client, sandbox: Sandbox, clock: StandingClock) -> None:
        self.client = client
        self.sandbox = sandbox
        self.clock = clock
        self.headers: dict[str, str] = {}

    def log_in(self, client_id: str = "sandbox-client") -> httpx.Response:
        """Fetch a token and use it from now on."""
        form = {"grant_type": "client_credentials", "scope": "api.carrot.eco/main-scope"}
        answer = self.client.post("/oauth2/token", auth=(client_id, "sandbox-secret"), data=form)
        if answer.status_code == 200:
            self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return answer

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """One call with the token; a body goes as JSON with its decimals."""
        content = None if body is None else dumps(body)
        return self.client.request(method, path, headers=self.headers, content=content)

    @staticmethod
    def document(**changes: Any) -> Body:
        """The guide's create body, changed; a field changed to None is left out."""
        return {name: value for name, value in (DOCUMENT | changes).items() if value is not None}

    @staticmethod
    def event(**changes: Any) -> Body:
        """A small event body, changed."""
        return {name: value for name, value in (EVENT | changes).items() if value is not None}

    def create(self, **changes: Any) -> str:
        """Create a document; answers its id."""
        answer = self.call("POST", "/documents", self.document(**changes))
        assert answer.status_code == 201, answer.text
        document_id: str = answer.json()["id"]
        return document_id

    def append(self, document_id: str, **changes: Any) -> httpx.Response:
        """Append an event."""
        return self.call("POST", f"/documents/{document_id}/events", self.event(**changes))

    def batch(self, document_id: str, *events: Body) -> httpx.Response:
        """Append several events."""
        return self.call("POST", "/documents/events", {"documentId": document_id, "events": list(events)})

    def read(self, document_id: str) -> Body:
        """The document as GET shows it."""
        answer = self.call("GET", f"/documents/{document_id}")
        assert answer.status_code == 200, answer.text
        shown: Body = answer.json()
        return shown

    def own_events(self, document_id: str) -> list[Body]:
        """The events that integrators wrote."""
        return [
            event
            for event in self.read(document_id)["externalEvents"]
            if event["author"]["clientId"] != "carrot-platform"
        ]

    def upload(self, document_id: str, file_name: str, content: bytes, content_type: str = "application/pdf") -> str:
        """Both steps of an upload; answers the attachment's id."""
        agreed = {"contentLength": len(content), "contentType": content_type}
        answer = self.call("PUT", f"/documents/{document_id}/attachments/{file_name}", agreed)
        assert answer.status_code == 200, answer.text
        stored = self.client.put(answer.json()["url"], content=content, headers={"Content-Type": content_type})
        assert stored.status_code == 200, stored.text
        attachment_id: str = answer.json()["attachmentId"]
        return attachment_id

    def switch(self, **changes: Any) -> None:
        """Change settings while the sandbox runs."""
        self.sandbox.settings = self.sandbox.settings.changed(changes)


SandboxOf = Callable[..., Caller]
Refused = Callable[[httpx.Response], tuple[int, str, str]]


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code and all messages of a refusal in the vendor's error body."""
    body = answer.json()
    assert body["statusCode"] == answer.status_code
    codes = {error["code"] for error in body["errors"]}
    assert len(codes) == 1
    assert all(error["id"] and error["timestamp"].isdecimal() for error in body["errors"])
    return answer.status_code, codes.pop(), " | ".join(error["message"] for error in body["errors"])


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="session")
def apps() -> Iterator[dict[str, tuple[Sandbox, httpx.Client]]]:
    """Applications by their fixed settings: putting one together takes longer than most tests."""
    made: dict[str, tuple[Sandbox, httpx.Client]] = {}
    yield made
    for _, client in made.values():
        client.close()


@pytest.fixture
def sandbox_of(clock: StandingClock, apps: dict[str, tuple[Sandbox, httpx.Client]]) -> SandboxOf:
    """Makes the test's one sandbox with some settings, and a caller that is logged in."""

    def make(**changes: Any) -> Caller:
        chosen = SandboxSettings.model_validate({"requests_per_second": None, **changes})
        key = chosen.model_dump_json(include=set(FIXED))
        if key not in apps:
            app = create_app(chosen)
            client = httpx.Client(transport=InProcess(app), base_url="http://sandbox")
            apps[key] = (app.state.sandbox, client)
        sandbox, client = apps[key]
        sandbox.settings, sandbox.clock, sandbox.journal = chosen, clock, Journal()
        sandbox.reset()
        sandbox.tokens.revoke_all()
        caller = Caller(client, sandbox, clock)
        assert caller.log_in().status_code == 200
        return caller

    return make


@pytest.fixture
def api(sandbox_of: SandboxOf) -> Caller:
    """A sandbox with the default rules and without a limit."""
    return sandbox_of()


@pytest.fixture
def refused() -> Refused:
    """Reads a refusal."""
    return refusal
