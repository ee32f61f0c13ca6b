"""What a dead letter says it is about: the generation at the time of its death, and a bulk file's run, never its name."""

from types import SimpleNamespace
from typing import Any

import pytest
from massid_relay.core.bulk.files import run_id
from massid_relay.core.jsons import dumps
from massid_relay.core.record import DocumentRecord
from massid_relay.work.burial_subject import bulk_run_of, generation_of
from massid_relay.work.source import QueueName


class Ledger:
    """Knows two generations of `doc`."""

    def load(self, external_id: str) -> DocumentRecord:
        return DocumentRecord("doc", 2, version=1) if external_id == "doc" else DocumentRecord(external_id)


RELAY: Any = SimpleNamespace(documents=Ledger())


def generation(queue: QueueName, message: Any, external_id: str | None = "doc") -> int | None:
    return generation_of(RELAY, queue, external_id, message if isinstance(message, str) else dumps(message))


@pytest.mark.parametrize(
    ("queue", "message"),
    [
        (QueueName.DOCUMENTS, {"externalId": "doc", "document": {}}),
        (QueueName.EVENTS, {"documentExternalId": "doc", "events": []}),
        (QueueName.EVIDENCE, {"documentExternalId": "doc", "fileNames": []}),
        (QueueName.SUBMISSIONS, {"externalId": "doc", "document": {}}),
    ],
)
def test_the_first_is_meant_where_a_message_names_none(queue: QueueName, message: dict[str, Any]) -> None:
    """docs/messages.md. However new a generation the ledger knows."""
    assert generation(queue, message) == 1
    assert generation(queue, message | {"generation": 3}) == 3


@pytest.mark.parametrize(
    ("queue", "message"),
    [
        (QueueName.EVENTS, {"documentExternalId": "doc", "wake": "Swept"}),
        (QueueName.EVIDENCE, {"Records": []}),
        (QueueName.SUBMISSIONS, {"externalId": "doc", "submissionRef": "0"}),
        (QueueName.ORDERS, {"externalId": "order-1", "documentExternalId": "doc"}),
        (QueueName.EVENTS, "not JSON"),
    ],
)
def test_what_names_none_by_its_kind_is_about_the_newest(queue: QueueName, message: Any) -> None:
    assert generation(queue, message) == 2


def test_an_order_that_came_alone_is_about_no_document_even_if_one_bears_its_id() -> None:
    assert generation(QueueName.ORDERS, {"externalId": "doc", "order": {}}) is None


@pytest.mark.parametrize("wrong", [0, -1, 100_000, True, "12345678909", 1.5])
def test_a_value_that_is_no_generation_is_not_kept(wrong: object) -> None:
    """Invariant 7: values of fields are never quoted."""
    assert generation(QueueName.EVENTS, {"documentExternalId": "doc", "events": [], "generation": wrong}) == 1


def test_nothing_is_said_of_an_unknown_document() -> None:
    assert generation(QueueName.EVENTS, {"wake": "Swept"}, "stranger") is None
    assert generation(QueueName.SUBMISSIONS, {}, None) is None


def test_a_bulk_message_is_named_by_its_files_run() -> None:
    """Invariant 7: the file's name is the sender's own words; the run's id is on its report too."""
    going_on = dumps({"version": 1, "file": "loads of Ana.csv", "objectVersion": "v1"})
    dropped = dumps({"Records": [{"s3": {"object": {"key": "bulk/loads+of+Ana.csv", "versionId": "v1"}}}]})
    assert bulk_run_of(QueueName.BULK, going_on) == run_id("loads of Ana.csv", "v1")
    assert bulk_run_of(QueueName.BULK, dropped) == run_id("loads of Ana.csv", "v1")


@pytest.mark.parametrize(
    "body", ["", "{}", dumps({"Records": []}), dumps({"Records": [{"s3": {"object": {"key": "bulk/a.csv"}}}]})]
)
def test_a_bulk_message_that_names_no_single_version_of_a_file_has_no_run(body: str) -> None:
    assert bulk_run_of(QueueName.BULK, body) is None
    assert bulk_run_of(QueueName.EVENTS, body) is None
