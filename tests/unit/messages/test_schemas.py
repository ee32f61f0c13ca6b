"""The committed JSON Schemas describe the models, and agree with them about messages."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from massid_relay.core.jsons import JsonObject, loads
from massid_relay.core.messages.schemas import MESSAGES, schemas, text_of, write_schemas

FOLDER = Path(__file__).parents[3] / "docs" / "schemas"
EVENTS = Path(__file__).parents[3] / "events"


def accepts(name: str, message: Any) -> bool:
    return Draft202012Validator(schemas()[f"{name}.schema.json"]).is_valid(message)


@pytest.mark.parametrize("name", schemas())
def test_the_committed_schema_is_current(name: str) -> None:
    """Mend with `python -m massid_relay.core.messages.schemas docs/schemas`."""
    assert (FOLDER / name).read_text(encoding="utf-8") == text_of(schemas()[name])


def test_the_folder_holds_nothing_else() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(schemas())


def test_they_can_be_written_anywhere(tmp_path: Path) -> None:
    assert sorted(path.name for path in write_schemas(tmp_path / "new")) == sorted(schemas())


@pytest.mark.parametrize("name", schemas())
def test_each_is_a_valid_schema(name: str) -> None:
    Draft202012Validator.check_schema(schemas()[name])


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("submission.json", "submission"),
        ("document.json", "document"),
        ("events.json", "events"),
        ("close.json", "events"),
        ("cancel.json", "events"),
        ("all-event-types.json", "events"),
        ("submission-again.json", "submission-reference"),
        ("document-step.json", "document"),
        ("events-step.json", "events"),
        ("wake.json", "wake"),
        ("evidence-request.json", "evidence-request"),
        ("bulk-continue.json", "bulk-continuation"),
    ],
)
def test_the_samples_are_what_the_schema_describes(file: str, name: str) -> None:
    message = loads((EVENTS / file).read_bytes())
    assert accepts(name, message)
    assert not accepts(name, message | {"unknown": 1})
    MESSAGES[name].model_validate(message)


DOCUMENT: JsonObject = {
    "category": "MassID",
    "type": "Organic",
    "externalCreatedAt": "2026-03-01T10:00:00Z",
    "isPublic": True,
    "isPubliclySearchable": True,
    "participantId": "p",
}


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({"addressId": "a"}, True),
        ({"addressId": "a", "measureUnit": "kg"}, True),
        ({}, False),
        ({"addressId": "a", "address": {}}, False),
        ({"addressId": "a", "measureUnit": "kg", "measurementUnit": "kg"}, False),
    ],
)
def test_either_or_stands_in_the_schema_too(change: JsonObject, good: bool) -> None:
    message = {"version": 1, "externalId": "load-1", "document": DOCUMENT | change}
    assert accepts("document", message) is good


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({"submissionRef": "r", "select": "closing"}, True),
        ({"submissionRef": "r"}, False),
        ({"select": "closing"}, False),
        ({}, False),
    ],
)
def test_a_reference_and_its_part_go_together_in_the_schema_too(change: JsonObject, good: bool) -> None:
    assert accepts("events", {"version": 1, "documentExternalId": "load-1"} | change) is good
