"""Which fields are open text, and that a suspicion names the field and never the value (invariant 7)."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_local.samples import generate
from massid_relay.core.jsons import JsonObject
from massid_relay.core.open_text import Suspicion, suspicions

PLATE, CPF = "BWQ2J90", "529.982.247-25"
SAMPLES = generate(40, seed=3, today=date(2026, 11, 20))


def submission(**changes: Any) -> JsonObject:
    return {"version": 1, "externalId": "massid-1", "document": {}, "events": [], "evidence": [], **changes}


def attribute(name: str = "Description", value: Any = f"placa {PLATE}", **flags: Any) -> JsonObject:
    return {"name": name, "value": value, **flags}


def event(*attributes: JsonObject, **changes: Any) -> JsonObject:
    return {"name": "Weighing", "isPublic": True, "metadata": {"attributes": list(attributes)}, **changes}


def paths(message: JsonObject) -> list[str]:
    return [suspicion.path for suspicion in suspicions(message)]


@pytest.mark.parametrize("massid", SAMPLES, ids=lambda massid: massid.external_id)
def test_an_ordinary_submission_raises_no_alarm(massid: Any) -> None:
    assert suspicions(massid.submission) == []


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        pytest.param({"document": {"title": f"carga {PLATE}"}}, "document.title", id="title"),
        pytest.param({"document": {"shortTitle": PLATE}}, "document.shortTitle", id="short title"),
        pytest.param({"document": {"tags": {"driver": CPF}}}, "document.tags.0", id="tag"),
        pytest.param({"document": {"address": {"complement": CPF}}}, "document.address.complement", id="complement"),
        pytest.param({"order": {"metaData": f"for {CPF}"}}, "order.metaData", id="an order's text"),
        pytest.param({"replaceReason": f"the driver was {CPF}"}, "replaceReason", id="a reason"),
        pytest.param({"evidence": [f"ticket-{PLATE}.png"]}, "evidence.0", id="file name"),
        pytest.param({"externalId": f"load-{PLATE}"}, "externalId", id="external id"),
        pytest.param(
            {"events": [event(attribute())]}, "events.0.metadata.attributes.0.value", id="a public event's attribute"
        ),
        pytest.param(
            {"events": [event(attribute("Anything", ["-", {"x": CPF}]))]},
            "events.0.metadata.attributes.0.value.1.0",
            id="inside a value",
        ),
        pytest.param(
            {"events": [event(attribute(), isPublic=False)]},
            "events.0.metadata.attributes.0.value",
            id="prose, although private",
        ),
        pytest.param(
            {"events": [event(attribute("Vehicle License Plate", "bwq 2190"))]},
            "events.0.metadata.attributes.0.value",
            id="a public plate without its flag",
        ),
    ],
)
def test_an_open_field_is_named_by_its_path(changes: JsonObject, path: str) -> None:
    assert paths(submission(**changes)) == [path]


@pytest.mark.parametrize(
    ("given_attribute", "public"),
    [
        pytest.param(attribute(sensitive=True), True, id="flagged sensitive"),
        pytest.param(attribute(sensible=True), True, id="flagged under the pages' name"),
        pytest.param(attribute("Vehicle License Plate", PLATE, isPublic=False), True, id="private by itself"),
        pytest.param(attribute("Vehicle License Plate", PLATE), False, id="as private as its event"),
        pytest.param(attribute("Document Number", "52998224725"), True, id="another authority's number"),
        pytest.param(attribute("Gross Weight", 52998224725), True, id="a number"),
    ],
)
def test_what_is_flagged_or_private_or_a_number_raises_no_alarm(given_attribute: JsonObject, public: bool) -> None:
    assert suspicions(submission(events=[event(given_attribute, isPublic=public)])) == []


def test_participants_and_addresses_are_where_tax_ids_belong() -> None:
    parties = {"participant": {"taxId": CPF, "email": "a@b.eco"}, "address": {"street": "Rua 1", "number": PLATE}}
    assert suspicions(submission(document=parties, events=[event(**parties)])) == []


def test_a_message_of_events_is_looked_at_as_a_submission_is() -> None:
    reference = {"fileName": f"{PLATE}.pdf", "label": "Weighing Ticket"}
    message = {"version": 1, "documentExternalId": "doc", "events": [event(attribute(), attachments=[reference])]}
    assert paths(message) == ["events.0.metadata.attributes.0.value", "events.0.attachments.0.fileName"]


def test_a_document_of_the_platform_is_looked_at_too() -> None:
    document = {"category": "MassID", "title": PLATE, "externalEvents": [event(attribute())]}
    assert paths(document) == ["title", "externalEvents.0.metadata.attributes.0.value"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["attributes", "value", "name", "x"]), inner),
)


@given(st.dictionaries(st.sampled_from(["document", "events", "evidence", "order", "externalId", "title"]), values))
def test_any_message_can_be_looked_at(message: JsonObject) -> None:
    """What has the wrong type is somebody else's finding."""
    assert all(isinstance(suspicion, Suspicion) for suspicion in suspicions(message))


@given(st.sampled_from([PLATE, CPF, "11222333000181", "ana@exemplo.eco", "(11) 91234-5678"]), st.integers(0, 39))
def test_a_suspicion_never_holds_the_value(private: str, number: int) -> None:
    """Invariant 7."""
    message = deepcopy(SAMPLES[number].submission)
    message["document"]["title"] = f"see {private}"
    message["document"]["tags"] = {private: private}
    (last := message["events"][-1]).setdefault("metadata", {})["attributes"] = [attribute("Note", {private: private})]
    found = suspicions(message)
    assert len(found) >= 3
    assert private not in str(found) + "".join(suspicion.sentence for suspicion in found)
    assert last["metadata"]["attributes"][0]["value"] == {private: private}
