"""The tolerant reader of GET /documents/{id}."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core import jsons
from massid_relay.core.reading import read_document

STORED = {
    "id": "doc-1",
    "externalId": "MASS-1",
    "deduplicationId": "dedup-1",
    "category": "MassID",
    "type": "Organic",
    "subtype": "Domestic Sludge",
    "measurementUnit": "kg",
    "status": "CLOSED",
    "currentValue": Decimal("150.50"),
    "externalCreatedAt": "2024-12-05T11:02:47Z",
    "primaryParticipant": {"id": "par-1", "name": "Acme", "taxId": "11222333000181"},
    "primaryAddress": {"id": "adr-1", "participantId": "par-1", "city": "São Paulo"},
    "attachments": [{"id": "att-1", "fileName": "mtr.pdf", "contentLength": 5}],
    "externalEvents": [
        {
            "id": "evt-1",
            "externalId": "MASS-1-pickup",
            "deduplicationId": "dedup-2",
            "name": "Pick-up",
            "label": "first",
            "externalCreatedAt": "2024-12-05T08:02:47.5-03:00",
            "isPublic": False,
            "value": 150,
            "participant": {"id": "par-1"},
            "address": {"id": "adr-1", "participantId": "par-2"},
            "author": {"clientId": "c", "participantId": "par-9", "dataSetName": "TEST"},
            "metadata": {"attributes": [{"name": "Vehicle Type", "value": "Truck", "isPublic": True}]},
            "attachments": [
                {"attachmentId": "att-1", "contentLength": 5, "isPublic": True, "label": "Transport Manifest"}
            ],
            "tomorrow": "unknown",
        }
    ],
}


def test_the_stored_shape_is_read_whole() -> None:
    document = read_document(STORED)

    assert (document.id, document.external_id, document.deduplication_id) == ("doc-1", "MASS-1", "dedup-1")
    assert (document.category, document.type, document.subtype) == ("MassID", "Organic", "Domestic Sludge")
    assert (document.status, document.measurement_unit) == ("CLOSED", "kg")
    assert document.current_value == Decimal("150.5")
    assert document.external_created_at == datetime(2024, 12, 5, 11, 2, 47, tzinfo=UTC)
    assert (document.primary_participant_id, document.primary_address_id) == ("par-1", "adr-1")
    assert document.events_shown
    assert [(item.id, item.file_name, item.content_length) for item in document.attachments] == [
        ("att-1", "mtr.pdf", 5)
    ]


def test_an_event_of_the_stored_shape_is_read_whole() -> None:
    (event,) = read_document(STORED).events

    assert (event.id, event.external_id, event.deduplication_id) == ("evt-1", "MASS-1-pickup", "dedup-2")
    assert (event.name, event.label, event.value, event.is_public) == ("Pick-up", "first", Decimal(150), False)
    assert event.external_created_at == datetime(2024, 12, 5, 11, 2, 47, 500_000, tzinfo=UTC)
    assert (event.participant_id, event.address_id) == ("par-1", "adr-1")
    assert [(item.name, item.value) for item in event.attributes] == [("Vehicle Type", "Truck")]
    assert [(item.id, item.label, item.is_public) for item in event.attachments] == [
        ("att-1", "Transport Manifest", True)
    ]
    assert event.raw["tomorrow"] == "unknown"


def test_the_api_reference_s_shape_is_read_too() -> None:
    """docs.carrot.eco, api/documents shows `author` with a `participantId` and `address` without an id."""
    document = read_document(
        {
            "address": {"city": "São Paulo", "name": "Edifício Jardins de Monet"},
            "author": {"countryCode": "BR", "participantId": "28b04f62", "taxId": "11111111111", "taxIdType": "CPF"},
            "category": "DOCUMENT",
            "events": [{"name": "ACTOR", "participantId": "par-2", "addressId": "adr-2"}],
        }
    )

    assert document.primary_participant_id == "28b04f62"
    assert document.primary_address_id is None
    assert document.primary_address == {"city": "São Paulo", "name": "Edifício Jardins de Monet"}
    assert [(event.participant_id, event.address_id) for event in document.events] == [("par-2", "adr-2")]


def test_an_author_with_a_client_id_is_the_caller_and_no_participant() -> None:
    document = read_document({"author": {"clientId": "c", "participantId": "par-9"}, "participantId": "par-1"})

    assert document.primary_participant_id == "par-1"


def test_a_participant_named_as_primary_wins_over_the_author() -> None:
    document = read_document({"author": {"participantId": "par-9"}, "primaryParticipant": {"id": "par-1"}})

    assert document.primary_participant_id == "par-1"


def test_a_timeline_that_is_not_shown_is_told_from_an_empty_one() -> None:
    """An unshown timeline proves nothing about what was appended (invariant 1: no second effect after an unknown outcome)."""
    assert not read_document({"id": "doc-1"}).events_shown
    assert read_document({"id": "doc-1", "events": []}).events_shown


def test_an_empty_document_has_nothing_and_is_no_error() -> None:
    document = read_document({})

    assert document.id is None
    assert document.status is None
    assert document.current_value is None
    assert document.events == ()


def test_personal_data_is_in_no_repr() -> None:
    """Invariant 7."""
    shown = repr(read_document(STORED))

    assert "Acme" not in shown
    assert "11222333000181" not in shown
    assert "Truck" not in shown


NAMES = st.sampled_from(
    """id value currentValue events externalEvents attachments contentLength metadata attributes participant address author
    externalCreatedAt name participantId isPublic""".split()  # noqa: SIM905
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals()
    | st.text(max_size=8)
    | st.sampled_from(["1e999999", "2024-12-05T11:02:47", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=12
)


@given(st.dictionaries(NAMES, ANYTHING, max_size=6))
def test_no_answer_is_an_error_whatever_it_holds(body: jsons.JsonObject) -> None:
    document = read_document(body)

    assert document.raw is body
    assert document.current_value is None or document.current_value.is_finite()
    assert all(event.external_created_at is None or event.external_created_at.tzinfo for event in document.events)
