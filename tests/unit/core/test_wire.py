"""The bodies that go out: a function of the payload and the ids frozen with the operation (invariant 1)."""

from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.first_contact import parties_of
from massid_relay.core.jsons import JsonObject, canonical, dumps, loads
from massid_relay.core.record import FileEntry
from massid_relay.core.wire import document_body, event_body

ASKED_AT = datetime(2026, 3, 1, tzinfo=UTC)
FILES = {"mtr.pdf": FileEntry("mtr.pdf", ASKED_AT, size=2048, attachment_id="attachment-1")}
PARTICIPANT = {"countryCode": "BR", "name": "Acme", "taxId": "11222333000181", "taxIdType": "CNPJ", "type": "COMPANY"}
ADDRESS = {"street": "Rua das Colinas", "number": "10", "city": "Valinhos", "countryCode": "BR"}

attributes = st.fixed_dictionaries(
    {"name": st.text(min_size=1, max_size=8), "value": st.decimals(0, 10**6, places=3) | st.text(max_size=5)},
    optional={"isPublic": st.booleans(), "sensitive": st.booleans(), "format": st.just("KILOGRAM")},
)
payloads = st.fixed_dictionaries(
    {"name": st.just("Weighing"), "participant": st.just(PARTICIPANT), "address": st.just(ADDRESS)},
    optional={
        "isPublic": st.booleans(),
        "value": st.decimals(0, 10**6, places=3),
        "metadata": st.fixed_dictionaries({"attributes": st.lists(attributes, max_size=3)}),
        "attachments": st.lists(
            st.fixed_dictionaries(
                {"fileName": st.just("mtr.pdf"), "label": st.just("Manifest")}, optional={"isPublic": st.booleans()}
            ),
            max_size=2,
        ),
    },
)
known_ids = st.sampled_from(
    [{}, {key: f"id-{n}" for n, key in enumerate(parties_of({"participant": PARTICIPANT, "address": ADDRESS}).inline)}]
)


def body_of(payload: JsonObject, ids: dict[str, str] | None = None, flag: str = "sensitive") -> JsonObject:
    return event_body(payload, external_id="e", deduplication_id="d", ids=ids or {}, files=FILES, sensitive_flag=flag)


@given(payloads, known_ids)
def test_every_attempt_sends_the_same_body_and_leaves_the_payload_alone(
    payload: JsonObject, ids: dict[str, str]
) -> None:
    """Invariant 1."""
    before = deepcopy(payload)
    assert canonical(body_of(payload, ids)) == canonical(body_of(payload, ids))
    assert payload == before


@given(payloads, known_ids)
def test_every_body_carries_its_ids_and_either_an_id_or_a_party(payload: JsonObject, ids: dict[str, str]) -> None:
    body = body_of(payload, ids)
    assert (body["externalId"], body["deduplicationId"]) == ("e", "d")
    for kind in ("participant", "address"):
        assert (kind in body) != (f"{kind}Id" in body)


@given(payloads)
def test_every_attribute_and_attachment_says_whether_it_is_public(payload: JsonObject) -> None:
    """The auditor's loader drops a whole document over one that doesn't."""
    body = body_of(payload)
    for item in [*body.get("metadata", {}).get("attributes", []), *body.get("attachments", [])]:
        assert isinstance(item["isPublic"], bool)


@given(payloads)
def test_what_says_nothing_takes_its_events_visibility_and_what_says_so_keeps_its_own(payload: JsonObject) -> None:
    sent = body_of(payload)
    own = (payload.get("metadata") or {}).get("attributes", [])
    for asked, item in zip(own, sent.get("metadata", {}).get("attributes", []), strict=True):
        assert item["isPublic"] == asked.get("isPublic", bool(payload.get("isPublic")))


@given(payloads, st.sampled_from(["sensitive", "sensible"]))
def test_the_sensitive_flag_goes_out_under_the_name_that_is_set(payload: JsonObject, flag: str) -> None:
    """Flagged, never masked (invariant 7)."""
    own = (payload.get("metadata") or {}).get("attributes", [])
    for asked, item in zip(own, body_of(payload, flag=flag).get("metadata", {}).get("attributes", []), strict=True):
        assert item.get(flag) == asked.get("sensitive")
        assert item["value"] == asked["value"]
        assert {"sensitive", "sensible"} & item.keys() <= {flag}


@given(payloads)
def test_an_attachment_has_the_stored_shape(payload: JsonObject) -> None:
    for item in body_of(payload).get("attachments", []):
        assert item.keys() == {"attachmentId", "contentLength", "isPublic", "label"}
        assert (item["attachmentId"], item["contentLength"]) == ("attachment-1", 2048)


@given(st.decimals(0, 10**9, places=6))
def test_numbers_stay_decimals_down_to_the_wire(value: Decimal) -> None:
    text = dumps(body_of({"name": "Weighing", "value": value, "participantId": "p", "addressId": "a"}))
    back: Any = loads(text)["value"]
    assert Decimal(back) == value
    assert not isinstance(back, float)


def test_a_document_goes_out_with_its_ids_and_nothing_else_added() -> None:
    payload = {"category": "MassID", "participant": PARTICIPANT, "address": ADDRESS}
    body = document_body(payload, external_id="doc", deduplication_id="d", ids={})
    assert body == payload | {"externalId": "doc", "deduplicationId": "d"}


@pytest.mark.parametrize("more", [{}, {"bidirectional": False, "category": "MassID"}])
def test_a_document_named_by_your_id_goes_out_under_the_networks(more: JsonObject) -> None:
    payload = {"name": "RELATED", "relatedDocument": {"documentExternalId": "load-2"} | more}
    before = deepcopy(payload)
    body = event_body(payload, external_id="e", deduplication_id="d", ids={}, files={}, related_id="document-2")
    assert body["relatedDocument"] == {"documentId": "document-2"} | more
    assert payload == before
