"""A run whose execution has ended without a word is ended in the ledger by the sweep: its end is told, and the next may begin."""

import pytest
from massid_relay.ledger.runs import Run, RunState

from tests.integration.workers.bench import SUBMISSIONS, Bench
from tests.integration.workers.payloads import actor
from tests.integration.workers.replacements import submission


def submitted(bench: Bench) -> None:
    bench.send(SUBMISSIONS, submission(actor()))
    bench.run()


def newest(bench: Bench) -> Run:
    run = bench.container().runs.newest("doc")
    assert run is not None
    return run


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT", "FAILED"])
def test_a_run_whose_execution_is_gone_counts_as_failed_and_says_why(bench: Bench, status: str) -> None:
    submitted(bench)
    bench.steps.status["doc-g1-r1"] = status
    bench.move(minutes=31)

    assert bench.sweep().runs_ended == 1

    assert (newest(bench).state, newest(bench).reason) == (
        RunState.FAILED,
        f"its execution ended as {status} without a word",
    )
    bench.move(days=1)
    assert bench.sweep().runs_ended == 0


def test_a_redrive_can_start_the_next_run_then(bench: Bench) -> None:
    submitted(bench)
    bench.steps.status["doc-g1-r1"] = "ABORTED"
    bench.move(minutes=31)
    bench.sweep()
    bench.send(SUBMISSIONS, {"version": 1, "externalId": "doc", "submissionRef": newest(bench).part})
    bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]


def test_a_run_that_goes_on_is_looked_at_less_and_less_often(bench: Bench) -> None:
    """A step may wait for a file for months: a look a day is enough."""
    submitted(bench)
    looks = 0
    relay = bench.container()
    for _ in range(60 * 24):
        bench.move(hours=1)
        looks += len(relay.runs.due(bench.clock.now(), 10))
        bench.sweep()

    assert newest(bench).state is RunState.OPEN
    assert 60 <= looks <= 68


def test_a_run_that_was_opened_just_now_is_left_alone(bench: Bench) -> None:
    """Its execution may be about to start: the message that opened it comes back."""
    submitted(bench)
    bench.steps.status["doc-g1-r1"] = "ABORTED"
    bench.move(minutes=29)

    assert bench.sweep().runs_ended == 0


def test_a_run_that_nobody_started_is_left_to_its_message_for_as_long_as_that_comes_back(bench: Bench) -> None:
    bench.relay.runs.open_next("doc", None, "part", 1, bench.clock.now())
    bench.move(days=1)
    assert bench.sweep().runs_ended == 0

    bench.move(seconds=bench.relay.settings.message_patience.total_seconds())
    assert bench.sweep().runs_ended == 1
    assert newest(bench).reason == "its execution was never started"


def test_a_run_that_ends_while_the_sweep_looks_keeps_its_own_end(bench: Bench) -> None:
    """Conditional: whoever writes first has won."""
    submitted(bench)
    seen = newest(bench)
    ended = bench.container().runs
    ended.fail("doc", seen)
    assert not bench.relay.runs.fail("doc", seen, "too late")
    assert newest(bench).reason is None


def test_an_ended_run_that_the_index_still_lists_is_taken_off_it(bench: Bench) -> None:
    """A definition of the state machine from before this index writes the end alone."""
    submitted(bench)
    bench.dynamodb.update_item(
        TableName=bench.name,
        Key={"pk": {"S": "RUN#doc"}, "sk": {"S": "RUN"}},
        UpdateExpression="SET #state = :ended",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":ended": {"S": "ended"}},
    )
    bench.move(minutes=31)
    assert bench.sweep().runs_ended == 0
    assert bench.relay.runs.due(bench.clock.now(), 10) == []
    assert newest(bench).state is RunState.ENDED


def test_no_sweep_looks_at_more_than_its_share(bench: Bench) -> None:
    for number in range(5):
        bench.relay.runs.open_next(f"doc-{number}", None, "part", 1, bench.clock.now())
    bench.move(minutes=31)
    assert len(bench.relay.runs.due(bench.clock.now(), 3)) == 3
