"""A file whose upload has an unknown outcome: what the ledger calls attached is what the network holds (invariant 1)."""

from collections.abc import Callable
from hashlib import md5

import pytest
from massid_relay.core.errors import OutcomeUnknown
from massid_relay.core.jsons import JsonObject

from tests.integration.workers.bench import DOCUMENTS, EVIDENCE, Bench
from tests.integration.workers.fake_carrot import ATTACH, READ, SHOW_FILE, UPLOAD
from tests.integration.workers.payloads import PDF, document_message, files_message

FIRST, SECOND = PDF + b"1", PDF + b"2"


@pytest.fixture
def in_doubt(bench: Bench) -> Bench:
    """The platform took the first file, and its answer was lost."""
    bench.send(DOCUMENTS, document_message())
    bench.run()
    bench.move(minutes=5)
    bench.carrot.next_fails(UPLOAD, OutcomeUnknown("no answer"), takes_effect=True)
    bench.send(EVIDENCE, files_message("mtr.pdf"))
    bench.drop("doc", "mtr.pdf", FIRST, tell=False)
    bench.work(EVIDENCE)
    bench.carrot.calls.clear()
    return bench


def test_the_same_file_is_read_back_and_not_stored_twice(in_doubt: Bench) -> None:
    in_doubt.run()

    assert [call.name for call in in_doubt.carrot.calls] == [READ, SHOW_FILE]
    assert in_doubt.record("doc").files["mtr.pdf"].attachment_id == "attachment-mtr.pdf"


def test_a_file_of_the_same_length_that_replaced_it_is_uploaded(in_doubt: Bench) -> None:
    """Last one wins: the ledger never says the second while the network holds the first."""
    in_doubt.drop("doc", "mtr.pdf", SECOND)
    in_doubt.run()

    assert in_doubt.carrot.uploads == [("mtr.pdf", FIRST), ("mtr.pdf", SECOND)]
    file = in_doubt.record("doc").files["mtr.pdf"]
    assert (file.attached, file.etag) == (True, md5(SECOND, usedforsecurity=False).hexdigest())
    assert len(in_doubt.carrot.document.attachments) == 1


def test_doubt_twice_over_two_versions_is_settled_by_the_bytes(in_doubt: Bench) -> None:
    """The second upload of unknown outcome took no effect: the file that is listed is still the first."""
    in_doubt.carrot.next_fails(UPLOAD, OutcomeUnknown("no answer"))
    in_doubt.drop("doc", "mtr.pdf", SECOND)
    in_doubt.run()

    assert in_doubt.carrot.uploads[-1] == ("mtr.pdf", SECOND)
    assert in_doubt.dead == []


def listed_without_bytes(bench: Bench) -> Callable[[JsonObject], None]:
    """A platform that lists a file as soon as the URL for it was asked for."""

    def spoil(shown: JsonObject) -> None:
        if bench.carrot.named(ATTACH):
            shown["attachments"] = [{"id": "attachment-mtr.pdf", "fileName": "mtr.pdf", "contentLength": len(FIRST)}]

    return spoil


def test_a_file_that_is_listed_before_its_bytes_came_is_uploaded_again(bench: Bench) -> None:
    """No page says when a file is listed."""
    bench.send(DOCUMENTS, document_message())
    bench.run()
    bench.carrot.spoil = listed_without_bytes(bench)
    bench.carrot.next_fails(UPLOAD, OutcomeUnknown("no answer"))
    bench.send(EVIDENCE, files_message("mtr.pdf"))
    bench.drop("doc", "mtr.pdf", FIRST)
    bench.run()

    assert bench.carrot.uploads == [("mtr.pdf", FIRST)]
    assert bench.record("doc").files["mtr.pdf"].attached


def test_a_look_without_an_answer_is_made_again(in_doubt: Bench) -> None:
    in_doubt.carrot.next_fails(SHOW_FILE, OutcomeUnknown("no answer"))
    in_doubt.run()

    assert [call.name for call in in_doubt.carrot.calls] == [READ, SHOW_FILE, READ, SHOW_FILE]
    assert in_doubt.carrot.uploads == [("mtr.pdf", FIRST)]
