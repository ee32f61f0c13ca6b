"""Workers may die at any call, turns may end anywhere: each good line is fed, and the report tells of each line once
(invariants 1 and 2)."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from massid_local.samples.table import table_of
from massid_relay.core.bulk.run import BulkState
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages import parse_bulk_message

from tests.integration.bulk.bench import BULK, BulkBench, ndjson, submission
from tests.integration.workers.bench import SUBMISSIONS
from tests.integration.workers.payloads import event
from tests.integration.workers.test_submit_massid import end_run

LINES = 12
AS_MANY_AS_LIKED = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])

kinds = st.lists(st.sampled_from(["good", "bad", "blank", "again"]), min_size=1, max_size=LINES)
ends_of_turns = st.lists(st.sampled_from([5.0, 20.0]), max_size=3 * LINES)
deaths = st.sets(st.integers(1, 120), max_size=4)


@AS_MANY_AS_LIKED
@given(kinds, ends_of_turns, deaths)
def test_any_split_and_any_deaths_of_ndjson(
    new_bench: Callable[..., BulkBench], lines: list[str], seconds: list[float], moments: set[int]
) -> None:
    """Fed again after a death is at most the chunk in flight; a submission that comes again is a repetition."""
    bench = new_bench(BULK_BACKLOG="100000")
    texts: dict[str, JsonObject | str] = {"bad": "{", "blank": "", "again": submission("load-0")}
    bench.drop_file(
        "loads.ndjson",
        ndjson(submission("load-0"), *(texts.get(kind, submission(f"load-{n}")) for n, kind in enumerate(lines, 1))),
    )
    bench.doom(moments)
    bench.seconds = list(seconds)
    bench.feed()

    good = ["load-0", *(f"load-{n}" for n, kind in enumerate(lines, 1) if kind == "good")]
    assert sorted(set(bench.sqs.fed)) == sorted(good)
    assert len(bench.sqs.fed) <= len(good) * (1 + bench.fate.kills)
    run = bench.bulk_run("loads.ndjson")
    assert (run.state, run.accepted, run.position.line) == (BulkState.FINISHED, len(good), len(lines) + 1)
    refused = [one["line"] for one in bench.refused("loads.ndjson")]
    assert refused == [n for n, kind in enumerate(lines, 2) if kind in {"bad", "again"}]
    assert bench.report("loads.ndjson")["state"] == "finished"


@AS_MANY_AS_LIKED
@given(st.lists(st.integers(0, 3), min_size=1, max_size=8), ends_of_turns, deaths)
def test_any_split_and_any_deaths_of_csv(
    new_bench: Callable[..., BulkBench], events: list[int], seconds: list[float], moments: set[int]
) -> None:
    """A submission is whole or not there: no turn ends between its rows."""
    bench = new_bench(BULK_BACKLOG="100000")
    loads = [
        submission(f"load-{number}", events=[event(f"e{place}", place) for place in range(count)])
        for number, count in enumerate(events)
    ]
    bench.drop_file("loads.csv", table_of(loads).encode())
    bench.doom(moments)
    bench.seconds = list(seconds)
    sent: dict[str, int] = {}

    def take_up() -> None:
        for message in bench.waiting(SUBMISSIONS):
            sent[message.body] = message.body.count('"Weighing"')
        bench.take_up()

    bench.feed(take_up)

    assert sorted(sent.values()) == sorted(events)
    assert bench.bulk_run("loads.csv").accepted == len(events)


def test_a_dead_workers_file_waits_for_its_lease_and_goes_on(bench: BulkBench) -> None:
    bench.drop_file("loads.ndjson", ndjson(*(submission(f"load-{number}") for number in range(150))))
    bench.doom([20])
    bench.turn()
    assert bench.fate.kills == 1
    assert bench.bulk_run("loads.ndjson").state is BulkState.RUNNING

    (message,) = bench.waiting(BULK)
    bench.clock.move_to(message.visible_at)
    bench.turn()

    assert bench.bulk_run("loads.ndjson").accepted == 150


def test_while_one_worker_feeds_a_second_delivery_of_its_message_waits(bench: BulkBench) -> None:
    """A standard queue may deliver twice. Deleting the copy would delete the message of the worker that feeds."""
    bench.drop_file("loads.ndjson", ndjson(*(submission(f"load-{number}") for number in range(3))))
    bench.doom([9])
    bench.turn()
    (message,) = bench.waiting(BULK)
    message.visible_at = bench.clock.now()
    bench.turn(bench.container())

    assert [one.id for one in bench.waiting(BULK)] == [message.id]
    bench.feed()
    assert bench.bulk_run("loads.ndjson").accepted == 3


def test_the_same_submission_again_is_a_repetition(bench: BulkBench) -> None:
    """What makes feeding a chunk again harmless: while its run is open nothing happens, after it a run that finds all done."""
    bench.drop_file("loads.ndjson", ndjson(submission("doc")), times=1)
    bench.turn()
    (message,) = bench.waiting(SUBMISSIONS)
    bench.send(SUBMISSIONS, message.body)
    bench.work(SUBMISSIONS)
    assert list(bench.steps.executions) == ["doc-g1-r1"]
    assert not bench.waiting(SUBMISSIONS)

    end_run(bench, "ended")
    bench.send(SUBMISSIONS, message.body)
    bench.work(SUBMISSIONS)
    first, second = bench.steps.executions.values()
    assert first["submissionRef"] == second["submissionRef"]
    assert bench.dead == []


@pytest.mark.parametrize("failing", [1, 2])
def test_a_queue_that_takes_only_a_part_gets_the_chunk_again(bench: BulkBench, failing: int) -> None:
    """SendMessageBatch may succeed for some entries alone (docs.aws.amazon.com, API_SendMessageBatch)."""
    send = bench.sqs.send_message_batch
    calls: list[int] = []

    def fail(**asked: object) -> dict[str, object]:
        calls.append(1)
        answer: dict[str, object] = send(**asked)
        return answer | ({"Failed": [{"Id": "0"}]} if len(calls) == failing else {})

    bench.sqs.send_message_batch = fail  # type: ignore[method-assign]
    bench.drop_file("loads.ndjson", ndjson(*(submission(f"load-{number}") for number in range(15))))
    bench.feed()

    assert len(bench.sqs.fed) == (25 if failing == 1 else 30)
    assert bench.report("loads.ndjson")["accepted"] == 15


def test_the_message_that_carries_a_run_on_names_file_and_version(bench: BulkBench) -> None:
    version = bench.drop_file("loads.ndjson", ndjson(submission("load-1"), submission("load-2")))
    bench.seconds = [5.0, 5.0]
    bench.turn()

    (message,) = bench.waiting(BULK)
    (file,) = parse_bulk_message(message.body)
    assert (file.name, file.object_version) == ("loads.ndjson", version)
