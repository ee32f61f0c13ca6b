"""Duplicates are counted from what stands in the sandbox, not from what it answered."""

from typing import Any

from massid_local.demo.doubled import duplicates, foreign_bytes, live_documents
from massid_local.demo.submitted import Submitted


def document(number: int, external_id: str, *events: str, status: str = "CLOSED") -> dict[str, Any]:
    return {
        "documentId": f"document-{number}",
        "externalId": external_id,
        "status": status,
        "events": [{"externalId": event} for event in events],
    }


def file(number: int, name: str, sha256: str, count: int = 1, external_id: str = "a") -> dict[str, Any]:
    return {
        "documentId": f"document-{number}",
        "documentExternalId": external_id,
        "fileName": name,
        "sha256": sha256,
        "count": count,
    }


def effects(documents: list[dict[str, Any]], files: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"documents": documents, "files": files or []}


def test_one_of_each_is_no_duplicate() -> None:
    clean = effects([document(1, "a", "a.x", "a.y"), document(2, "b", "a.x")], [file(1, "f", "1"), file(2, "f", "1")])
    assert duplicates(clean) == 0


def test_a_second_live_document_of_one_external_id_counts() -> None:
    assert duplicates(effects([document(1, "a"), document(2, "a", status="OPEN")])) == 1


def test_a_cancelled_document_makes_room_for_the_next() -> None:
    assert duplicates(effects([document(1, "a", status="CANCELLED"), document(2, "a")])) == 0


def test_each_further_event_of_one_external_id_counts() -> None:
    assert duplicates(effects([document(1, "a", "a.x", "a.x", "a.x")])) == 2


def test_a_file_stored_twice_counts_with_the_same_bytes_and_with_others() -> None:
    assert duplicates(effects([document(1, "a")], [file(1, "f", "1", count=2)])) == 1
    assert duplicates(effects([document(1, "a")], [file(1, "f", "1"), file(1, "f", "2")])) == 1


def test_the_live_document_is_the_one_to_read() -> None:
    found = live_documents(effects([document(1, "a", status="CANCELLED"), document(2, "a"), document(3, "b")]))
    assert found == {"a": "document-2", "b": "document-3"}


def test_a_file_that_arrived_with_other_bytes_or_not_at_all_is_named(sent: Submitted) -> None:
    right, wrong, _missing = sent.dropped.values()
    rows = [
        file(1, right.name, right.sha256, external_id=sent.external_id),
        file(1, wrong.name, "other", external_id=sent.external_id),
    ]
    problems = list(foreign_bytes(effects([], rows), [sent]))
    assert [external_id for external_id, _ in problems] == [sent.external_id] * 2
    assert right.name not in str(problems)
