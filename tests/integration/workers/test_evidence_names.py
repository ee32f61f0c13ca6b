"""Files of any name and size: names come URL-encoded from S3, belong to one document, and no file is held in memory."""

import unicodedata
from urllib.parse import quote_plus

import pytest
from massid_relay.core.evidence import evidence_key

from tests.integration.workers.bench import DOCUMENTS, EVIDENCE, Bench
from tests.integration.workers.payloads import PDF, document_message, files_message

PIECE = 256 * 1024
PART = 5 * 1024 * 1024
SPELLINGS = unicodedata.normalize("NFC", "medição.pdf"), unicodedata.normalize("NFD", "medição.pdf")


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


@pytest.mark.parametrize("wanted", SPELLINGS, ids=["NFC", "NFD"])
@pytest.mark.parametrize("spelt", SPELLINGS, ids=["NFC", "NFD"])
@pytest.mark.parametrize("told", [True, False], ids=["told", "looked for"])
def test_a_name_with_accents_is_found_in_either_spelling(bench: Bench, wanted: str, spelt: str, told: bool) -> None:
    """macOS takes accents apart; both names read alike, and the platform gets the one that was asked for."""
    bench.send(DOCUMENTS, document_message())
    bench.run()
    if told:
        bench.send(EVIDENCE, files_message(wanted))
        bench.run()
        drop_as_s3_tells(bench, "doc", spelt)
    else:
        bench.drop("doc", spelt, PDF, tell=False)
        bench.send(EVIDENCE, files_message(wanted))
    bench.run()

    assert bench.carrot.uploads == [(wanted, PDF)]
    assert not bench.container().unasked.all()


def test_a_file_in_the_other_spelling_counts_as_asked_for(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    drop_as_s3_tells(bench, "doc", SPELLINGS[1])
    bench.run()
    bench.send(EVIDENCE, files_message(SPELLINGS[0]))
    bench.run()
    bench.move(days=8)
    bench.sweep()

    assert not any(record.message == "a file that nobody asked for" for record in caplog.records)


def upload_in_parts(bench: Bench, name: str, content: bytes) -> None:
    """As large uploads go, by the console or the command line: the etag is no hash of the bytes."""
    where = {"Bucket": bench.name, "Key": evidence_key("doc", name)}
    upload = bench.s3.create_multipart_upload(**where)["UploadId"]
    parts = []
    for number, piece in enumerate([content[:PART], content[PART:]], 1):
        part = bench.s3.upload_part(**where, UploadId=upload, PartNumber=number, Body=piece)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    bench.s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})


@pytest.mark.parametrize("change", [b"", b"!"], ids=["the same bytes", "other bytes of that length"])
def test_the_same_bytes_uploaded_in_parts_are_the_same_file(bench: Bench, change: bytes) -> None:
    content = PDF + b" " * (PART + PIECE)
    bench.send(DOCUMENTS, document_message())
    bench.send(EVIDENCE, files_message("mtr.pdf"))
    bench.drop("doc", "mtr.pdf", content)
    bench.run()
    upload_in_parts(bench, "mtr.pdf", content[: len(content) - len(change)] + change)
    bench.send(EVIDENCE, files_message("mtr.pdf"))
    bench.run()

    assert bench.dead == (["EvidenceRefused"] if change else [])
    assert len(bench.carrot.uploads) == 1
