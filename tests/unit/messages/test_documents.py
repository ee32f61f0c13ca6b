"""Documents: one participant and one address, each inline or by id; older spellings brought up to date or refused by name."""

from typing import Any

import pytest
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.messages import DocumentMessage, parse_document_message

from tests.unit.messages.conftest import Refusal


def message(document: JsonObject) -> JsonObject:
    return {"version": 1, "externalId": "load-1", "document": document}


def parsed(document: JsonObject) -> Any:
    return parse_document_message(dumps(message(document))).document


@pytest.mark.parametrize("kind", ["participant", "address"])
def test_inline_and_id_exclude_each_other(
    document: JsonObject, participant: JsonObject, address: JsonObject, refusal: Refusal, kind: str
) -> None:
    document[kind] = {"participant": participant, "address": address}[kind]
    assert refusal(parse_document_message, message(document)) == {
        f"document.{kind}Id": f"send {kind} or {kind}Id, not both"
    }


@pytest.mark.parametrize("kind", ["participant", "address"])
def test_one_of_them_must_be_there(document: JsonObject, refusal: Refusal, kind: str) -> None:
    del document[f"{kind}Id"]
    assert refusal(parse_document_message, message(document)) == {f"document.{kind}": f"send {kind} or {kind}Id"}


def test_an_inline_participant_may_carry_its_id(document: JsonObject, participant: JsonObject) -> None:
    """The event reference's canonical payload sends a whole participant with an id."""
    del document["participantId"]
    document["participant"] = participant | {"id": "participant-1"}
    assert parsed(document).participant.id == "participant-1"


@pytest.mark.parametrize("field", ["countryCode", "name", "taxId", "taxIdType", "type"])
def test_an_inline_participant_is_complete(
    document: JsonObject, participant: JsonObject, refusal: Refusal, field: str
) -> None:
    del document["participantId"], participant[field]
    problems = refusal(parse_document_message, message(document | {"participant": participant}))
    assert problems == {f"document.participant.{field}": "is required"}


def test_a_street_number_is_a_text_and_a_latitude_a_number(
    document: JsonObject, address: JsonObject, refusal: Refusal
) -> None:
    del document["addressId"]
    document["address"] = address | {"number": 500, "latitude": "-23.5489", "longitude": True}
    assert refusal(parse_document_message, message(document)) == {
        "document.address.number": "must be a text",
        "document.address.latitude": "must be a number",
        "document.address.longitude": "must be a number",
    }


def test_check_digits_and_vocabularies_are_not_judged_here(document: JsonObject, participant: JsonObject) -> None:
    """Letters in a CNPJ are valid since July 2026, and placeholders are for preflight to find."""
    del document["participantId"]
    document |= {"participant": participant | {"taxId": "12ABC34501DE35"}, "type": "Plastic"}
    assert parsed(document).type == "Plastic"


def test_the_old_category_is_refused_with_the_new_one(document: JsonObject, refusal: Refusal) -> None:
    problems = refusal(parse_document_message, message(document | {"category": "Mass"}))
    assert problems == {"document.category": "is the old form: Mass is now MassID"}


def test_the_unit_may_come_under_either_name(document: JsonObject, refusal: Refusal) -> None:
    """The BOLD Recycling page writes `measureUnit`; what goes out is `measurementUnit`."""
    assert parsed(document | {"measureUnit": "kg"}).to_payload()["measurementUnit"] == "kg"
    both = document | {"measureUnit": "kg", "measurementUnit": "kg"}
    assert refusal(parse_document_message, message(both)) == {
        "document.measureUnit": "send measurementUnit or measureUnit, not both"
    }


@pytest.mark.parametrize("flag", ["isPublic", "isPubliclySearchable"])
@pytest.mark.parametrize("value", ["true", 1, None])
def test_a_flag_is_true_or_false(document: JsonObject, refusal: Refusal, flag: str, value: Any) -> None:
    assert refusal(parse_document_message, message(document | {flag: value})) == {
        f"document.{flag}": "must be true or false"
    }


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-01",
        "2026-03-01 10:00:00Z",
        "2026-03-01T10:00:00",
        "2026-03-01T10:00:00-0300",
        "2026-02-30T10:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "2026-03-01T10:00:00Z\n",
        "٢٠٢٦-03-01T10:00:00Z",
        "",
        1772359200,
        None,
    ],
)
def test_a_time_has_t_and_an_offset_and_exists(document: JsonObject, refusal: Refusal, moment: Any) -> None:
    problems = refusal(parse_document_message, message(document | {"externalCreatedAt": moment}))
    assert set(problems) == {"document.externalCreatedAt"}


@pytest.mark.parametrize(
    ("moment", "wire"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00.000Z"),
        ("2026-03-01T07:00:00.1239-03:00", "2026-03-01T10:00:00.123Z"),
        ("2026-03-01T10:00Z", "2026-03-01T10:00:00.000Z"),
    ],
)
def test_a_time_goes_out_in_utc_with_milliseconds(document: JsonObject, moment: str, wire: str) -> None:
    """docs.carrot.eco, integrations/reference/data-formats."""
    assert parsed(document | {"externalCreatedAt": moment}).to_payload()["externalCreatedAt"] == wire


def test_ids_of_our_own_are_no_part_of_the_payload(document: JsonObject) -> None:
    """A given deduplication id is kept, but beside the content: it must not change what "the same content" means."""
    found = parsed(document | {"externalId": "load-1", "deduplicationId": "mine"})
    assert found.deduplication_id == "mine"
    assert found.to_payload() == document
    assert found.content_hash == parsed(document).content_hash


def test_a_message_holds_a_document_or_a_reference(document: JsonObject, refusal: Refusal) -> None:
    said = {"document": "send document or submissionRef, one of them"}
    assert refusal(parse_document_message, message(document) | {"submissionRef": "0a1b"}) == said
    assert refusal(parse_document_message, {"version": 1, "externalId": "load-1"}) == said


def test_the_lifecycle_sends_a_reference_with_a_token() -> None:
    body = {"version": 1, "externalId": "load-1", "submissionRef": "0a1b", "taskToken": "token"}
    found = parse_document_message(dumps(body))
    assert isinstance(found, DocumentMessage)
    assert (found.submission_ref, found.task_token) == ("0a1b", "token")
