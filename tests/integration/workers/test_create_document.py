"""The documents queue: recorded before the call, created once, taken over from the dead (invariant 1)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from massid_relay.core.errors import NotReady, OutcomeUnknown, RejectedByProvider, Throttled
from massid_relay.core.operation import Stage

from tests.integration.workers.bench import DOCUMENTS, Bench
from tests.integration.workers.fake_carrot import CREATE, Call
from tests.integration.workers.payloads import document_message


class Killed(BaseException):
    """The worker is gone: nothing of ours runs any more."""


def kill_at_create(bench: Bench) -> None:
    """A worker takes the message and dies in its call."""

    def die(call: Call) -> None:
        raise Killed

    bench.carrot.before = die
    with pytest.raises(Killed):
        bench.work(DOCUMENTS, relay=bench.container())
    bench.carrot.before = lambda call: None


def test_the_ledger_holds_id_and_hash_before_the_first_call(bench: Bench) -> None:
    """Invariant 1."""
    seen = []
    bench.carrot.before = lambda call: seen.append((call, bench.record("doc")))
    bench.send(DOCUMENTS, document_message())

    bench.run()

    (call, record), *_ = seen
    assert call.name == CREATE
    assert record.deduplication_id == call.bodies[0]["deduplicationId"]
    assert record.content_hash is not None
    assert record.create is not None
    assert record.create.lease is not None


def test_every_attempt_carries_the_same_body(bench: Bench) -> None:
    """Invariant 1: whatever happened before, and whoever tries."""
    bench.carrot.next_fails(CREATE, OutcomeUnknown("timeout"))
    bench.carrot.next_fails(CREATE, OutcomeUnknown("500", status=500), takes_effect=True)
    bench.carrot.next_fails(CREATE, NotReady("PENDING_PROCESS_CONFLICT_ERROR", retry_after=3))
    bench.send(DOCUMENTS, document_message())

    bench.run()

    bodies = [call.bodies[0] for call in bench.carrot.named(CREATE)]
    assert len(bodies) == 4
    assert all(body == bodies[0] for body in bodies)
    assert len(bench.carrot.documents) == 1


def test_two_workers_with_the_same_document_make_one_call(bench: Bench) -> None:
    """Invariant 1: the other comes back."""
    bench.send(DOCUMENTS, document_message())
    bench.send(DOCUMENTS, document_message())
    second: list[int] = []

    def meanwhile(call: Call) -> None:
        if not second:
            second.append(0)
            second.append(bench.work(DOCUMENTS, relay=bench.container()))

    bench.carrot.before = meanwhile
    bench.work(DOCUMENTS, most=1)

    assert second[1] == 1
    assert len(bench.carrot.named(CREATE)) == 1
    assert len(bench.waiting(DOCUMENTS)) == 1
    bench.run()
    assert len(bench.carrot.named(CREATE)) == 1
    assert not bench.waiting(DOCUMENTS)


def test_a_dead_workers_create_is_taken_over_after_its_lease_and_not_before(bench: Bench) -> None:
    """Invariant 1."""
    bench.send(DOCUMENTS, document_message())
    kill_at_create(bench)
    bench.send(DOCUMENTS, document_message())

    bench.work(DOCUMENTS)
    assert len(bench.carrot.named(CREATE)) == 1
    bench.move(seconds=float(bench.relay.settings.lease_seconds) + 30)
    bench.work(DOCUMENTS)

    assert len(bench.carrot.named(CREATE)) == 2
    assert len(bench.carrot.documents) == 1


def test_the_third_worker_that_dies_over_a_document_makes_it_a_dead_letter(bench: Bench) -> None:
    """WorkerCrashed, and the waiting lifecycle is told."""
    bench.send(DOCUMENTS, document_message(token="token-1"))
    for _ in range(3):
        kill_at_create(bench)
        bench.move(seconds=181)

    bench.run()

    (letter,) = bench.letters()
    assert (letter.error_type, letter.external_id, letter.queue) == ("WorkerCrashed", "doc", "documents")
    assert bench.steps.answers == [("token-1", "WorkerCrashed")]
    assert len(bench.carrot.named(CREATE)) == 3


def test_a_redriven_crash_is_tried_again_with_the_same_id(bench: Bench) -> None:
    """Invariant 1."""
    bench.send(DOCUMENTS, document_message())
    for _ in range(3):
        kill_at_create(bench)
        bench.move(seconds=181)
    bench.run()

    bench.send(DOCUMENTS, document_message())
    bench.run()

    ids = {call.bodies[0]["deduplicationId"] for call in bench.carrot.named(CREATE)}
    assert len(ids) == 1
    assert bench.record("doc").created


def test_a_create_of_unknown_outcome_older_than_the_platforms_memory_is_left_to_a_person(bench: Bench) -> None:
    """Invariant 1: it may stand on the network, and its id may be forgotten."""
    bench.carrot.memory = timedelta(hours=24)
    bench.carrot.next_fails(CREATE, OutcomeUnknown("timeout"), takes_effect=True)
    bench.send(DOCUMENTS, document_message())
    bench.work(DOCUMENTS)
    bench.move(hours=24, minutes=1)

    bench.run()

    assert bench.dead == ["LeftToAPerson"]
    assert len(bench.carrot.documents) == 1
    assert len(bench.carrot.named(CREATE)) == 1


def test_a_create_of_unknown_outcome_within_the_memory_is_sent_again(bench: Bench) -> None:
    """Invariant 1: then the platform answers with the original."""
    bench.carrot.memory = timedelta(hours=24)
    bench.carrot.next_fails(CREATE, OutcomeUnknown("timeout"), takes_effect=True)
    bench.send(DOCUMENTS, document_message())
    bench.work(DOCUMENTS)
    bench.move(hours=23)

    bench.run()

    assert bench.record("doc").document_id == bench.carrot.document.id
    assert bench.dead == []


def test_the_same_document_with_other_content_is_a_conflict_and_nothing_is_sent(bench: Bench) -> None:
    """Invariant 1: PayloadConflict."""
    bench.send(DOCUMENTS, document_message())
    bench.run()
    calls = len(bench.carrot.calls)

    bench.send(DOCUMENTS, document_message(type="Plastic"))
    bench.run()

    (letter,) = bench.letters()
    assert letter.error_type == "PayloadConflict"
    assert [field.path for field in letter.fields] == ["document"]
    assert len(bench.carrot.calls) == calls


def test_a_final_no_is_dead_at_once_with_the_vendors_error_id(bench: Bench) -> None:
    """Invariant 5."""
    bench.carrot.next_fails(CREATE, RejectedByProvider("422", status=422, vendor_error_id="error-4711"))
    bench.send(DOCUMENTS, document_message(token="token-1"))

    bench.run()

    (letter,) = bench.letters()
    assert (letter.error_type, letter.vendor_error_id) == ("Rejected422", "error-4711")
    assert len(bench.carrot.named(CREATE)) == 1
    assert bench.steps.answers == [("token-1", "Rejected422")]
    assert bench.steps.causes["token-1"] == letter.id


def test_a_refused_document_that_is_redriven_is_tried_again(bench: Bench) -> None:
    bench.carrot.next_fails(CREATE, RejectedByProvider("403", status=403))
    bench.send(DOCUMENTS, document_message())
    bench.run()

    bench.send(DOCUMENTS, document_message())
    bench.run()

    assert bench.record("doc").created


def test_transient_failures_count_as_attempts_and_a_429_or_not_ready_does_not(bench: Bench) -> None:
    """Invariant 5."""
    for error in (OutcomeUnknown("500", status=500), Throttled("429"), NotReady("processing"), OutcomeUnknown("504")):
        bench.carrot.next_fails(CREATE, error)
    bench.send(DOCUMENTS, document_message())

    bench.run(until=lambda: len(bench.carrot.named(CREATE)) == 4)

    create = bench.record("doc").create
    assert create is not None
    assert create.failures == 2


def test_no_call_starts_unless_lease_and_invocation_outlive_it(bench: Bench) -> None:
    """Invariant 1."""
    bench.relay.deadline = lambda: 9.0
    bench.send(DOCUMENTS, document_message())

    bench.work(DOCUMENTS)

    assert bench.carrot.calls == []
    assert len(bench.waiting(DOCUMENTS)) == 1


def test_a_lease_too_short_for_a_call_sends_nothing(new_bench: Callable[..., Bench]) -> None:
    """Invariant 1."""
    bench = new_bench(LEASE_SECONDS="9")
    bench.send(DOCUMENTS, document_message())

    bench.work(DOCUMENTS)

    assert bench.carrot.calls == []


def test_a_worker_whose_lease_was_taken_over_meanwhile_writes_nothing(bench: Bench) -> None:
    """Invariant 1: every later write carries the lease's owner."""
    bench.send(DOCUMENTS, document_message())
    bench.send(DOCUMENTS, document_message())
    taken_over: list[str] = []

    def slow(call: Call) -> None:
        if not taken_over:
            taken_over.append("")
            bench.move(seconds=float(bench.relay.settings.lease_seconds) + 1)
            bench.work(DOCUMENTS, relay=bench.container(), most=1)
            taken_over[0] = bench.record("doc").document_id or ""

    bench.carrot.before = slow
    bench.work(DOCUMENTS, most=1)

    record = bench.record("doc")
    assert taken_over[0]
    assert record.document_id == taken_over[0]
    assert record.create is not None
    assert record.create.stage is Stage.CONFIRMED
    assert len(bench.carrot.documents) == 1


def test_an_answer_that_is_lost_before_the_delete_changes_nothing(bench: Bench) -> None:
    """Invariant 2: the message comes again and meets a document that stands."""
    bench.send(DOCUMENTS, document_message(token="token-1"))
    bench.work(DOCUMENTS, delete=False)
    calls = len(bench.carrot.calls)
    bench.move(seconds=181)

    bench.run()

    assert len(bench.carrot.calls) == calls
    assert bench.steps.answers == [("token-1", "succeeded")]
