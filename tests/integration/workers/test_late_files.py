"""A lifecycle whose file never comes fails after the stated patience, and goes on by itself when the file does come."""

from datetime import timedelta

import pytest

from tests.integration.workers.bench import DOCUMENTS, EVIDENCE, SUBMISSIONS, Bench
from tests.integration.workers.payloads import PDF, document, document_message, files_message
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
