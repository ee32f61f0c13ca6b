"""CLOSE goes out over nothing that is missing, and is read back; CANCEL passes whatever waits (invariant 3)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from massid_relay.core.errors import NeverSent, OutcomeUnknown, RejectedByProvider
from massid_relay.core.jsons import JsonObject
from massid_relay.work import close_document
from massid_relay.work.burial import bury

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, Bench, invoke
from tests.integration.workers.fake_carrot import APPEND, READ, Call
from tests.integration.workers.payloads import (
    PDF,
    actor,
    close,
    document_message,
    event,
    events_message,
    files_message,
    party,
    with_file,
)

Spoil = Callable[[JsonObject], Any]


@pytest.fixture
def ready(bench: Bench) -> Bench:
    """A document with its events on the network, to be closed next."""
    bench.send(DOCUMENTS, document_message())
    weighing = event("weighing", 2, metadata={"attributes": [{"name": "Driver", "value": "Ana", "isPublic": False}]})
    bench.send(EVENTS, events_message(actor(), weighing))
    bench.run()
    bench.carrot.calls.clear()
    bench.move(minutes=5)
    return bench


def names(bench: Bench) -> list[str]:
    return [call.name for call in bench.carrot.calls]


def test_the_document_is_read_before_and_after_close(ready: Bench) -> None:
    ready.send(EVENTS, events_message(close(), token="token-1"))
    ready.run()

    assert names(ready) == [READ, APPEND, READ]
    assert ready.carrot.document.status == "CLOSED"
    assert ready.record("doc").verified_at is not None
    assert ready.steps.answers == [("token-1", "succeeded")]


def drop_event(shown: JsonObject) -> None:
    shown["externalEvents"] = shown["externalEvents"][:1]


def swap_events(shown: JsonObject) -> None:
    shown["externalEvents"].reverse()


def double_event(shown: JsonObject) -> None:
    shown["externalEvents"].append(shown["externalEvents"][-1])


def move_event(shown: JsonObject) -> None:
    shown["externalEvents"][0]["externalCreatedAt"] = "2026-03-01T23:00:00.000Z"


def drop_attribute(shown: JsonObject) -> None:
    del shown["externalEvents"][1]["metadata"]


def other_participant(shown: JsonObject) -> None:
    shown["externalEvents"][1]["participant"] = {"id": "another"}


def no_address(shown: JsonObject) -> None:
    shown["externalEvents"][1]["address"] = {}


def no_actor(shown: JsonObject) -> None:
    shown["externalEvents"].pop(0)


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (drop_event, "events.weighing"),
        (swap_events, "events.weighing"),
        (double_event, "events.weighing"),
        (move_event, "events.actor.externalCreatedAt"),
        (drop_attribute, "events.weighing.metadata.attributes.0"),
        (other_participant, "events.weighing.participant"),
        (no_address, "events.weighing.address"),
        (no_actor, "events"),
        (lambda shown: shown.update(status="CANCELLED"), "status"),
        (lambda shown: shown.update(currentValue=0), "currentValue"),
        (lambda shown: shown.pop("currentValue"), "currentValue"),
        (lambda shown: shown.update(primaryParticipant=None), "participant"),
        (lambda shown: shown.update(primaryAddress=None), "address"),
    ],
)
def test_a_check_that_fails_before_close_stops_it_and_names_the_point(ready: Bench, spoil: Spoil, field: str) -> None:
    """Nothing is closed that is not whole; CANCEL and repair stay possible."""
    ready.carrot.spoil = spoil
    ready.send(EVENTS, events_message(close(), token="token-1"))
    ready.run()

    (letter,) = ready.letters()
    assert letter.error_type == "VerificationFailed"
    assert field in [problem.path for problem in letter.fields]
    assert ready.carrot.document.status == "OPEN"
    assert ready.steps.answers == [("token-1", "VerificationFailed")]


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (drop_event, "events.close"),
        (drop_attribute, "events.weighing.metadata.attributes.0"),
        (lambda shown: shown.update(status="OPEN"), "status"),
        (lambda shown: shown.update(currentValue=0), "currentValue"),
    ],
)
def test_a_check_that_fails_after_close_is_told_and_nothing_is_sent_again(
    ready: Bench, spoil: Spoil, field: str
) -> None:
    """After CLOSE nothing can be mended: a person must know."""

    def once_closed(shown: JsonObject) -> None:
        if ready.carrot.document.status == "CLOSED":
            spoil(shown)

    ready.carrot.spoil = once_closed
    ready.send(EVENTS, events_message(close(), token="token-1"))
    ready.run()

    (letter,) = ready.letters()
    assert letter.error_type == "VerificationFailed"
    assert field in [problem.path for problem in letter.fields]
    assert ready.record("doc").verification_failed
    assert ready.steps.answers == [("token-1", "VerificationFailed")]
    assert ready.steps.causes["token-1"] == letter.id
    assert len(ready.carrot.named(APPEND)) == 1


def test_a_redriven_verification_reads_the_closed_document_once_more(ready: Bench) -> None:
    ready.carrot.spoil = lambda shown: shown.update(status="OPEN")
    ready.send(EVENTS, events_message(close()))
    ready.run()
    (resting,) = ready.queues.resting()
    ready.carrot.spoil = lambda shown: None

    ready.queues.send(EVENTS, resting.body, group="doc", deduplication_id="fresh")
    ready.run()

    assert ready.record("doc").verified_at is not None
    assert len(ready.carrot.named(APPEND)) == 1


def test_reads_that_lag_behind_are_waited_for_and_fail_no_check(ready: Bench) -> None:
    """Invariant 5: what was confirmed a moment ago may be invisible for the visibility delay."""
    ready.carrot.lag = timedelta(seconds=20)
    ready.send(EVENTS, events_message(event("late", 3)))
    ready.send(EVENTS, events_message(close(), token="token-1"))
    ready.run()

    assert ready.dead == []
    assert ready.carrot.document.event_ids == ["actor", "weighing", "late", "close"]
    assert ready.record("doc").verified_at is not None
    assert ready.steps.answers == [("token-1", "succeeded")]


@pytest.mark.parametrize("takes_effect", [True, False])
def test_a_close_of_unknown_outcome_is_read_before_it_is_sent_again(ready: Bench, takes_effect: bool) -> None:
    """Invariant 1."""
    ready.carrot.memory = timedelta(0)
    ready.carrot.next_fails(APPEND, OutcomeUnknown("timeout"), takes_effect=takes_effect)
    ready.send(EVENTS, events_message(close()))
    ready.run()

    assert ready.carrot.document.event_ids.count("close") == 1
    assert ready.record("doc").verified_at is not None
    assert names(ready)[:3] == [READ, APPEND, READ]


def test_a_close_of_unknown_outcome_that_shows_late_is_one_close(ready: Bench) -> None:
    """Invariant 1: a read that doesn't show it yet proves nothing, so it goes out under the same id or not at all."""
    ready.carrot.lag = timedelta(seconds=25)
    ready.carrot.next_fails(APPEND, OutcomeUnknown("timeout"), takes_effect=True)
    ready.send(EVENTS, events_message(close()))
    ready.run()

    assert ready.carrot.document.event_ids.count("close") == 1
    assert ready.record("doc").verified_at is not None


def test_a_refused_close_is_dead_and_leaves_the_document_open(ready: Bench) -> None:
    ready.carrot.next_fails(APPEND, RejectedByProvider("403", status=403))
    ready.send(EVENTS, events_message(close(), token="token-1"))
    ready.run()

    assert ready.dead == ["Rejected403"]
    assert ready.steps.answers == [("token-1", "Rejected403")]


def test_a_read_that_fails_after_close_is_made_later_and_close_is_not_repeated(ready: Bench) -> None:
    failed: list[str] = []

    def lose_second_read(call: Call) -> None:
        if call.name == READ and ready.carrot.document.status == "CLOSED" and not failed:
            failed.append("")
            ready.carrot.next_fails(READ, NeverSent("connection refused"))

    ready.carrot.before = lose_second_read
    ready.send(EVENTS, events_message(close(), token="token-1"))
    ready.run()

    assert names(ready) == [READ, APPEND, READ, READ]
    assert ready.steps.answers == [("token-1", "succeeded")]


def test_close_waits_for_what_is_dead_before_it(ready: Bench) -> None:
    """Invariant 3: nothing over a hole."""
    ready.carrot.refuses = {"refused"}
    ready.send(EVENTS, events_message(event("refused", 3)))
    ready.send(EVENTS, events_message(close()))
    ready.run()

    assert "close" not in ready.carrot.document.event_ids
    assert ready.record("doc").waiting_since is not None


def test_close_waits_for_every_file_that_was_asked_for(ready: Bench) -> None:
    """Invariant 3: afterwards none can be attached."""
    ready.send(EVIDENCE, files_message("late.pdf"))
    ready.send(EVENTS, events_message(close()))
    ready.run()
    assert ready.carrot.document.status == "OPEN"

    ready.drop("doc", "late.pdf", PDF)
    ready.run()

    assert ready.carrot.document.status == "CLOSED"


def test_after_close_only_related_goes_out(ready: Bench) -> None:
    """Invariant 3: refused before anything is sent."""
    ready.send(EVENTS, events_message(close()))
    ready.run()
    ready.carrot.calls.clear()
    ready.send(
        EVENTS,
        events_message(
            event("late", 95), event("related", 96, "RELATED", relatedDocument={"documentId": "document-2"})
        ),
    )
    ready.run()

    assert ready.dead == ["ForbiddenTransition"]
    assert ready.carrot.document.event_ids[-1] == "related"
    assert [call.bodies[0]["name"] for call in ready.carrot.named(APPEND)] == ["RELATED"]


def test_close_lacks_nothing_that_the_timeline_can_tell(ready: Bench) -> None:
    """The last event's time and the Integrator's parties; never the clock."""
    ready.send(EVENTS, events_message({"externalId": "close", "name": "CLOSE", "isPublic": True}))
    ready.run()

    body = ready.carrot.named(APPEND)[0].bodies[0]
    assert body["externalCreatedAt"] == "2026-03-01T10:02:00.000Z"
    assert (body["participantId"], body["addressId"]) == ("participant-1", "address-1")


def test_cancel_passes_what_waits_and_what_lies_dead(ready: Bench) -> None:
    """Invariant 3: it must be possible to give a document up."""
    ready.carrot.refuses = {"refused"}
    waits = with_file(event("waits", 4), "never.pdf")
    ready.send(EVENTS, events_message(event("refused", 3), waits))
    ready.run()
    ready.carrot.refuses = set()
    ready.send(EVENTS, events_message(event("cancel", 5, "CANCEL"), token="token-1"))
    ready.run()

    assert ready.carrot.document.status == "CANCELLED"
    assert ready.carrot.document.event_ids == ["actor", "weighing", "cancel"]
    assert ready.steps.answers == [("token-1", "succeeded")]


def test_nothing_goes_out_after_cancel(ready: Bench) -> None:
    """Invariant 3."""
    ready.send(EVENTS, events_message(event("cancel", 5, "CANCEL")))
    ready.run()
    ready.send(EVENTS, events_message(event("late", 6), token="token-1"))
    ready.run()

    assert ready.dead == ["ForbiddenTransition"]
    assert ready.steps.answers == [("token-1", "ForbiddenTransition")]
    assert ready.carrot.document.event_ids[-1] == "cancel"


def test_what_waited_when_the_document_was_cancelled_never_goes_out_and_its_step_is_told(ready: Bench) -> None:
    """Invariant 3."""
    ready.send(EVENTS, events_message(with_file(event("waits", 4), "late.pdf"), token="timeline"))
    ready.send(EVIDENCE, files_message("late.pdf"))
    ready.run()
    ready.send(EVENTS, events_message(event("cancel", 5, "CANCEL"), token="cancel"))
    ready.run()
    ready.drop("doc", "late.pdf", PDF)
    ready.run()

    assert ready.carrot.document.event_ids[-1] == "cancel"
    assert sorted(ready.steps.answers) == [("cancel", "succeeded"), ("timeline", "ForbiddenTransition")]
    assert ready.dead == ["ForbiddenTransition"]  # the file: nothing can be attached any more
    ready.move(days=1)
    assert ready.sweep().looked_at == 0


def test_what_comes_beside_a_failed_verification_is_not_lost(ready: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariant 2: another writer may change the record between the letter and the mark; the event's message is gone then."""

    def no_value(shown: JsonObject) -> None:
        shown["currentValue"] = 0 if shown["status"] == "CLOSED" else shown["currentValue"]

    def and_another_writes(*arguments: Any, **named: Any) -> Any:
        written = ready.container().documents
        written.save(written.load("doc"))
        return bury(*arguments, **named)

    ready.carrot.spoil = no_value
    ready.send(EVENTS, events_message(close()))
    ready.work(EVENTS)
    ready.move(minutes=5)
    monkeypatch.setattr(close_document, "bury", and_another_writes)
    ready.send(EVENTS, events_message(event("related", 95, "RELATED", relatedDocument={"documentId": "other"})))
    ready.run()

    assert ready.record("doc").event("related") is not None
    assert ready.dead == ["VerificationFailed"]


def test_a_close_that_brings_a_newcomer_goes_on_when_another_document_has_introduced_it(bench: Bench) -> None:
    """Its claim ran out in an outage; the id that the other one learnt goes out in its place."""
    for name in ("first", "second"):
        bench.send(DOCUMENTS, document_message(name))
    bench.send(EVENTS, events_message(actor(), event("weighing", 2, value=1), external_id="first"))
    bench.run()
    bench.move(minutes=5)
    bench.carrot.down = lambda _: NeverSent("an outage")
    bench.send(EVENTS, events_message(event("close", 90, "CLOSE", **party()), external_id="first"))
    bench.work(EVENTS)
    bench.move(minutes=16)
    bench.carrot.down = lambda _: None
    bench.send(EVENTS, events_message(event("other", 2, **party()), external_id="second"))
    ahead = [message for message in bench.queues.receive(EVENTS, 10) if message.group == "second"]
    assert invoke(bench.relay, EVENTS, ahead) == {"batchItemFailures": []}
    bench.run(ends=bench.clock.now() + timedelta(hours=1))

    assert bench.record("first").verified_at is not None
    assert bench.dead == []
