"""A lifecycle whose file never comes fails after the stated patience, and goes on by itself when the file does come."""

from datetime import timedelta

import pytest

from tests.integration.workers.bench import DOCUMENTS, EVIDENCE, SUBMISSIONS, Bench, invoke
from tests.integration.workers.fake_carrot import ATTACH, Call
from tests.integration.workers.mortal import run_and_die
from tests.integration.workers.payloads import PDF, actor, document, document_message, files_message
from tests.integration.workers.replacements import submission
from tests.integration.workers.test_submit_massid import end_run


@pytest.fixture
def given_up(bench: Bench) -> Bench:
    """Two files never came, so the run failed."""
    body = {"version": 1, "externalId": "doc", "document": document(), "evidence": ["mtr.pdf", "cdf.pdf"]}
    bench.send(SUBMISSIONS, body)
    bench.work(SUBMISSIONS)
    bench.send(DOCUMENTS, document_message())
    bench.send(EVIDENCE, files_message("mtr.pdf", "cdf.pdf", token="token-1"))
    bench.run()
    give_up(bench)
    assert bench.steps.answers == [("token-1", "WaitedTooLong")]
    end_run(bench, "failed")
    return bench


def give_up(bench: Bench) -> None:
    """A sweep every six hours, past the patience of 30 days."""
    ends = bench.clock.now() + timedelta(days=31)
    while bench.clock.now() < ends:
        bench.move(hours=6, minutes=1)
        bench.sweep()
        bench.run()


def test_the_last_file_to_come_starts_the_next_run(given_up: Bench) -> None:
    """Before it there would be a run that fails again at once."""
    given_up.drop("doc", "cdf.pdf", PDF)
    given_up.run()
    assert list(given_up.steps.executions) == ["doc-g1-r1"]

    given_up.drop("doc", "mtr.pdf", PDF)
    given_up.run()

    assert list(given_up.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]
    first, second = given_up.steps.executions.values()
    assert second["submissionRef"] == first["submissionRef"]
    assert sorted(name for name, _ in given_up.carrot.uploads) == ["cdf.pdf", "mtr.pdf"]


def test_its_notification_twice_starts_one_run(given_up: Bench) -> None:
    given_up.drop("doc", "cdf.pdf", PDF)
    given_up.run()
    for _ in range(2):
        given_up.drop("doc", "mtr.pdf", PDF)
    given_up.run()

    assert list(given_up.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]
    assert len(given_up.carrot.uploads) == 2


def test_a_file_of_a_run_that_still_waits_starts_none(bench: Bench) -> None:
    bench.send(SUBMISSIONS, {"version": 1, "externalId": "doc", "document": document(), "evidence": ["mtr.pdf"]})
    bench.send(DOCUMENTS, document_message())
    bench.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
    bench.run()
    bench.move(days=29)
    bench.drop("doc", "mtr.pdf", PDF)
    bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1"]
    assert bench.steps.answers == [("token-1", "succeeded")]


def test_a_mended_file_resumes_the_run_that_failed_over_it(bench: Bench) -> None:
    """Refused for its bytes instead of given up: the next version of the object is looked at likewise."""
    bench.send(SUBMISSIONS, {"version": 1, "externalId": "doc", "document": document(), "evidence": ["mtr.pdf"]})
    bench.send(DOCUMENTS, document_message())
    bench.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
    bench.drop("doc", "mtr.pdf", b"MZ")
    bench.run()
    assert bench.steps.answers == [("token-1", "EvidenceRefused")]
    end_run(bench, "failed")
    bench.drop("doc", "mtr.pdf", PDF)
    bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]
    assert bench.carrot.uploads == [("mtr.pdf", PDF)]


def test_a_file_that_is_mended_before_the_failed_run_is_written_down_resumes_it_too(bench: Bench) -> None:
    """The token was answered, and the state machine writes the run's end a moment later."""
    bench.send(SUBMISSIONS, {"version": 1, "externalId": "doc", "document": document(), "evidence": ["mtr.pdf"]})
    bench.send(DOCUMENTS, document_message())
    bench.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
    bench.drop("doc", "mtr.pdf", b"MZ")
    bench.run()
    bench.drop("doc", "mtr.pdf", PDF)
    bench.work(EVIDENCE)
    end_run(bench, "failed")
    bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]


def test_two_files_of_one_batch_start_the_next_run(given_up: Bench) -> None:
    """The notifications of one batch are handled side by side: either worker may see the other's file refused."""
    given_up.drop("doc", "cdf.pdf", PDF)
    given_up.drop("doc", "mtr.pdf", PDF)
    batch = given_up.queues.receive(EVIDENCE, 10)
    assert len(batch) == 2
    answer = invoke(given_up.relay, EVIDENCE, batch)
    again = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
    for message in batch:
        if message.id not in again:
            given_up.queues.delete(message.receipts[-1])
    given_up.run()

    assert list(given_up.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]
    assert {name for name, _ in given_up.carrot.uploads} == {"cdf.pdf", "mtr.pdf"}


def test_a_file_that_comes_while_the_other_one_is_uploaded_starts_the_next_run(given_up: Bench) -> None:
    """The first one's worker saw the other file refused; the second one's sees that the first was begun."""

    def meanwhile(call: Call) -> None:
        if call.name == ATTACH:
            given_up.carrot.before = lambda _: None
            given_up.drop("doc", "mtr.pdf", PDF)
            given_up.work(EVIDENCE, relay=given_up.container())

    given_up.carrot.before = meanwhile
    given_up.drop("doc", "cdf.pdf", PDF)
    given_up.run()

    assert list(given_up.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]


@pytest.mark.parametrize("effects", range(1, 12))
def test_workers_that_die_over_the_files_lose_no_run(given_up: Bench, effects: int) -> None:
    """Invariant 2: what was decided before the save is decided again by the next worker."""
    given_up.drop("doc", "cdf.pdf", PDF)
    given_up.drop("doc", "mtr.pdf", PDF)
    run_and_die(given_up, effects)
    given_up.run()

    assert list(given_up.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]
    assert all(file.attached for file in given_up.record("doc").files.values())


def test_a_doubled_notification_of_a_refused_file_changes_nothing(bench: Bench) -> None:
    """The bucket is the truth: this very version was refused already."""
    bench.send(SUBMISSIONS, {"version": 1, "externalId": "doc", "document": document(), "evidence": ["mtr.pdf"]})
    bench.send(DOCUMENTS, document_message())
    bench.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
    bench.drop("doc", "mtr.pdf", b"MZ")
    doubled = bench.waiting(EVIDENCE)[-1].body
    bench.run()
    end_run(bench, "failed")
    bench.send(EVIDENCE, doubled)
    bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1"]
    assert bench.dead == ["EvidenceRefused"]


def test_a_file_that_comes_late_and_is_no_evidence_starts_no_run(given_up: Bench) -> None:
    given_up.drop("doc", "cdf.pdf", PDF)
    given_up.run()
    given_up.drop("doc", "mtr.pdf", b"MZ")
    given_up.run()

    assert list(given_up.steps.executions) == ["doc-g1-r1"]
    assert given_up.record("doc").files["mtr.pdf"].refused


def resumed_by_hand(given_up: Bench) -> None:
    """Both files lie in the bucket, and run 2 itself finds them: each was refused before and is begun again."""
    (first,) = given_up.steps.executions.values()
    for name in ("cdf.pdf", "mtr.pdf"):
        given_up.drop("doc", name, PDF, tell=False)
    given_up.send(SUBMISSIONS, {"version": 1, "externalId": "doc", "submissionRef": first["submissionRef"]})
    given_up.work(SUBMISSIONS)
    given_up.send(EVIDENCE, files_message("mtr.pdf", "cdf.pdf", token="token-2"))
    given_up.work(EVIDENCE)


def test_files_that_a_run_finds_itself_start_no_other_once_it_ended_well(given_up: Bench) -> None:
    resumed_by_hand(given_up)
    end_run(given_up, "ended")
    given_up.run()
    assert list(given_up.steps.executions) == ["doc-g1-r1", "doc-g1-r2"]


def test_a_run_that_was_replaced_meanwhile_is_not_resumed(given_up: Bench) -> None:
    resumed_by_hand(given_up)
    given_up.send(SUBMISSIONS, submission(actor(), generation=2))
    given_up.run()
    assert "Superseded" not in given_up.dead
    assert list(given_up.steps.executions) == ["doc-g1-r1", "doc-g1-r2", "doc-g2-r3"]
