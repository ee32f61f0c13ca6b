"""Files of any name and size: names come URL-encoded from S3, belong to one document, and no file is held in memory."""

from urllib.parse import quote_plus

import pytest
from massid_relay.core.evidence import evidence_key

from tests.integration.workers.bench import DOCUMENTS, EVIDENCE, Bench
from tests.integration.workers.payloads import PDF, document_message, files_message

PIECE = 256 * 1024


def drop_as_s3_tells(bench: Bench, external_id: str, name: str, content: bytes = PDF) -> None:
    """The key in the notification is encoded, a space as a plus."""
    bench.drop(external_id, name, content, tell=False)
    key = quote_plus(evidence_key(external_id, name))
    what = {"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}
    bench.send(EVIDENCE, {"Records": [what | {"s3": {"bucket": {"name": bench.name}, "object": {"key": key}}}]})


@pytest.mark.parametrize(
    "name", ["ticket 17.pdf", "a+b.pdf", "a%20b.pdf", "balança nº 3.pdf", "📄 recibo.pdf", "100%.pdf", "A&B=C?.pdf"]
)
def test_a_file_of_any_good_name_is_attached_under_it(bench: Bench, name: str) -> None:
    bench.send(DOCUMENTS, document_message())
    bench.send(EVIDENCE, files_message(name, token="token-1"))
    bench.run()
    drop_as_s3_tells(bench, "doc", name)
    bench.run()

    assert bench.carrot.uploads == [(name, PDF)]
    assert bench.steps.answers == [("token-1", "succeeded")]


def test_two_documents_may_have_files_of_one_name(bench: Bench) -> None:
    contents = {"load-1": PDF + b"% one\n", "load-2": PDF + b"% two\n"}
    for external_id, content in contents.items():
        bench.send(DOCUMENTS, document_message(external_id))
        bench.send(EVIDENCE, files_message("ticket.pdf", external_id=external_id))
        drop_as_s3_tells(bench, external_id, "ticket.pdf", content)
    bench.run()

    assert sorted(bench.carrot.uploads) == [("ticket.pdf", content) for content in contents.values()]
    assert all(bench.record(external_id).files["ticket.pdf"].attached for external_id in contents)


def test_a_large_file_is_never_in_memory_as_a_whole(bench: Bench) -> None:
    """It passes in pieces, and what is looked at to tell its type is its beginning."""
    content = PDF + b"x" * (9_000_000 - len(PDF))
    bench.drop("doc", "large.pdf", content, tell=False)
    found = bench.relay.evidence.look(evidence_key("doc", "large.pdf"))
    assert found is not None

    assert len(bench.relay.evidence.first_bytes(found)) <= 4096
    lengths = [len(piece) for piece in bench.relay.evidence.content(found)]
    assert (max(lengths), sum(lengths)) == (PIECE, len(content))
