"""Over real HTTP: connections that really break, answers that never come, and an end that waits for nobody."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from massid_local.carrot_sandbox import SandboxServer, SandboxSettings

BODY = {
    "category": "MassID",
    "type": "Organic",
    "externalCreatedAt": "2026-03-01T10:00:00Z",
    "isPublic": True,
    "isPubliclySearchable": True,
    "participant": {"countryCode": "BR", "name": "A", "taxId": "1", "taxIdType": "CNPJ", "type": "COMPANY"},
    "address": {
        "name": "A",
        "street": "B",
        "number": "1",
        "neighborhood": "C",
        "city": "D",
        "countryState": "SP",
        "countryCode": "BR",
        "zipCode": "1",
        "latitude": 1,
        "longitude": 1,
    },
}
PATIENCE = 10.0


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    server = SandboxServer(SandboxSettings(requests_per_second=None, slow_seconds=0, hold_seconds=PATIENCE))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(server: SandboxServer) -> Iterator[httpx.Client]:
    server.sandbox.reset()
    with httpx.Client(base_url=server.base_url, timeout=PATIENCE) as client:
        form = {"grant_type": "client_credentials", "scope": "api.carrot.eco/main-scope"}
        answer = client.post("/oauth2/token", auth=("sandbox-client", "sandbox-secret"), data=form)
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def script(client: httpx.Client, kind: str) -> None:
    assert client.post("/__sandbox__/faults", json={"kind": kind}).status_code == 200


@pytest.mark.parametrize(
    ("kind", "error", "documents"),
    [
        ("broken-before", httpx.RemoteProtocolError, 0),
        ("broken-after", httpx.RemoteProtocolError, 1),
        ("truncated-after", httpx.RemoteProtocolError, 1),
        ("timeout-before", httpx.ReadTimeout, 0),
        ("timeout-after", httpx.ReadTimeout, 1),
    ],
)
def test_a_fault_of_the_connection_reaches_the_caller_as_what_it_is(
    server: SandboxServer, client: httpx.Client, kind: str, error: type[Exception], documents: int
) -> None:
    script(client, kind)
    with pytest.raises(error):
        client.post("/documents", json=BODY, timeout=0.2 if "timeout" in kind else PATIENCE)
    while not (entries := server.sandbox.journal.entries) or entries[-1].fault != kind:
        time.sleep(0.01)  # whoever gave up waiting is not waited for: the server goes on by itself
    assert len(server.sandbox.documents) == documents
    assert server.sandbox.journal.entries[-1].status == 0
    assert client.post("/documents", json=BODY).status_code == 201


def test_a_slow_answer_is_the_right_one(server: SandboxServer, client: httpx.Client) -> None:
    script(client, "slow")
    assert client.post("/documents", json=BODY).status_code == 201
    assert server.sandbox.journal.entries[-1].fault == "slow"


def test_a_repeat_while_the_first_is_still_running_is_pending_and_later_answered_with_the_original(
    server: SandboxServer, client: httpx.Client
) -> None:
    script(client, "timeout-after")
    body = {**BODY, "deduplicationId": "d-1"}
    held = threading.Thread(target=_until_it_times_out, args=(client.headers, server.base_url, body, 2))
    held.start()
    while not server.sandbox.documents:
        held.join(0.01)
    answer = client.post("/documents", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "PENDING_PROCESS_CONFLICT_ERROR")
    held.join()
    while (answer := client.post("/documents", json=body)).status_code == 409:
        pass
    assert answer.json()["id"] == next(iter(server.sandbox.documents))
    assert len(server.sandbox.documents) == 1


def _until_it_times_out(headers: httpx.Headers, base_url: str, body: dict[str, object], timeout: float) -> None:
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{base_url}/documents", json=body, headers=headers, timeout=timeout)


def test_latency_holds_every_answer_back(server: SandboxServer, client: httpx.Client) -> None:
    server.sandbox.settings = server.sandbox.settings.changed({"latency_ms": 200})
    try:
        with pytest.raises(httpx.ReadTimeout):
            client.get("/documents/x", timeout=0.05)
        assert client.get("/documents/x").status_code == 404
    finally:
        server.sandbox.settings = server.sandbox.settings.changed({"latency_ms": 0})


def test_a_body_that_is_too_long_is_refused_while_it_comes(client: httpx.Client) -> None:
    assert client.post("/documents", content=b" " * 7_000_000).status_code == 413


def test_requests_at_once_take_effect_once(server: SandboxServer, client: httpx.Client) -> None:
    """One deduplication id from many threads: one document, and nobody hears another id."""
    answers: list[httpx.Response] = []

    def send() -> None:
        answers.append(client.post("/documents", json={**BODY, "deduplicationId": "d-1"}))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len(server.sandbox.documents) == 1


def test_the_end_waits_for_no_held_request() -> None:
    server = SandboxServer(SandboxSettings(hold_seconds=3600))
    base_url = server.start()
    httpx.post(f"{base_url}/__sandbox__/faults", json={"kind": "timeout-before"})
    broken: list[Exception] = []

    def wait() -> None:
        try:
            httpx.post(f"{base_url}/oauth2/token", timeout=3600)
        except httpx.TransportError as error:
            broken.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not server.sandbox.journal.entries:
        waiting.join(0.01)
    server.stop()
    waiting.join()
    assert len(broken) == 1
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{base_url}/__sandbox__/health")


def test_a_server_starts_on_a_port_of_its_own_and_stops_twice_without_harm() -> None:
    with SandboxServer() as first, SandboxServer() as second:
        assert first.base_url != second.base_url
        assert httpx.get(f"{first.base_url}/__sandbox__/health").json()["status"] == "ok"
    first.stop()


def test_a_taken_port_is_an_error(server: SandboxServer) -> None:
    port = int(server.base_url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        SandboxServer(port=port).start()
