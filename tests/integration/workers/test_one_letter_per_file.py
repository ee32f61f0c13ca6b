"""A refused version of a file lies dead once, whoever comes to look at it: the request, its notification, either of them again
(invariant 10). Who asks after the refusal is answered anew."""

from collections.abc import Callable

import pytest
from massid_relay.core.errors import RejectedByProvider
from massid_relay.evidence import StoredFile

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, SUBMISSIONS, Bench
from tests.integration.workers.fake_carrot import ATTACH, Call
from tests.integration.workers.mortal import run_and_die
from tests.integration.workers.payloads import PDF, document_message, files_message
from tests.integration.workers.replacements import submission

NO_PDF = b"MZ"
OTHER_PDF = PDF + b"another one"


@pytest.fixture
def open_document(bench: Bench) -> Bench:
    bench.send(DOCUMENTS, document_message())
    bench.run()
    bench.carrot.calls.clear()
    return bench


def before_the_next_look(bench: Bench, meanwhile: Callable[[], object]) -> None:
    """Call it when the worker at hand is about to look into the bucket."""
    bucket = bench.relay.evidence
    look = bucket.look

    def first_then_look(*keys: str) -> StoredFile | None:
        bucket.look = look  # type: ignore[method-assign]
        meanwhile()
        return look(*keys)

    bucket.look = first_then_look  # type: ignore[method-assign]


def told(bench: Bench) -> list[str | None]:
    return [letter.item for letter in bench.letters()]


def test_a_notification_handled_beside_the_request(open_document: Bench) -> None:
    """The request has written down what it asks for and not yet looked; the notification finds the file asked for."""
    bench = open_document
    bench.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
    bench.drop("doc", "mtr.pdf", NO_PDF)
    before_the_next_look(bench, lambda: bench.work(EVIDENCE, relay=bench.container(), most=1))
    bench.work(EVIDENCE, most=1)
    assert not bench.waiting(EVIDENCE)

    assert told(bench) == ["mtr.pdf"]
    assert bench.steps.answers == [("token-1", "EvidenceRefused")]
    assert bench.letters()[0].id in bench.steps.causes["token-1"]


def test_a_request_handled_beside_the_notification(open_document: Bench) -> None:
    bench = open_document
    bench.send(EVIDENCE, files_message("mtr.pdf"))
    bench.run()
    bench.drop("doc", "mtr.pdf", NO_PDF)
    bench.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
    before_the_next_look(bench, lambda: bench.work(EVIDENCE, relay=bench.container(), most=1))
    bench.work(EVIDENCE, most=1)
    assert not bench.waiting(EVIDENCE)

    assert told(bench) == ["mtr.pdf"]
    assert bench.letters()[0].id in bench.steps.causes["token-1"]


def test_a_request_that_waited_while_the_platform_refused_the_file(open_document: Bench) -> None:
    """It was sent before the answer came, so the answer is its own."""
    bench = open_document
    bench.send(EVIDENCE, files_message("mtr.pdf"))
    bench.run()
    bench.carrot.next_fails(ATTACH, RejectedByProvider("422", status=422))

    def meanwhile(_: Call) -> None:
        bench.carrot.before = lambda _: None
        bench.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
        bench.work(EVIDENCE, relay=bench.container())
        bench.move(seconds=1)

    bench.carrot.before = meanwhile
    bench.drop("doc", "mtr.pdf", PDF)
    bench.run()

    assert told(bench) == ["mtr.pdf"]
    assert len(bench.carrot.named(ATTACH)) == 1
    assert bench.steps.answers == [("token-1", "Rejected422")]


@pytest.mark.parametrize("effects", range(1, 5))
def test_a_notification_whose_worker_dies_is_told_once(open_document: Bench, effects: int) -> None:
    """Invariant 2: not silence either, after the refusal was written down and before its letter was."""
    bench = open_document
    bench.send(EVIDENCE, files_message("mtr.pdf"))
    bench.run()
    bench.drop("doc", "mtr.pdf", NO_PDF)
    run_and_die(bench, effects)

    assert told(bench) == ["mtr.pdf"]


@pytest.mark.parametrize("effects", range(1, 6))
def test_a_request_whose_worker_dies_is_told_once(open_document: Bench, effects: int) -> None:
    bench = open_document
    bench.drop("doc", "mtr.pdf", NO_PDF, tell=False)
    bench.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
    run_and_die(bench, effects)

    assert told(bench) == ["mtr.pdf"]
    assert {answer for _, answer in bench.steps.answers} == {"EvidenceRefused"}


@pytest.mark.parametrize("attached_before", [False, True])
def test_a_notification_twice(open_document: Bench, attached_before: bool) -> None:
    """S3 sends a notification at least once. A file that takes the place of an attached one is refused as its version, too."""
    bench = open_document
    bench.send(EVIDENCE, files_message("mtr.pdf"))
    if attached_before:
        bench.drop("doc", "mtr.pdf", PDF)
    bench.run()
    bench.drop("doc", "mtr.pdf", OTHER_PDF if attached_before else NO_PDF)
    (notification,) = bench.waiting(EVIDENCE)
    bench.send(EVIDENCE, notification.body)
    bench.run()

    assert told(bench) == ["mtr.pdf"]


def test_the_next_refused_version_is_told_too(open_document: Bench) -> None:
    bench = open_document
    bench.send(EVIDENCE, files_message("mtr.pdf"))
    for content in (NO_PDF, NO_PDF + b"again"):
        bench.drop("doc", "mtr.pdf", content)
        bench.run()

    assert told(bench) == ["mtr.pdf", "mtr.pdf"]


def test_who_asks_after_the_refusal_is_answered_anew(open_document: Bench) -> None:
    """A redrive, or the next run of the lifecycle: what refused it may have changed, and if not, somebody must hear it."""
    bench = open_document
    bench.drop("doc", "mtr.pdf", PDF, tell=False)
    for _ in range(2):
        bench.carrot.next_fails(ATTACH, RejectedByProvider("422", status=422))
        bench.send(EVIDENCE, files_message("mtr.pdf"))
        bench.run()
        bench.move(seconds=1)
    assert told(bench) == ["mtr.pdf", "mtr.pdf"]

    bench.send(EVIDENCE, files_message("mtr.pdf"))
    bench.run()
    assert bench.carrot.uploads == [("mtr.pdf", PDF)]


@pytest.mark.parametrize("token", ["token-1", None])
def test_a_file_that_is_refused_after_its_document_was_replaced(open_document: Bench, token: str | None) -> None:
    """The cancelled document takes it no more, and that is no fault of the file: the replacement asks for it anew."""
    bench = open_document

    def replace(call: Call) -> None:
        if call.name == ATTACH:
            bench.carrot.before = lambda _: None
            bench.send(SUBMISSIONS, submission(generation=2))
            bench.work(SUBMISSIONS)
            bench.work(EVENTS, DOCUMENTS, relay=bench.container())

    bench.carrot.before = replace
    bench.carrot.next_fails(ATTACH, RejectedByProvider("409", status=409))
    bench.send(EVIDENCE, files_message("mtr.pdf", token=token))
    bench.drop("doc", "mtr.pdf", PDF)
    bench.run()

    assert bench.dead == ([] if token else ["Superseded"])
    assert [answer for asked, answer in bench.steps.answers if asked == token] == (["Superseded"] if token else [])
