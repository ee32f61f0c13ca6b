"""The workers against the sandbox over HTTP, on a platform that recognises a repeated inline party and on one that gives it a
new id each time: either way one participant has one id, and one address of it too, as an auditor compares them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from massid_local.carrot_sandbox.sandbox import Sandbox
from massid_local.carrot_sandbox.server import SandboxServer
from massid_local.carrot_sandbox.settings import Credential, SandboxSettings
from massid_local.carrot_sandbox.stored import stored_document
from massid_relay.carrot.auth import CarrotCredentials
from massid_relay.carrot.client import CarrotClient
from massid_relay.carrot.settings import CarrotSettings
from massid_relay.carrot.transport import new_http_client
from massid_relay.core.jsons import JsonObject, loads

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.payloads import at, party

SAMPLES = Path(__file__).parents[3] / "events"
KINDS: dict[str, dict[str, object]] = {
    "recognises": {},
    "gives a new id each time": {"repeated_inline_participant": "new", "repeated_inline_address": "new"},
}
GENERATOR, RECYCLER = "11222333000181", "19573842000160"


def sample(name: str) -> Any:
    return loads((SAMPLES / name).read_bytes())


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    """One HTTP server; its kind is changed from test to test."""
    with SandboxServer(SandboxSettings(requests_per_second=None)) as running:
        yield running


@pytest.fixture(params=KINDS)
def sandbox(server: SandboxServer, request: pytest.FixtureRequest) -> Sandbox:
    """Empty, and of either kind."""
    server.sandbox.reset()
    usual: dict[str, object] = {"repeated_inline_participant": "same", "repeated_inline_address": "same"}
    server.sandbox.settings = server.sandbox.settings.changed(usual | KINDS[request.param])
    return server.sandbox


@pytest.fixture
def platform(new_bench: Callable[..., Bench], server: SandboxServer, sandbox: Sandbox) -> Iterator[Bench]:
    """A bench whose platform is the sandbox."""
    bench, pair = new_bench(), CarrotCredentials(Credential().client_id, Credential().client_secret)
    settings = CarrotSettings(base_url=server.base_url, token_url=f"{server.base_url}/oauth2/token")
    http = new_http_client()
    client = CarrotClient(settings, lambda: pair, sandbox.clock, http=http)
    container = bench.container

    def with_sandbox() -> Any:
        relay = container()
        relay.carrot = client
        return relay

    bench.container = with_sandbox  # type: ignore[method-assign]
    bench.relay = with_sandbox()
    with http:
        yield bench


def document(bench: Bench, external_id: str, **parties: Any) -> None:
    body = {"category": "MassID", "type": "Organic", "externalCreatedAt": at(0), "isPublic": True} | parties
    bench.send(DOCUMENTS, {"version": 1, "externalId": external_id, "document": body | {"isPubliclySearchable": True}})
    bench.run()


def events(bench: Bench, external_id: str, *parties: JsonObject) -> None:
    """One event after the other, by these parties."""
    body = [
        {"externalId": f"e{n}", "name": "Weighing", "externalCreatedAt": at(n + 1), "isPublic": True} | one
        for n, one in enumerate(parties)
    ]
    bench.send(EVENTS, {"version": 1, "documentExternalId": external_id, "events": body})
    bench.run()


def shown(sandbox: Sandbox, external_id: str) -> JsonObject:
    (found,) = [one for one in sandbox.documents.values() if one.external_id == external_id]
    return stored_document(found, sandbox.settings, sandbox.now())


def ids(sandbox: Sandbox, external_id: str) -> list[tuple[str, str]]:
    """Participant and address of the document and of each of our events."""
    stored = shown(sandbox, external_id)
    ours = [one for one in stored["externalEvents"] if "externalId" in one]
    own = (stored["primaryParticipant"]["id"], stored["primaryAddress"]["id"])
    return [own, *((one["participant"]["id"], one["address"]["id"]) for one in ours)]


def test_the_documents_own_participant_is_the_same_in_its_events(platform: Bench, sandbox: Sandbox) -> None:
    document(platform, "doc", **party(GENERATOR))
    events(platform, "doc", party(GENERATOR), party(RECYCLER), party(GENERATOR), party(RECYCLER))

    own, *others = ids(sandbox, "doc")
    assert others[0] == others[2] == own
    assert others[1] == others[3] != own
    assert platform.dead == []


def test_the_next_document_uses_what_the_first_one_brought(platform: Bench, sandbox: Sandbox) -> None:
    document(platform, "first", **party(GENERATOR))
    events(platform, "first", party(RECYCLER))
    document(platform, "second", **party(RECYCLER))
    events(platform, "second", party(GENERATOR))
    assert sorted(ids(sandbox, "first")) == sorted(ids(sandbox, "second"))


def test_events_before_their_document_introduce_nobody_twice(platform: Bench, sandbox: Sandbox) -> None:
    events(platform, "doc", party(GENERATOR), party(GENERATOR))
    document(platform, "doc", **party(GENERATOR))
    assert len(set(ids(sandbox, "doc"))) == 1


def test_an_address_is_one_whether_its_participant_comes_inline_or_as_an_id(platform: Bench, sandbox: Sandbox) -> None:
    document(platform, "doc", **party(GENERATOR))
    ((participant_id, _),) = ids(sandbox, "doc")
    elsewhere = party(GENERATOR, number="200")
    by_id = {"participantId": participant_id, "address": elsewhere["address"]}
    events(platform, "doc", by_id, elsewhere, {"participantId": participant_id, "address": party(GENERATOR)["address"]})

    own, first, second, third = ids(sandbox, "doc")
    assert first == second != own
    assert third == own


def test_every_event_type_is_accepted_as_the_sample_has_it(platform: Bench, sandbox: Sandbox) -> None:
    """events/all-event-types.json: from the message to the wire to the platform's own schema and status rules."""
    message = sample("all-event-types.json")
    name = message["documentExternalId"]
    platform.send(EVENTS, message)
    platform.send(DOCUMENTS, sample("document.json") | {"externalId": name})
    platform.run()
    assert "RELATED" not in [one["name"] for one in shown(sandbox, name)["externalEvents"]]

    platform.send(DOCUMENTS, sample("document.json"))
    platform.run()

    stored, other = shown(sandbox, name), shown(sandbox, sample("document.json")["externalId"])
    ours = [one for one in stored["externalEvents"] if "externalId" in one]
    assert [one["externalId"] for one in ours] == [one["externalId"] for one in message["events"]]
    assert (stored["status"], stored["isPubliclySearchable"]) == ("CLOSED", False)
    by_name = {one["externalId"].rpartition(".")[2]: one for one in ours}
    for asked in message["events"]:
        sent = by_name[asked["externalId"].rpartition(".")[2]]
        for field in ("permissions", "updates", "target", "propagateEvent", "value"):
            assert sent.get(field) == asked.get(field)
    for related in ("related", "related-after-close"):
        assert by_name[related]["relatedDocument"] == {"documentId": other["id"], "bidirectional": True}
    assert platform.dead == []


def test_so_is_cancel(platform: Bench, sandbox: Sandbox) -> None:
    platform.send(DOCUMENTS, sample("document.json"))
    platform.send(EVENTS, sample("cancel.json"))
    platform.run()
    assert shown(sandbox, sample("document.json")["externalId"])["status"] == "CANCELLED"
    assert platform.dead == []
