"""An outage of days: nothing is lost, nothing lies dead, and hardly a call is spent on it (invariant 5)."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from massid_relay.carrot.auth import ClientCredentials
from massid_relay.carrot.client import CarrotClient
from massid_relay.carrot.settings import CarrotSettings
from massid_relay.carrot.transport import new_http_client
from massid_relay.core.errors import CredentialsRefused, NeverSent, NotReady, OutcomeUnknown
from massid_relay.core.record import DocumentRecord

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, Bench
from tests.integration.workers.fake_carrot import APPEND, CREATE, READ, UPLOAD
from tests.integration.workers.payloads import (
    PDF,
    actor,
    close,
    document_message,
    event,
    events_message,
    files_message,
    with_file,
)

OUTAGE = timedelta(days=3)
LOOKS_IN_AN_HOUR = 12
"""The breaker opens for at most five minutes at a time."""


def backlog(bench: Bench) -> None:
    """One document that stands with events and a file to come, and one that is to be created."""
    bench.send(DOCUMENTS, document_message("old"))
    bench.run()
    bench.move(hours=1)
    bench.carrot.calls.clear()
    bench.send(DOCUMENTS, document_message("new", token="token-new"))
    bench.drop("old", "mtr.pdf", PDF, tell=False)
    bench.send(EVIDENCE, files_message("mtr.pdf", external_id="old"))
    bench.send(EVENTS, events_message(event("a", 2), event("b", 3), external_id="old", token="token-old"))


def records(bench: Bench) -> dict[str, DocumentRecord]:
    return {name: bench.record(name) for name in ("old", "new")}


@pytest.mark.parametrize(
    "error", [NeverSent("connection refused"), NotReady("PENDING_PROCESS_CONFLICT_ERROR", retry_after=3)], ids=repr
)
def test_everything_is_delivered_once_an_outage_of_days_is_over(bench: Bench, error: Exception) -> None:
    """Invariant 5."""
    backlog(bench)
    bench.carrot.down = lambda name: error
    bench.run(ends=bench.clock.now() + OUTAGE, step=3)
    assert bench.steps.answers == []
    bench.carrot.down = lambda name: None
    over = bench.clock.now()

    bench.run()

    assert bench.dead == []
    assert bench.carrot.documents["document-1"].event_ids == ["a", "b"]
    assert bench.carrot.uploads == [("mtr.pdf", PDF)]
    assert all(record.created for record in records(bench).values())
    assert sorted(bench.steps.answers) == [("token-new", "succeeded"), ("token-old", "succeeded")]
    assert bench.clock.now() - over < timedelta(minutes=30)


def test_an_outage_costs_one_look_every_few_minutes_and_few_receives(bench: Bench) -> None:
    """`not_before` on the pacing item: the whole fleet waits as one."""
    backlog(bench)
    bench.carrot.down = lambda name: NeverSent("connection refused")

    bench.run(ends=bench.clock.now() + timedelta(hours=2))

    assert len(bench.carrot.calls) <= 2 * LOOKS_IN_AN_HOUR + 10
    assert max(message.receives for message in bench.queues.all()) < 150


@pytest.mark.parametrize("error", [OutcomeUnknown("503", status=503), OutcomeUnknown("timeout")])
def test_during_an_outage_reads_ask_whether_it_is_over_and_no_create_is_risked(bench: Bench, error: Exception) -> None:
    """Invariant 1 leaves a create of long unknown outcome to a person, so hardly any may get there."""
    bench.carrot.down = lambda name: error
    for number in range(5):
        bench.send(DOCUMENTS, document_message(f"doc-{number}"))
    bench.run(ends=bench.clock.now() + timedelta(hours=20), step=2)
    assert len(bench.carrot.named(CREATE)) == 1
    assert bench.carrot.named(READ)
    bench.carrot.down = lambda name: None

    bench.run()

    assert len(bench.carrot.documents) == 5
    assert bench.dead == []


def test_of_an_outage_longer_than_the_platforms_memory_only_the_create_that_met_it_is_left_to_a_person(
    bench: Bench,
) -> None:
    """Invariants 1 and 5: the one whose outcome nobody knows. All others are delivered."""
    bench.carrot.down = lambda name: OutcomeUnknown("503", status=503)
    for number in range(4):
        bench.send(DOCUMENTS, document_message(f"doc-{number}"))
    bench.run(ends=bench.clock.now() + OUTAGE, step=2)
    bench.carrot.down = lambda name: None
    bench.run()

    assert [(letter.error_type, letter.external_id) for letter in bench.letters()] == [("LeftToAPerson", "doc-0")]
    assert {document.body["externalId"] for document in bench.carrot.documents.values()} == {"doc-1", "doc-2", "doc-3"}


def test_an_outage_of_writes_alone_opens_the_breaker_although_reads_are_answered(bench: Bench) -> None:
    bench.carrot.down = lambda name: OutcomeUnknown("500", status=500) if name == CREATE else None
    for number in range(3):
        bench.send(DOCUMENTS, document_message(f"doc-{number}"))
    bench.run(ends=bench.clock.now() + timedelta(hours=2))

    assert len(bench.carrot.named(CREATE)) <= 2 * LOOKS_IN_AN_HOUR + 10
    bench.carrot.down = lambda name: None
    bench.run()
    assert len(bench.carrot.documents) == 3
    assert bench.dead == []


def test_events_of_unknown_outcome_are_looked_up_however_long_the_outage_lasts(bench: Bench) -> None:
    """Unlike a document, an event needs no person."""
    backlog(bench)
    bench.carrot.memory = timedelta(hours=24)
    bench.carrot.next_fails("POST /documents/events", OutcomeUnknown("timeout"), takes_effect=True)
    bench.work(EVENTS)
    bench.carrot.down = lambda name: OutcomeUnknown("503", status=503)
    bench.run(ends=bench.clock.now() + OUTAGE, step=2)
    bench.carrot.down = lambda name: None
    bench.run()

    assert bench.carrot.documents["document-1"].event_ids == ["a", "b"]
    assert bench.record("old").event("b") is not None
    assert all(letter.external_id == "new" for letter in bench.letters())


def test_a_close_that_met_the_outage_is_sent_once(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor()))
    bench.run()
    bench.move(minutes=5)
    bench.carrot.memory = timedelta(hours=24)
    bench.carrot.next_fails(APPEND, OutcomeUnknown("timeout"), takes_effect=True)
    bench.send(EVENTS, events_message(close()))
    bench.work(EVENTS)
    bench.carrot.down = lambda name: NeverSent("connection refused")
    bench.run(ends=bench.clock.now() + OUTAGE, step=2)
    bench.carrot.down = lambda name: None
    bench.run()

    assert bench.carrot.document.event_ids == ["actor", "close"]
    assert bench.record("doc").verified_at is not None


def test_a_storage_that_is_down_for_days_loses_no_file(bench: Bench) -> None:
    """Uploads go to another host, which no breaker guards: they come less and less often by themselves."""
    bench.send(DOCUMENTS, document_message())
    bench.drop("doc", "mtr.pdf", PDF, tell=False)
    bench.send(EVENTS, events_message(with_file(event("a", 1), "mtr.pdf")))
    bench.carrot.down = lambda name: OutcomeUnknown("timeout") if name == UPLOAD else None
    bench.run(ends=bench.clock.now() + OUTAGE, step=2)
    bench.carrot.down = lambda name: None
    bench.run()

    assert bench.carrot.document.event_ids == ["a"]
    assert bench.dead == []


def test_a_ledger_that_is_down_for_days_dead_letters_nothing(bench: Bench) -> None:
    """An error that nobody foresaw brings the message back, less and less often."""

    class Broken:
        def __getattr__(self, name: str) -> Callable[..., object]:
            raise RuntimeError("the table is gone")

    relay = bench.container()
    relay._clients["dynamodb"] = Broken()
    bench.send(DOCUMENTS, document_message())
    working, bench.relay = bench.relay, relay
    bench.run(ends=bench.clock.now() + OUTAGE)
    (message,) = bench.waiting(DOCUMENTS)
    assert message.receives < 400
    bench.relay = working
    bench.run()

    assert bench.record("doc").created
    assert bench.dead == []


def test_refused_credentials_pause_the_fleet_and_dead_letter_nothing(bench: Bench) -> None:
    """Invariant 5: no message is at fault."""
    backlog(bench)
    bench.carrot.down = lambda name: CredentialsRefused("401")
    bench.run(ends=bench.clock.now() + timedelta(hours=2))

    assert bench.dead == []
    assert bench.container().slots.look().reason == "CredentialsRefused"
    assert len(bench.carrot.calls) <= 2 * LOOKS_IN_AN_HOUR + 1
    bench.carrot.down = lambda name: None
    bench.run()
    assert bench.dead == []
    assert bench.carrot.documents["document-1"].event_ids == ["a", "b"]


def test_a_paused_fleet_calls_nothing_and_goes_on_after_resume(bench: Bench) -> None:
    """`massid pause` and `massid resume`."""
    backlog(bench)
    bench.container().slots.pause(None, "maintenance")
    bench.run(ends=bench.clock.now() + timedelta(days=1), step=3)
    assert bench.carrot.calls == []

    bench.container().slots.resume()
    bench.run()

    assert bench.dead == []
    assert bench.carrot.documents["document-1"].event_ids == ["a", "b"]


def test_a_token_endpoint_that_is_down_is_an_outage_too(bench: Bench) -> None:
    """It is asked once every few minutes, not once for every message that comes back."""
    asked: list[str] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        raise httpx.ConnectError("refused")

    credentials = ClientCredentials("client", "secret")
    client = CarrotClient(
        CarrotSettings(), lambda: credentials, bench.clock, http=new_http_client(httpx.MockTransport(refuse))
    )
    relay = bench.container()
    relay.carrot = client
    bench.relay = relay
    for number in range(2):
        bench.send(DOCUMENTS, document_message(f"doc-{number}"))
    bench.run(ends=bench.clock.now() + timedelta(hours=2))

    assert set(asked) == {"/oauth2/token"}
    assert len(asked) <= 2 * LOOKS_IN_AN_HOUR + 10
    assert bench.dead == []
