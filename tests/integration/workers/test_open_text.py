"""Open text that seems to hold personal data is told when it arrives, by field, and goes through all the same."""

from typing import Any

import pytest

from tests.integration.workers.bench import DOCUMENTS, EVENTS, SUBMISSIONS, Bench
from tests.integration.workers.payloads import PLATE, actor, document, document_message, event, events_message

LINE = "open text seems to hold personal data"
CPF = "529.982.247-25"


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    lines = [vars(record) for record in caplog.records if record.getMessage() == LINE]
    return [{name: line[name] for name in ("externalId", "fields", "kinds")} for line in lines]


def weighing(**flags: bool) -> Any:
    note = {"name": "Description", "value": f"placa {PLATE}, motorista {CPF}", **flags}
    return event("weighing", 2, metadata={"attributes": [note]})


def test_a_submission_is_told_by_field_and_goes_through(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Invariant 7: the value is in no log."""
    content = {"document": document(title=f"carga {PLATE}"), "events": [actor(), weighing()], "evidence": []}
    bench.send(SUBMISSIONS, {"version": 1, "externalId": "doc", **content})
    bench.run()
    path = "events.1.metadata.attributes.0.value"
    fields, kinds = ["document.title", path, path], ["a CPF", "a licence plate"]
    assert told(caplog) == [{"externalId": "doc", "fields": fields, "kinds": kinds}]
    assert list(bench.steps.executions) == ["doc-g1-r1"]
    assert not [record for record in caplog.records if PLATE in str(vars(record)) or CPF in str(vars(record))]


def test_messages_of_single_steps_are_told_too(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.send(DOCUMENTS, document_message(title=CPF))
    bench.send(EVENTS, events_message(weighing()))
    bench.run()
    assert [line["fields"][0] for line in told(caplog)] == ["document.title", "events.0.metadata.attributes.0.value"]
    assert bench.carrot.document.event_ids == ["weighing"]


def test_what_is_flagged_sensitive_is_not_told_of(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.send(EVENTS, events_message(weighing(sensitive=True)))
    bench.run()
    assert told(caplog) == []
