"""A closed or cancelled document takes no file any more: whoever asks for one is told, and nothing is sent (invariant 3)."""

import pytest

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, SUBMISSIONS, Bench
from tests.integration.workers.fake_carrot import ATTACH
from tests.integration.workers.payloads import (
    PDF,
    actor,
    close,
    document,
    document_message,
    event,
    events_message,
    files_message,
    with_file,
)
from tests.integration.workers.test_late_files import give_up
from tests.integration.workers.test_submit_massid import end_run

CANCEL = {"name": "CANCEL", "isPublic": True}


@pytest.fixture(params=["CLOSE", "CANCEL"])
def ended(bench: Bench, request: pytest.FixtureRequest) -> Bench:
    """A document with one file, and its end."""
    end = close() if request.param == "CLOSE" else CANCEL
    bench.send(DOCUMENTS, document_message())
    bench.drop("doc", "old.pdf", PDF)
    bench.send(EVENTS, events_message(actor(), with_file(event("w", 5, value=1), "old.pdf")))
    bench.run()
    bench.send(EVENTS, events_message(end))
    bench.run()
    assert bench.dead == []
    bench.carrot.calls.clear()
    return bench


@pytest.mark.parametrize("there", [True, False], ids=["it lies there", "it never comes"])
def test_a_file_asked_for_after_the_end_is_refused_at_once(ended: Bench, there: bool) -> None:
    """A step never waits for what can't happen."""
    if there:
        ended.drop("doc", "new.pdf", PDF, tell=False)
    ended.send(EVIDENCE, files_message("new.pdf", token="token-1"))
    ended.run()

    assert not ended.carrot.named(ATTACH)
    assert ended.steps.answers == [("token-1", "ForbiddenTransition")]
    (letter,) = ended.letters()
    assert (letter.error_type, letter.item) == ("ForbiddenTransition", "new.pdf")
    assert [field.path for field in letter.fields] == ["fileNames.new.pdf"]
    assert not ended.record("doc").waits


def test_the_files_it_has_are_still_there(ended: Bench) -> None:
    """A later run of the lifecycle asks for all its files again."""
    ended.send(EVIDENCE, files_message("old.pdf", token="token-1"))
    ended.run()

    assert ended.steps.answers == [("token-1", "succeeded")]
    assert ended.dead == []


def test_a_notification_twice_is_told_of_once(ended: Bench) -> None:
    ended.send(EVIDENCE, files_message("new.pdf"))
    ended.run()
    ended.drop("doc", "new.pdf", PDF)
    ended.send(EVIDENCE, ended.waiting(EVIDENCE)[-1].body)
    ended.run()

    assert ended.dead == ["ForbiddenTransition"] * 2
    assert not ended.carrot.named(ATTACH)


def test_a_file_that_comes_after_its_lifecycle_cancelled_the_document_starts_no_run(bench: Bench) -> None:
    """The run failed over the file, and onFailure took the document off the network: nothing is left to resume."""
    events = [actor(), with_file(event("w", 5), "mtr.pdf")]
    body = {"version": 1, "externalId": "doc", "document": document(), "events": events, "evidence": ["mtr.pdf"]}
    bench.send(SUBMISSIONS, body | {"onFailure": "cancel"})
    bench.work(SUBMISSIONS)
    bench.send(DOCUMENTS, document_message())
    bench.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
    bench.run()
    give_up(bench)
    (run,) = bench.steps.executions.values()
    bench.send(
        EVENTS, {"version": 1, "documentExternalId": "doc", "submissionRef": run["submissionRef"], "select": "cancel"}
    )
    bench.run()
    end_run(bench, "failed")
    assert bench.carrot.document.status == "CANCELLED"
    bench.drop("doc", "mtr.pdf", PDF)
    bench.run()

    assert list(bench.steps.executions) == ["doc-g1-r1"]
    assert not bench.carrot.uploads
    assert bench.dead[-1] == "ForbiddenTransition"
