"""An auditor's loader must accept what GET returns. The schema here is written from the loader's rules alone
(carrot-foundation/methodology-rules, libs/shared/types/src/document), not from the sandbox's models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller, SandboxOf

TEXT = {"type": "string", "minLength": 1}
TEXT_OR_NULL = {"type": ["string", "null"], "minLength": 1}
TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$"}
DATA_SET = {"enum": ["PROD", "PROD_SIMULATION", "TEST"]}


def record(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object; extra keys are dropped by the loader, so they are allowed."""
    return {"type": "object", "required": list(required), "properties": required | (optional or {})}


PARTICIPANT = record(
    dict.fromkeys(("id", "name", "taxId", "taxIdType", "countryCode", "type", "piiSnapshotId"), TEXT),
    {"businessName": TEXT_OR_NULL},
)
ADDRESS = record(
    dict.fromkeys(
        ("id", "participantId", "piiSnapshotId", "countryCode", "countryState", "city", "street", "number"), TEXT
    ),
    {
        "neighborhood": TEXT_OR_NULL,
        "zipCode": TEXT_OR_NULL,
        "latitude": {"type": ["number", "null"], "minimum": -90, "maximum": 90},
        "longitude": {"type": ["number", "null"], "minimum": -180, "maximum": 180},
    },
)
ATTRIBUTE = record(
    {"name": TEXT, "isPublic": {"type": "boolean"}},
    {
        "format": {"enum": ["CUBIC_METER", "DATE", "KILOGRAM", "LITER"]},
        "sensitive": {"type": "boolean"},
        "type": {"type": "string"},
        "valuePrefix": TEXT,
        "valueSuffix": TEXT,
    },
)
ATTACHMENT = record(
    {
        "attachmentId": TEXT,
        "contentLength": {"type": "number", "minimum": 0},
        "isPublic": {"type": "boolean"},
        "label": TEXT,
    }
)
EVENT = record(
    {
        "id": TEXT,
        "name": TEXT,
        "externalCreatedAt": TIME,
        "isPublic": {"type": "boolean"},
        "participant": PARTICIPANT,
        "address": ADDRESS,
        "author": record({"clientId": TEXT, "participantId": TEXT, "dataSetName": DATA_SET}),
    },
    {
        "label": {"type": "string"},
        "value": {"type": "number"},
        "metadata": record({}, {"attributes": {"type": "array", "items": ATTRIBUTE}}),
        "attachments": {"type": "array", "items": ATTACHMENT},
        "relatedDocument": record({"documentId": TEXT}, {"bidirectional": {"type": "boolean"}}),
        "deduplicationId": {"type": "string"},
        "externalId": {"type": "string"},
        "preserveSensitiveData": {"type": "boolean"},
        "propagateEvent": {"type": "boolean"},
        "target": {"type": "object"},
        "updates": {"type": "object"},
    },
)
DOCUMENT = record(
    {
        "id": TEXT,
        "category": TEXT,
        "measurementUnit": {"type": "string"},
        "currentValue": {"type": "number", "minimum": 0},
        "status": {"enum": ["CANCELLED", "CLOSED", "OPEN"]},
        "dataSetName": DATA_SET,
        "externalCreatedAt": TIME,
        "createdAt": TIME,
        "updatedAt": TIME,
        "isPubliclySearchable": {"type": "boolean"},
        "primaryParticipant": PARTICIPANT,
        "primaryAddress": ADDRESS,
    },
    {
        "type": TEXT,
        "subtype": TEXT,
        "isPublic": {"type": "boolean"},
        "externalEvents": {"type": "array", "items": EVENT},
        "deduplicationId": {"type": "string"},
        "externalId": {"type": "string"},
        "tags": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        "attachments": {
            "type": "array",
            "items": record({"id": TEXT, "fileName": TEXT, "contentLength": {"type": "number", "minimum": 0}}),
        },
    },
)
LOADER = jsonschema.Draft202012Validator(DOCUMENT)


def load(document: dict[str, Any]) -> None:
    """What the loader does: accept the document or lose it as a whole; then ids must resolve and times be in order."""
    LOADER.validate(document)
    times = [event["externalCreatedAt"] for event in document["externalEvents"]]
    assert times == sorted(times)
    ids = [event["id"] for event in document["externalEvents"]]
    assert len(set(ids)) == len(ids)


def test_a_loader_accepts_a_document_with_everything(api: Caller) -> None:
    document_id = api.create(
        subtype="Food, Food Waste and Beverages",
        tags={"batch": "7", "note": None},
        externalId="m-1",
        deduplicationId="d-1",
    )
    other = api.create()
    attachment_id = api.upload(document_id, "mtr.pdf", b"%PDF")
    attributes = [
        {"name": "Vehicle License Plate", "value": "ABC1D23", "isPublic": True, "sensible": True},
        {"name": "Gross Weight", "value": 3250.5, "format": "KILOGRAM", "isPublic": True},
        {"name": "Scale", "value": {"documentId": other}},
        {"name": "Description", "value": None, "format": None, "isPublic": False},
    ]
    reference = {"attachmentId": attachment_id, "contentLength": 4, "isPublic": False, "label": "Transport Manifest"}
    hauler = {**api.document()["participant"], "taxId": "22222222222222", "businessName": None}
    events = [
        {
            "name": "ACTOR",
            "label": "Hauler",
            "participant": hauler,
            "address": api.document()["address"],
            "permissions": [],
        },
        {"name": "Weighing", "value": 150.5, "metadata": {"attributes": attributes}, "externalId": "e-1"},
        {"name": "Transport Manifest", "attachments": [reference]},
        {"name": "UPDATE", "updates": {"isPublic": False}},
        {"name": "CLOSE", "label": None},
        {"name": "RELATED", "relatedDocument": {"documentId": other, "bidirectional": False, "category": None}},
    ]
    assert api.batch(document_id, *(api.event(**event) for event in events)).status_code == 201
    shown = api.read(document_id)
    load(shown)
    assert (shown["status"], shown["currentValue"], shown["dataSetName"]) == ("CLOSED", 150.5, "TEST")
    assert [event["name"] for event in shown["externalEvents"][1:]] == [event["name"] for event in events]
    weighing = shown["externalEvents"][2]
    assert weighing["externalId"] == "e-1"
    plate, _, scale, _ = weighing["metadata"]["attributes"]
    assert (plate["sensitive"], "sensible" in plate) == (True, False)
    assert scale == {"name": "Scale", "value": {"documentId": other}, "isPublic": True}


def test_a_loader_accepts_a_document_that_was_just_created_or_cancelled(api: Caller) -> None:
    document_id = api.create()
    load(api.read(document_id))
    api.append(document_id, name="CANCEL")
    load(api.read(document_id))


@pytest.mark.parametrize("broken", ["author", "piiSnapshotId", "isPublic"])
def test_the_loader_of_this_test_is_as_strict_as_the_auditors(api: Caller, broken: Any) -> None:
    """One missing key loses the whole document there, so it must here."""
    document_id = api.create()
    api.append(document_id, metadata={"attributes": [{"name": "A"}]})
    shown = api.read(document_id)
    event = shown["externalEvents"][1]
    owner = {"author": event, "piiSnapshotId": event["address"], "isPublic": event["metadata"]["attributes"][0]}[broken]
    del owner[broken]
    with pytest.raises(jsonschema.ValidationError):
        load(shown)


words = st.text(min_size=1, max_size=20)
values = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | words | st.lists(words, max_size=2)
attributes = st.fixed_dictionaries(
    {"name": words},
    optional={
        "value": values,
        "isPublic": st.booleans() | st.none(),
        "sensitive": st.booleans() | st.none(),
        "sensible": st.booleans(),
        "format": st.sampled_from(["DATE", "KILOGRAM", "kg", None]),
        "valuePrefix": st.text(max_size=3),
    },
)
events = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["ACTOR", "Weighing", "UPDATE", "CLOSE", "RELATED", ""]) | words,
        "externalCreatedAt": st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds") + "-03:00"),
        "isPublic": st.booleans(),
    },
    optional={
        "value": st.integers(-1, 10**6),
        "label": st.text(max_size=5) | st.none(),
        "metadata": st.fixed_dictionaries({"attributes": st.lists(attributes, max_size=3)}) | st.none(),
        "updates": st.dictionaries(st.sampled_from(["isPublic", "x"]), values, max_size=2),
        "relatedDocument": st.fixed_dictionaries({"documentId": st.just("x")}, optional={"bidirectional": st.none()}),
        "preserveSensitiveData": st.none(),
    },
)


@given(sent=st.lists(events, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_sandbox_accepts_the_loader_accepts(sandbox_of: SandboxOf, sent: Any) -> None:
    """The fixture only makes sandboxes; each example gets one of its own."""
    api = sandbox_of(related_must_exist=False, order_enforced=False)
    document_id = api.create()
    for event in sent:
        assert api.call("POST", f"/documents/{document_id}/events", event).status_code in (201, 400, 409)
        load(api.read(document_id))
