"""Many write one record: its group, its files, its create. Whoever is overtaken looks again (invariant 1)."""

from collections.abc import Callable

import pytest
from massid_relay.core.errors import Busy
from massid_relay.core.record import DocumentRecord, FileEntry
from massid_relay.ledger.documents import StaleRecord
from massid_relay.work.changes import apply

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, Bench
from tests.integration.workers.fake_carrot import ATTACH, BATCH, CREATE, Call
from tests.integration.workers.payloads import PDF, document_message, event, events_message, files_message


def overtake(bench: Bench, name: str, do: Callable[[], object]) -> None:
    """While the first call of that name is out, something else happens to the document."""
    done: list[str] = []

    def meanwhile(call: Call) -> None:
        if call.name == name and not done:
            done.append(name)
            do()

    bench.carrot.before = meanwhile


def test_a_record_that_was_written_since_is_not_overwritten(bench: Bench) -> None:
    bench.relay.documents.save(DocumentRecord("doc"))
    mine, other = bench.relay.documents.load("doc"), bench.relay.documents.load("doc")
    bench.relay.documents.save(other)

    with pytest.raises(StaleRecord):
        bench.relay.documents.save(mine)
    assert mine.version == 1


def test_two_first_writers_of_a_record_are_told_apart(bench: Bench) -> None:
    bench.relay.documents.save(DocumentRecord("doc"))
    with pytest.raises(StaleRecord):
        bench.relay.documents.save(DocumentRecord("doc"))


def test_a_change_is_applied_to_what_others_wrote(bench: Bench) -> None:
    bench.relay.documents.save(DocumentRecord("doc"))
    mine, other = bench.relay.documents.load("doc"), bench.relay.documents.load("doc")
    other.document_id = "document-1"
    bench.relay.documents.save(other)

    saved = apply(bench.relay, mine, lambda fresh: fresh.files.update(f=FileEntry("f", bench.clock.now())))

    assert (saved.document_id, list(saved.files)) == ("document-1", ["f"])


def test_a_record_that_never_holds_still_is_given_back(bench: Bench) -> None:
    """A fault, and no endless loop."""
    bench.relay.documents.save(DocumentRecord("doc"))
    record = bench.relay.documents.load("doc")

    def interfere(fresh: DocumentRecord) -> None:
        bench.container().documents.save(bench.container().documents.load("doc"))

    with pytest.raises(Busy):
        apply(bench.relay, record, interfere)


def test_events_that_arrive_while_the_document_is_created_are_kept(bench: Bench) -> None:
    overtake(bench, CREATE, lambda: (bench.send(EVENTS, events_message(event("a", 1))), bench.work(EVENTS)))
    bench.send(DOCUMENTS, document_message())
    bench.run()

    assert bench.carrot.document.event_ids == ["a"]
    assert len(bench.carrot.named(CREATE)) == 1


def test_a_file_that_is_asked_for_while_events_go_out_is_kept(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.run()
    bench.drop("doc", "mtr.pdf", PDF, tell=False)
    ask = files_message("mtr.pdf", token="token-1")
    overtake(bench, BATCH, lambda: (bench.send(EVIDENCE, ask), bench.work(EVIDENCE, relay=bench.container())))
    bench.send(EVENTS, events_message(event("a", 1), event("b", 2)))
    bench.run()

    assert len(bench.carrot.named(BATCH)) == 1
    assert bench.carrot.uploads == [("mtr.pdf", PDF)]
    assert bench.steps.answers == [("token-1", "succeeded")]


def test_events_that_arrive_while_a_file_is_attached_are_kept(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.run()
    message = events_message(event("a", 1))
    overtake(bench, ATTACH, lambda: (bench.send(EVENTS, message), bench.work(EVENTS, relay=bench.container())))
    bench.send(EVIDENCE, files_message("mtr.pdf"))
    bench.drop("doc", "mtr.pdf", PDF)
    bench.run()

    assert bench.carrot.document.event_ids == ["a"]
    assert len(bench.carrot.named(ATTACH)) == 1
    assert bench.record("doc").files["mtr.pdf"].attached


def test_two_files_of_a_document_that_are_attached_at_once_are_both_kept(bench: Bench) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.send(EVIDENCE, files_message("one.pdf", "two.pdf", token="token-1"))
    bench.run()

    def attach_the_other() -> None:
        bench.drop("doc", "two.pdf", PDF)
        bench.work(EVIDENCE, relay=bench.container())

    overtake(bench, ATTACH, attach_the_other)
    bench.drop("doc", "one.pdf", PDF)
    bench.run()

    assert sorted(name for name, _ in bench.carrot.uploads) == ["one.pdf", "two.pdf"]
    assert bench.steps.answers == [("token-1", "succeeded")]
