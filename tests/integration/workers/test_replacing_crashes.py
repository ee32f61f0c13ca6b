"""A worker dies after each single effect of a replacement, and the end is the same (invariants 1 and 2)."""

import itertools
from collections.abc import Callable, Iterator

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, SUBMISSIONS, Bench
from tests.integration.workers.fake_carrot import CREATE
from tests.integration.workers.mortal import run_and_die
from tests.integration.workers.payloads import actor, event, files_message, party, with_file
from tests.integration.workers.replacements import (
    append,
    create,
    create_step,
    names,
    never_two_alive,
    submission,
    submit,
)
from tests.integration.workers.test_sweep import lose

NewBench = Callable[..., Bench]


def deaths(new_bench: NewBench, prepare: Callable[[Bench], None], act: Callable[[Bench], object]) -> Iterator[Bench]:
    """The bench after every way to die while what `act` brought about is worked through; at last without a death."""
    for effects in itertools.count(1):
        bench = new_bench()
        prepare(bench)
        never_two_alive(bench)
        act(bench)
        died = run_and_die(bench, effects)
        yield bench
        if not died:
            assert effects > 5, "the way is longer than that"
            return


def waiting_for_a_file(bench: Bench) -> None:
    """The first lifecycle runs: its document stands, two of its steps wait in the ledger."""
    submit(bench)
    create(bench)
    append(bench, actor())
    bench.send(EVIDENCE, files_message("never.pdf", token="files-1"))
    append(bench, with_file(event("manifest", 3), "never.pdf"), token="events-1")


def all_is_well(bench: Bench) -> None:
    """One document alive, the other cancelled once; every step answered; nothing left over."""
    assert names(bench) == [["ACTOR", "CANCEL"], ["ACTOR"]]
    answers = dict(bench.steps.answers)
    assert answers == {"files-1": "Superseded", "events-1": "Superseded", "create-2": "succeeded"}
    assert bench.dead == []
    assert not list(bench.queues.all())
    assert [name for name in bench.steps.executions if "-g2-" in name] == ["doc-g2-r2"]


def test_while_the_replacement_is_opened_and_the_old_document_cancelled(new_bench: NewBench) -> None:
    for bench in deaths(new_bench, waiting_for_a_file, lambda b: b.send(SUBMISSIONS, submission(generation=2))):
        create(bench, 2, "create-2")
        append(bench, actor(), generation=2)
        all_is_well(bench)


def test_while_the_new_document_waits_for_the_cancel_and_is_created(new_bench: NewBench) -> None:
    """The step's message comes while the wake that brings CANCEL is still on its queue."""

    def prepare(bench: Bench) -> None:
        waiting_for_a_file(bench)
        bench.send(SUBMISSIONS, submission(generation=2))
        bench.work(SUBMISSIONS)

    for bench in deaths(new_bench, prepare, lambda b: b.send(DOCUMENTS, create_step(b, 2, "create-2"))):
        append(bench, actor(), generation=2)
        all_is_well(bench)


def test_while_the_first_create_is_in_flight(new_bench: NewBench) -> None:
    """Newcomers inline, an outcome that is unknown at times, and a replacement that arrives first."""

    def prepare(bench: Bench) -> None:
        submit(bench, **party())
        bench.send(DOCUMENTS, create_step(bench, 1, "create-1"))

    def act(bench: Bench) -> None:
        asked = bench.carrot.before

        def replace(call: object) -> None:
            if getattr(call, "name", "") == CREATE and not replaced:
                replaced.append("while it is in flight")
                bench.send(SUBMISSIONS, submission(generation=2, **party()))
                bench.work(SUBMISSIONS, relay=bench.container())
            asked(call)  # type: ignore[arg-type]

        replaced: list[str] = []
        bench.carrot.before = replace

    for bench in deaths(new_bench, prepare, act):
        create(bench, 2, "create-2")
        append(bench, actor(), generation=2)
        assert names(bench) == [["CANCEL"], ["ACTOR"]]
        assert dict(bench.steps.answers)["create-2"] == "succeeded"
        assert bench.dead == []
        assert not list(bench.queues.all())


def test_a_lost_wake_is_made_good_by_the_sweep(new_bench: NewBench) -> None:
    """Nothing depends on a single message: whatever waits, waits in the ledger."""
    bench = new_bench()
    waiting_for_a_file(bench)
    bench.send(SUBMISSIONS, submission(generation=2))
    bench.work(SUBMISSIONS)
    bench.send(DOCUMENTS, create_step(bench, 2, "create-2"))
    bench.work(DOCUMENTS)
    lose(bench, EVENTS)
    bench.run()
    assert names(bench) == [["ACTOR"]]

    for _ in range(3):
        bench.move(minutes=10)
        bench.sweep()
        bench.run()
    append(bench, actor(), generation=2)
    all_is_well(bench)
