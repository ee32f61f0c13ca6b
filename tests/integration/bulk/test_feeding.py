"""A bulk file is fed line by line, each good one once, and its report says what became of each (invariants 1, 2, 7 and 10)."""

from collections.abc import Callable

from massid_relay.core.bulk.run import BulkState

from tests.integration.bulk.bench import BULK, BulkBench, ndjson, submission
from tests.integration.workers.bench import SUBMISSIONS
from tests.integration.workers.payloads import PLATE


def test_every_line_becomes_a_message_of_the_submissions_queue(bench: BulkBench) -> None:
    bench.drop_file("loads.ndjson", ndjson(*(submission(f"load-{number}") for number in range(120))))
    bench.feed()

    assert bench.sqs.fed == [f"load-{number}" for number in range(120)]
    report = bench.report("loads.ndjson")
    assert (report["state"], report["linesRead"], report["accepted"], report["refused"]) == ("finished", 120, 120, 0)
    assert not list(bench.queues.all())
    assert bench.dead == []


def test_what_is_sent_is_the_line_as_it_stands(bench: BulkBench) -> None:
    content = ndjson(submission("load-1"))
    bench.drop_file("loads.ndjson", content)
    bench.turn()

    (message,) = bench.waiting(SUBMISSIONS)
    assert message.body.encode() + b"\n" == content


def test_a_bad_line_is_refused_by_its_number_and_does_not_stop_the_others(bench: BulkBench) -> None:
    """Invariants 7 and 10: fields are named, values never quoted."""
    bad = submission("load-2", onFailure=PLATE)
    bench.drop_file("loads.ndjson", ndjson(submission("load-1"), bad, "", f"{{{PLATE}", submission("load-3")))
    bench.feed()

    assert bench.sqs.fed == ["load-1", "load-3"]
    assert bench.refused("loads.ndjson") == [
        {
            "line": 2,
            "externalId": "load-2",
            "fields": [{"path": "onFailure", "problem": "must be 'cancel' or 'keep'"}],
        },
        {"line": 4, "fields": [{"path": "message", "problem": "is not JSON"}]},
    ]
    report = bench.report("loads.ndjson")
    assert report["refusedLines"] == bench.refused("loads.ndjson")
    assert (report["linesRead"], report["accepted"], report["refused"]) == (5, 2, 2)
    assert PLATE not in str(report)
    assert bench.dead == []


def test_what_the_submissions_queue_would_refuse_is_refused_here(bench: BulkBench) -> None:
    """Thousands of dead letters of one mistake would help nobody: orders and preflight are looked at as submit_massid does."""
    order = {"externalId": "order-1", "vcuAmount": 10_000, "targetCurrency": "BRL", "payWithBalance": True}
    close = {"name": "CLOSE", "isPublic": True, "externalCreatedAt": "2026-03-01T12:00:00Z"}
    lines = [
        submission("too-much", order=order),
        submission("unfit", methodology="bold-recycling", events=[close]),
        {"version": 1, "externalId": "stored", "submissionRef": "0" * 64},
    ]
    bench.drop_file("loads.ndjson", ndjson(*lines))
    bench.feed()

    assert bench.sqs.fed == []
    assert [one["externalId"] for one in bench.refused("loads.ndjson")] == ["too-much", "unfit", "stored"]


def test_a_second_line_of_one_external_id_names_the_first(bench: BulkBench) -> None:
    """Nobody knows which of two messages is taken up first; near each other or a chunk apart makes no difference."""
    lines = [submission(f"load-{number}") for number in range(150)]
    bench.drop_file("loads.ndjson", ndjson(lines[0], lines[0], *lines[1:], lines[3]))
    bench.feed()

    problem = "has come before, in line {}"
    assert bench.sqs.fed == [f"load-{number}" for number in range(150)]
    assert [(one["line"], one["fields"][0]["problem"]) for one in bench.refused("loads.ndjson")] == [
        (2, problem.format(1)),
        (152, problem.format(5)),
    ]


def test_a_mended_line_may_stand_behind_the_one_that_was_refused(bench: BulkBench) -> None:
    bench.drop_file("loads.ndjson", ndjson(submission("load-1", onFailure="never"), submission("load-1")))
    bench.feed()

    assert bench.sqs.fed == ["load-1"]


def test_a_line_longer_than_a_message_is_refused_by_its_number_and_not_kept(bench: BulkBench) -> None:
    bench.drop_file("loads.ndjson", ndjson(submission("load-1"), "x" * 3_000_000, submission("load-2")))
    bench.feed()

    assert bench.sqs.fed == ["load-1", "load-2"]
    (refused,) = bench.refused("loads.ndjson")
    assert (refused["line"], refused["fields"][0]["path"]) == (2, "message")


def test_any_number_of_refused_lines_is_reported_in_parts(bench: BulkBench) -> None:
    """The report itself shows the first hundred, so that neither worker nor reader holds them all."""
    bench.drop_file("loads.ndjson", ndjson(*["{"] * 250, submission("load-1")))
    bench.feed()

    report = bench.report("loads.ndjson")
    assert (report["accepted"], report["refused"]) == (1, 250)
    assert [one["line"] for one in report["refusedLines"]] == list(range(1, 101))
    assert len(report["refusedParts"]) == 3
    assert [one["line"] for one in bench.refused("loads.ndjson")] == list(range(1, 251))


def test_large_submissions_go_out_in_batches_that_a_queue_takes(bench: BulkBench) -> None:
    """Ten messages and 262,144 bytes at most in one call; the bench's queue refuses more."""
    lines = [submission(f"load-{number}") for number in range(25)]
    for line in lines[::2]:
        line["document"]["title"] = "x" * 100_000
    bench.drop_file("loads.ndjson", ndjson(*lines))
    bench.feed()

    assert bench.sqs.fed == [f"load-{number}" for number in range(25)]


def test_one_notification_or_two_are_one_run(bench: BulkBench) -> None:
    bench.drop_file("loads.ndjson", ndjson(*(submission(f"load-{number}") for number in range(120))), times=2)
    bench.feed()

    assert len(bench.sqs.fed) == 120
    assert bench.report("loads.ndjson")["accepted"] == 120
    assert not bench.waiting(BULK)


def test_the_same_name_with_other_content_is_another_run(bench: BulkBench) -> None:
    """The version is recorded first: replacing a file that is being fed mixes nothing up (invariant 1)."""
    bench.drop_file("loads.ndjson", ndjson(*(submission(f"old-{number}") for number in range(200))))
    bench.seconds = [5.0, 5.0]
    bench.turn()
    assert len(bench.sqs.fed) == 1
    bench.drop_file("loads.ndjson", ndjson(*(submission(f"new-{number}") for number in range(3))))
    bench.feed()

    runs = bench.container().bulk.runs("loads.ndjson")
    assert sorted((run.accepted, run.state) for run in runs) == [(3, BulkState.FINISHED), (200, BulkState.FINISHED)]
    assert sorted(bench.sqs.fed) == sorted([f"old-{n}" for n in range(200)] + [f"new-{n}" for n in range(3)])


def test_a_turn_ends_with_its_invocation_and_the_next_one_goes_on(bench: BulkBench) -> None:
    """Lambda gives an invocation 30 seconds; the file may have any length."""
    bench.drop_file("loads.ndjson", ndjson(*(submission(f"load-{number}") for number in range(20))))
    bench.seconds = [20.0, 20.0, 20.0, 5.0, 5.0]
    bench.turn()

    assert len(bench.sqs.fed) == 4
    report = bench.report("loads.ndjson")
    assert (report["state"], report["accepted"]) == ("running", 4)
    bench.feed()
    assert bench.sqs.fed == [f"load-{number}" for number in range(20)]


def test_a_file_goes_on_only_while_the_stack_has_room(new_bench: Callable[..., BulkBench]) -> None:
    """What is submitted by itself meanwhile doesn't queue behind thousands."""
    bench = new_bench(BULK_BACKLOG="20")
    bench.drop_file("loads.ndjson", ndjson(*(submission(f"load-{number}") for number in range(75))))
    depths = []

    def take_some_up() -> None:
        depths.append(len(bench.waiting(SUBMISSIONS)))
        bench.take_up(7)

    bench.feed(take_some_up)

    assert max(depths) == 20
    assert bench.sqs.fed == [f"load-{number}" for number in range(75)]
    assert bench.report("loads.ndjson")["state"] == "finished"


def test_while_there_is_no_room_it_looks_once_a_minute_and_no_message_grows_old(
    new_bench: Callable[..., BulkBench],
) -> None:
    """An outage of days loses nothing (invariant 5): each look leaves a new message."""
    bench = new_bench(BULK_BACKLOG="1")
    bench.send(SUBMISSIONS, submission("other"))
    bench.drop_file("loads.ndjson", ndjson(submission("load-1")))
    for _ in range(50):
        assert bench.turn() == 1
        (message,) = bench.waiting(BULK)
        assert message.receives == 0
        bench.clock.move_to(message.visible_at)

    assert set(bench.sqs.delays) == {60}
    bench.take_up()
    bench.feed()
    assert bench.sqs.fed == ["load-1"]
