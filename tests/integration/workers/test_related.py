"""RELATED by the other document's external id: it waits in the ledger for that document, and is woken by it (invariant 2)."""

from datetime import timedelta

import pytest
from massid_cli.operations.adopt import adopt
from massid_cli.operations.target import Target
from massid_relay.core.errors import OutcomeUnknown, RejectedByProvider
from massid_relay.core.jsons import JsonObject
from massid_relay.core.timeline import next_step

from tests.faults.description import queue_url
from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.fake_carrot import APPEND, BATCH, CREATE
from tests.integration.workers.payloads import document_message, event, events_message
from tests.integration.workers.test_sweep import lose, wait_for_days


def related(minute: int = 1, to: str = "other", external_id: str = "related") -> JsonObject:
    return event(external_id, minute, "RELATED", relatedDocument={"documentExternalId": to, "bidirectional": True})


def create(bench: Bench, *external_ids: str) -> None:
    for external_id in external_ids:
        bench.send(DOCUMENTS, document_message(external_id))
    bench.run()


def related_to(bench: Bench) -> list[JsonObject]:
    """What went out as the other document, of each RELATED event."""
    bodies = [body for call in bench.carrot.named(APPEND, BATCH) for body in call.bodies]
    return [body["relatedDocument"] for body in bodies if body["name"] == "RELATED"]


def waits_for(bench: Bench, external_id: str = "doc") -> str:
    return next_step(bench.record(external_id)).waits_for


def test_the_other_documents_network_id_goes_out_in_its_place(bench: Bench) -> None:
    create(bench, "doc", "other")
    bench.send(EVENTS, events_message(related()))
    bench.run()

    other = bench.record("other").document_id
    assert related_to(bench) == [{"documentId": other, "bidirectional": True}]
    assert bench.record("other").wanted_by == []


def test_it_waits_in_the_ledger_until_the_other_document_is_confirmed(bench: Bench) -> None:
    """Waiting is neither an error nor an attempt (invariant 3); nothing stays on the queue."""
    create(bench, "doc")
    bench.send(EVENTS, events_message(event("before", 1), related(2), event("behind", 3), token="token-1"))
    bench.run()
    assert bench.carrot.document.event_ids == ["before"]
    assert bench.waiting(EVENTS) == []
    assert waits_for(bench) == "document other, to which event related relates"
    assert bench.record("other").wanted_by == ["doc"]

    create(bench, "other")

    record = bench.record("doc")
    assert bench.carrot.documents[record.document_id or ""].event_ids == ["before", "related", "behind"]
    assert bench.steps.answers == [("token-1", "succeeded")]
    assert bench.record("other").wanted_by == []


def test_a_lost_wake_is_made_good_by_the_sweep(bench: Bench) -> None:
    create(bench, "doc")
    bench.send(EVENTS, events_message(related()))
    bench.run()
    bench.send(DOCUMENTS, document_message("other"))
    bench.work(DOCUMENTS)
    lose(bench, EVENTS)
    bench.run()
    assert related_to(bench) == []

    bench.move(minutes=6)
    bench.sweep()
    bench.run()

    assert len(related_to(bench)) == 1


def test_the_wake_is_sent_again_when_its_worker_was_killed_before_it_had_said_so(bench: Bench) -> None:
    """The other document's message comes back; who waits is forgotten only after the wake was sent."""
    create(bench, "doc")
    bench.send(EVENTS, events_message(related()))
    bench.run()
    bench.send(DOCUMENTS, document_message("other"))
    relay = bench.container()
    relay.queues.send = _killed  # type: ignore[method-assign]
    with pytest.raises(KilledError):
        bench.work(DOCUMENTS, relay=relay)
    assert bench.record("other").wanted_by == ["doc"]

    bench.run()

    assert len(related_to(bench)) == 1
    assert len(bench.carrot.named(CREATE)) == 2


class KilledError(BaseException):
    """What no worker survives."""


def _killed(*_args: object, **_more: object) -> None:
    raise KilledError


def test_a_worker_killed_after_it_had_asked_to_be_woken_loses_nothing(bench: Bench) -> None:
    """The interest is written before the event is left to wait; its message is still on the queue."""
    create(bench, "doc")
    bench.send(EVENTS, events_message(related()))
    relay = bench.container()
    save = relay.documents.save

    def save_other_alone(record: object, **more: object) -> None:
        if getattr(record, "external_id", "") == "doc":
            raise KilledError
        save(record, **more)  # type: ignore[arg-type]

    relay.documents.save = save_other_alone  # type: ignore[method-assign]
    with pytest.raises(KilledError):
        bench.work(EVENTS, relay=relay)
    assert bench.record("other").wanted_by == ["doc"]
    assert bench.record("doc").events == []

    create(bench, "other")
    bench.run()

    assert len(related_to(bench)) == 1


def test_the_other_document_confirmed_at_that_very_moment_is_not_waited_for(bench: Bench) -> None:
    """Whoever writes the interest over a record that has just been confirmed reads the id instead."""
    create(bench, "doc")
    bench.send(EVENTS, events_message(related()))
    load = bench.relay.documents.load
    seen: list[str] = []

    def load_and_be_overtaken(external_id: str, *generation: int) -> object:
        record = load(external_id, *generation)
        if external_id == "other" and not seen:
            seen.append(external_id)
            bench.send(DOCUMENTS, document_message("other"))
            bench.work(DOCUMENTS, relay=bench.container())
        return record

    bench.relay.documents.load = load_and_be_overtaken  # type: ignore[method-assign,assignment]
    bench.run()

    assert len(related_to(bench)) == 1
    assert bench.record("other").wanted_by == []


def test_every_attempt_names_the_other_document_as_the_first_did(bench: Bench) -> None:
    """Invariant 1: one body under one deduplication id, whatever becomes of the other document."""
    create(bench, "doc", "other")
    bench.carrot.next_fails(APPEND, OutcomeUnknown("timeout"))
    bench.send(EVENTS, events_message(related()))
    bench.work(EVENTS)
    other = bench.record("other")
    other.document_id = "replaced"
    bench.container().documents.save(other)
    bench.run()

    first, second = related_to(bench)
    assert first == second


def test_two_documents_that_relate_to_each_other_do_not_lock(bench: Bench) -> None:
    bench.send(EVENTS, events_message(related(to="other")))
    bench.send(EVENTS, events_message(related(to="doc"), external_id="other"))
    create(bench, "doc", "other")

    ids = {bench.record(name).document_id for name in ("doc", "other")}
    assert {one["documentId"] for one in related_to(bench)} == ids


def test_a_chain_goes_out_link_by_link(bench: Bench) -> None:
    """A document's confirmation is waited for, not its events."""
    create(bench, "a")
    bench.send(EVENTS, events_message(related(to="b"), external_id="a"))
    bench.send(EVENTS, events_message(related(to="c"), external_id="b"))
    create(bench, "b")
    assert [one["documentId"] for one in related_to(bench)] == [bench.record("b").document_id]

    create(bench, "c")
    assert len(related_to(bench)) == 2


def test_the_same_event_is_known_by_what_was_said_and_not_by_what_it_became(bench: Bench) -> None:
    """The hash is of the external id: sent again it is the same, naming the network's id instead is other content."""
    create(bench, "doc", "other")
    bench.send(EVENTS, events_message(related()))
    bench.run()
    bench.send(EVENTS, events_message(related()))
    bench.run()
    assert bench.dead == []

    network = event("related", 1, "RELATED", relatedDocument={"documentId": bench.record("other").document_id})
    bench.send(EVENTS, events_message(network))
    bench.run()
    assert bench.dead == ["PayloadConflict"]
    assert len(related_to(bench)) == 1


def test_what_stays_unknown_for_the_patience_is_given_up(bench: Bench) -> None:
    create(bench, "doc")
    bench.send(EVENTS, events_message(related(), token="token-1"))
    bench.run()
    wait_for_days(bench, 199)
    assert bench.dead == []
    bench.move(days=2)
    bench.sweep()
    bench.run()

    (letter,) = bench.letters()
    assert (letter.error_type, letter.item) == ("WaitedTooLong", "related")
    assert letter.reason.endswith("for document other, to which event related relates")
    assert bench.steps.answers == [("token-1", "WaitedTooLong")]


def test_a_document_that_was_refused_is_waited_for_until_it_is_mended(bench: Bench) -> None:
    create(bench, "doc")
    bench.send(EVENTS, events_message(related()))
    bench.carrot.next_fails(CREATE, RejectedByProvider("422", status=422))
    create(bench, "other")
    assert related_to(bench) == []

    (resting,) = bench.queues.resting()
    bench.send(DOCUMENTS, resting.body)
    bench.run()
    assert len(related_to(bench)) == 1


def test_a_waiting_event_keeps_its_sweep_rare(bench: Bench) -> None:
    create(bench, "doc")
    bench.send(EVENTS, events_message(related()))
    bench.run()
    ends, looks = bench.clock.now() + timedelta(days=2), 0
    while bench.clock.now() < ends:
        bench.move(minutes=30)
        looks += bench.sweep().looked_at
        bench.run()
    assert 3 <= looks <= 20


def test_adopting_the_other_document_wakes_who_waits_for_it(bench: Bench) -> None:
    """`massid adopt`: a document made before massid-relay, of which no message ever comes."""
    create(bench, "doc")
    bench.send(EVENTS, events_message(related()))
    bench.run()
    clients = {"dynamodb": bench.dynamodb, "sqs": bench.sqs}
    adopt(Target(clients.__getitem__, {"Ledger": bench.name, EVENTS: queue_url(EVENTS)}), "other", "made-before")
    bench.run()
    assert related_to(bench) == [{"documentId": "made-before", "bidirectional": True}]
