"""Evidence: the bucket is the truth, a notification only a nudge; a file is one effect (invariants 1 and 2)."""

from collections.abc import Callable

import pytest
from massid_relay.core.errors import NeverSent, NotReady, OutcomeUnknown, RejectedByProvider, TransientFailure

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, Bench
from tests.integration.workers.fake_carrot import ATTACH, READ, SHOW_FILE, UPLOAD, Call
from tests.integration.workers.payloads import PDF, document_message, event, events_message, files_message, with_file

OTHER_PDF = PDF + b"% another edition\n"


@pytest.fixture
def open_document(bench: Bench) -> Bench:
    """A document stands."""
    bench.send(DOCUMENTS, document_message())
    bench.run()
    bench.move(minutes=5)
    bench.carrot.calls.clear()
    return bench


@pytest.mark.parametrize("order", ["file first", "document first", "request first"])
def test_a_file_is_attached_whatever_comes_first(bench: Bench, order: str) -> None:
    """Invariant 2: the ledger, not a queue, is where things wait for each other."""
    deeds: dict[str, Callable[[], object]] = {
        "file": lambda: bench.drop("doc", "mtr.pdf", PDF),
        "document": lambda: bench.send(DOCUMENTS, document_message()),
        "request": lambda: bench.send(EVIDENCE, files_message("mtr.pdf", token="token-1")),
    }
    first = order.split()[0]
    for name in sorted(deeds, key=lambda name: name != first):
        deeds[name]()
        bench.run()

    assert bench.carrot.uploads == [("mtr.pdf", PDF)]
    assert bench.steps.answers == [("token-1", "succeeded")]
    assert not list(bench.queues.all())


def test_a_file_that_nobody_asked_for_is_left_alone(open_document: Bench) -> None:
    open_document.drop("doc", "holiday.pdf", PDF)
    open_document.run()

    assert open_document.carrot.calls == []
    assert open_document.dead == []


def test_a_file_is_asked_for_by_the_event_that_refers_to_it_and_found_without_a_notification(
    open_document: Bench,
) -> None:
    """A confirmed document looks into its folder."""
    open_document.drop("doc", "mtr.pdf", PDF, tell=False)
    open_document.send(EVENTS, events_message(with_file(event("a", 1), "mtr.pdf")))
    open_document.run()

    assert open_document.carrot.document.event_ids == ["a"]
    (_, body), *_ = open_document.carrot.document.events
    assert body["attachments"] == [
        {
            "attachmentId": "attachment-mtr.pdf",
            "contentLength": len(PDF),
            "isPublic": True,
            "label": "Transport Manifest",
        }
    ]


def test_the_version_is_in_the_ledger_before_the_call(open_document: Bench) -> None:
    """Invariant 1."""
    seen = []
    open_document.carrot.before = lambda call: seen.append((call.name, open_document.record("doc").files["mtr.pdf"]))
    open_document.send(EVIDENCE, files_message("mtr.pdf"))
    open_document.drop("doc", "mtr.pdf", PDF)
    open_document.run()

    name, file = seen[0]
    assert name == ATTACH
    assert (file.size, file.content_type) == (len(PDF), "application/pdf")
    assert file.version is not None
    assert file.operation is not None
    assert file.operation.lease is not None


def test_the_recorded_version_is_what_is_uploaded_although_the_file_is_replaced_meanwhile(open_document: Bench) -> None:
    """Invariant 1: what is on record is what goes out."""

    def replace(call: Call) -> None:
        if call.name == ATTACH:
            open_document.drop("doc", "mtr.pdf", OTHER_PDF, tell=False)

    open_document.send(EVIDENCE, files_message("mtr.pdf"))
    open_document.drop("doc", "mtr.pdf", PDF)
    open_document.carrot.before = replace
    open_document.run()

    assert open_document.carrot.uploads == [("mtr.pdf", PDF)]


def test_a_file_replaced_before_it_was_attached_is_attached_in_its_newest_version(bench: Bench) -> None:
    bench.send(EVIDENCE, files_message("mtr.pdf"))
    bench.drop("doc", "mtr.pdf", PDF)
    bench.drop("doc", "mtr.pdf", OTHER_PDF)
    bench.run()
    bench.send(DOCUMENTS, document_message())
    bench.run()

    assert bench.carrot.uploads == [("mtr.pdf", OTHER_PDF)]
    assert bench.dead == []


def test_a_file_replaced_after_it_was_attached_is_refused_and_the_first_one_stays(open_document: Bench) -> None:
    open_document.send(EVIDENCE, files_message("mtr.pdf"))
    open_document.drop("doc", "mtr.pdf", PDF)
    open_document.run()
    open_document.drop("doc", "mtr.pdf", OTHER_PDF)
    open_document.run()

    (letter,) = open_document.letters()
    assert (letter.error_type, letter.item) == ("EvidenceRefused", "mtr.pdf")
    assert [field.path for field in letter.fields] == ["fileNames.mtr.pdf"]
    assert open_document.carrot.uploads == [("mtr.pdf", PDF)]
    assert open_document.record("doc").files["mtr.pdf"].attached


def test_the_same_bytes_again_are_one_effect(open_document: Bench) -> None:
    open_document.send(EVIDENCE, files_message("mtr.pdf"))
    for _ in range(2):
        open_document.drop("doc", "mtr.pdf", PDF)
        open_document.run()

    assert open_document.carrot.uploads == [("mtr.pdf", PDF)]
    assert open_document.dead == []


def test_an_upload_of_unknown_outcome_is_looked_up_and_not_stored_twice(open_document: Bench) -> None:
    """Invariant 1."""
    open_document.carrot.next_fails(UPLOAD, OutcomeUnknown("timeout"), takes_effect=True)
    open_document.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
    open_document.drop("doc", "mtr.pdf", PDF)
    open_document.run()

    assert [call.name for call in open_document.carrot.calls] == [ATTACH, UPLOAD, READ, SHOW_FILE]
    assert open_document.carrot.uploads == [("mtr.pdf", PDF)]
    assert open_document.steps.answers == [("token-1", "succeeded")]


def test_an_upload_that_took_no_effect_is_made_again(open_document: Bench) -> None:
    open_document.carrot.next_fails(UPLOAD, OutcomeUnknown("timeout"))
    open_document.send(EVIDENCE, files_message("mtr.pdf"))
    open_document.drop("doc", "mtr.pdf", PDF)
    open_document.run()

    assert [call.name for call in open_document.carrot.calls] == [ATTACH, UPLOAD, READ, ATTACH, UPLOAD]
    assert open_document.record("doc").files["mtr.pdf"].attached


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (ATTACH, NeverSent("connection refused")),
        (ATTACH, NotReady("PENDING_PROCESS_CONFLICT_ERROR", retry_after=2)),
        (UPLOAD, TransientFailure("the URL is past its time")),
    ],
)
def test_an_upload_that_failed_for_now_is_made_again_without_a_look(
    open_document: Bench, call: str, error: Exception
) -> None:
    open_document.carrot.next_fails(call, error)
    open_document.send(EVIDENCE, files_message("mtr.pdf"))
    open_document.drop("doc", "mtr.pdf", PDF)
    open_document.run()

    assert not open_document.carrot.named(READ)
    assert open_document.carrot.uploads == [("mtr.pdf", PDF)]


@pytest.mark.parametrize(("name", "content"), [("mtr.pdf", b""), ("mtr.pdf", b"MZ not a pdf"), ("mtr.exe", b"MZ")])
def test_a_file_that_can_be_no_evidence_is_refused_by_name_and_the_others_go_on(
    open_document: Bench, name: str, content: bytes
) -> None:
    """Invariant 10."""
    open_document.send(EVIDENCE, files_message(name, "good.pdf", token="token-1"))
    open_document.drop("doc", name, content, tell=False)
    open_document.drop("doc", "good.pdf", PDF, tell=False)
    open_document.send(EVIDENCE, files_message(name, "good.pdf"))
    open_document.run()

    assert {(letter.error_type, letter.item) for letter in open_document.letters()} == {("EvidenceRefused", name)}
    assert open_document.carrot.uploads == [("good.pdf", PDF)]
    assert open_document.steps.answers == [("token-1", "EvidenceRefused")]


def test_a_mended_file_is_attached_when_it_is_dropped_again(open_document: Bench) -> None:
    open_document.send(EVIDENCE, files_message("mtr.pdf"))
    open_document.drop("doc", "mtr.pdf", b"MZ")
    open_document.run()
    open_document.drop("doc", "mtr.pdf", PDF)
    open_document.run()

    assert open_document.carrot.uploads == [("mtr.pdf", PDF)]


def test_a_final_no_of_the_platform_blames_the_file_and_tells_the_lifecycle(open_document: Bench) -> None:
    """Invariant 5."""
    open_document.carrot.next_fails(ATTACH, RejectedByProvider("422", status=422))
    open_document.send(EVIDENCE, files_message("mtr.pdf", token="token-1"))
    open_document.drop("doc", "mtr.pdf", PDF)
    open_document.run()

    assert open_document.dead == ["Rejected422"]
    assert open_document.steps.answers == [("token-1", "Rejected422")]
    assert len(open_document.carrot.named(ATTACH)) == 1


def test_two_notifications_at_once_make_one_upload(open_document: Bench) -> None:
    """Invariant 1."""
    open_document.send(EVIDENCE, files_message("mtr.pdf"))
    open_document.run()
    second: list[int] = []

    def meanwhile(call: Call) -> None:
        if not second:
            second.append(0)
            second.append(open_document.work(EVIDENCE, relay=open_document.container(), most=1))

    open_document.carrot.before = meanwhile
    for _ in range(2):
        open_document.drop("doc", "mtr.pdf", PDF)
    open_document.work(EVIDENCE, most=1)

    assert second[1] == 1
    assert open_document.carrot.uploads == [("mtr.pdf", PDF)]
    open_document.run()
    assert open_document.carrot.uploads == [("mtr.pdf", PDF)]


def test_an_attached_file_wakes_the_event_that_waits_for_it(open_document: Bench) -> None:
    """Invariants 2 and 3."""
    open_document.send(EVENTS, events_message(with_file(event("a", 1), "mtr.pdf"), event("b", 2), token="token-1"))
    open_document.run()
    assert open_document.carrot.calls == []
    assert open_document.steps.answers == []

    open_document.drop("doc", "mtr.pdf", PDF)
    open_document.run()

    assert open_document.carrot.document.event_ids == ["a", "b"]
    assert open_document.steps.answers == [("token-1", "succeeded")]


def test_an_object_outside_the_convention_is_one_dead_letter_and_the_rest_goes_on(open_document: Bench) -> None:
    """Invariant 10."""
    open_document.send(EVIDENCE, files_message("mtr.pdf"))
    open_document.drop("doc", "mtr.pdf", PDF, tell=False)
    bodies = [{"key": key, "size": 1, "eTag": "e"} for key in ("evidence/loose.pdf", "evidence/doc/mtr.pdf")]
    what = {"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}
    records = [what | {"s3": {"bucket": {"name": "b"}, "object": body}} for body in bodies]
    open_document.send(EVIDENCE, {"Records": records})
    open_document.run()

    assert open_document.dead == ["EvidenceRefused"]
    assert open_document.carrot.uploads == [("mtr.pdf", PDF)]
