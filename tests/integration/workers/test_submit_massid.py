"""The submissions queue: one run at a time, its execution started once, more content added beside it."""

import pytest

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, SUBMISSIONS, Bench
from tests.integration.workers.payloads import actor, close, document, document_message, event, with_file


def submission(*events: object, evidence: tuple[str, ...] = ()) -> dict[str, object]:
    return {
        "version": 1,
        "externalId": "doc",
        "document": document(),
        "events": list(events),
        "evidence": list(evidence),
    }


def test_a_submission_starts_one_execution_with_ids_alone(bench: Bench) -> None:
    """Invariant 7: the payload is stored and referred to."""
    bench.send(SUBMISSIONS, submission(actor(), close()))
    bench.run()

    (name,), (given,) = bench.steps.executions, bench.steps.executions.values()
    assert name == "doc-g1-r1"
    assert given["externalId"] == "doc"
    assert given["submissionRef"]
    assert "document" not in given


def test_the_same_submission_again_while_its_run_is_open_is_a_repetition(bench: Bench) -> None:
    for _ in range(3):
        bench.send(SUBMISSIONS, submission(actor()))
        bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1"]
    assert not list(bench.queues.all())


def test_a_worker_that_died_before_the_start_is_made_good_by_the_message_coming_again(bench: Bench) -> None:
    """Invariant 2: the run is on record, its execution isn't there yet."""
    start = bench.steps.start_execution
    failures: list[int] = []

    def fail_once(**asked: str) -> None:
        if not failures:
            failures.append(1)
            raise RuntimeError("StartExecution failed")
        start(**asked)

    bench.steps.start_execution = fail_once  # type: ignore[method-assign]
    bench.send(SUBMISSIONS, submission(actor()))
    bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1"]


def test_more_of_it_before_the_open_run_was_started_starts_that_run_and_no_second_one(bench: Bench) -> None:
    """Its worker is about to, or died before: one run is open at a time."""
    start = bench.relay.lifecycle.start

    def be_overtaken(*given: object) -> None:
        bench.relay.lifecycle.start = start  # type: ignore[method-assign]
        bench.work(SUBMISSIONS, relay=bench.container(), most=1)
        start(*given)  # type: ignore[arg-type]

    bench.relay.lifecycle.start = be_overtaken  # type: ignore[method-assign,assignment]
    bench.send(SUBMISSIONS, submission(actor()))
    bench.send(SUBMISSIONS, submission(actor(), close()))
    bench.work(SUBMISSIONS, most=1)

    assert list(bench.steps.executions) == ["doc-g1-r1"]
    assert len(bench.waiting(EVENTS)) == 2


def test_more_of_it_while_a_run_is_open_goes_to_the_queues_beside_the_run(bench: Bench) -> None:
    bench.send(SUBMISSIONS, submission(actor()))
    bench.run()
    more = submission(actor(), with_file(event("recycled", 50), "cdf.pdf"), close(), evidence=("cdf.pdf",))
    bench.send(SUBMISSIONS, more)
    bench.work(SUBMISSIONS)

    assert list(bench.steps.executions) == ["doc-g1-r1"]
    assert len(bench.waiting(EVIDENCE)) == 1
    assert len(bench.waiting(EVENTS)) == 2


@pytest.mark.parametrize("stands", [True, False])
def test_more_of_it_with_another_document_is_refused_as_a_whole(bench: Bench, stands: bool) -> None:
    """Invariant 10: what is added goes to the queues without its document, so nobody else would notice."""
    bench.send(SUBMISSIONS, submission(actor(), evidence=("cdf.pdf",)))
    bench.run()
    if stands:
        bench.send(DOCUMENTS, document_message())
        bench.run()
    bench.send(SUBMISSIONS, submission(actor(), close()) | {"document": document(subtype="Wood and Wood Products")})
    bench.work(SUBMISSIONS)

    assert bench.dead == ["PayloadConflict"]
    assert [field.path for letter in bench.letters() for field in letter.fields] == ["document"]
    assert (bench.waiting(EVENTS), bench.waiting(SUBMISSIONS)) == ([], [])


@pytest.mark.parametrize("ended", ["ended", "failed"])
def test_after_a_run_is_over_the_next_submission_starts_the_next_one(bench: Bench, ended: str) -> None:
    bench.send(SUBMISSIONS, submission(actor()))
    bench.run()
    end_run(bench, ended)
    bench.send(SUBMISSIONS, submission(actor(), close()))
    bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT", "FAILED"])
def test_a_run_whose_execution_ended_without_saying_so_counts_as_failed(bench: Bench, status: str) -> None:
    bench.send(SUBMISSIONS, submission(actor()))
    bench.run()
    bench.steps.status["doc-g1-r1"] = status
    bench.send(SUBMISSIONS, submission(actor()))
    bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]


def test_two_workers_with_the_next_submission_open_one_run(bench: Bench) -> None:
    """RunTaken: the other comes back and finds a run that is open."""
    bench.send(SUBMISSIONS, submission(actor()))
    bench.send(SUBMISSIONS, submission(actor()))
    other = bench.container()
    open_next = bench.relay.runs.open_next

    def be_overtaken(*given: object) -> object:
        bench.relay.runs.open_next = open_next  # type: ignore[method-assign]
        bench.work(SUBMISSIONS, relay=other, most=1)
        return open_next(*given)  # type: ignore[arg-type]

    bench.relay.runs.open_next = be_overtaken  # type: ignore[method-assign,assignment]
    bench.work(SUBMISSIONS, most=1)
    assert len(bench.waiting(SUBMISSIONS)) == 1
    bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1"]


def test_a_stored_submission_is_submitted_again_by_its_reference(bench: Bench) -> None:
    """What a redrive sends: the next run of what is stored."""
    bench.send(SUBMISSIONS, submission(actor()))
    bench.run()
    reference = bench.steps.executions["doc-g1-r1"]["submissionRef"]
    end_run(bench, "failed")
    bench.send(SUBMISSIONS, {"version": 1, "externalId": "doc", "submissionRef": reference})
    bench.run()

    assert bench.steps.executions["doc-g1-r2"]["submissionRef"] == reference


def test_a_reference_to_nothing_is_a_dead_letter_that_names_the_field(bench: Bench) -> None:
    """Invariant 10."""
    bench.send(SUBMISSIONS, {"version": 1, "externalId": "doc", "submissionRef": "0" * 64})
    bench.run()

    (letter,) = bench.letters()
    assert [problem.path for problem in letter.fields] == ["submissionRef"]


def end_run(bench: Bench, state: str) -> None:
    """What the state machine writes at its end."""
    bench.dynamodb.update_item(
        TableName=bench.name,
        Key={"pk": {"S": "RUN#doc"}, "sk": {"S": "RUN"}},
        UpdateExpression="SET #state = :state",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":state": {"S": state}},
    )
    bench.steps.status["doc-g1-r1"] = "SUCCEEDED"
