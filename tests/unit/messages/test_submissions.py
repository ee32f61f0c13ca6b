"""The submissions queue: strict about names, types and either-or, and every refusal names the field (invariant 10)."""

from typing import Any

import pytest
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.messages import Submission, SubmissionReference, identify, parse_submission

from tests.unit.messages.conftest import Refusal


def parsed(message: JsonObject) -> Submission:
    found = parse_submission(dumps(message))
    assert isinstance(found, Submission)
    return found


def at(hour: int, name: str = "Weighing", **more: Any) -> JsonObject:
    return {"name": name, "externalCreatedAt": f"2026-03-01T{hour:02}:00:00Z", "isPublic": True, **more}


def test_a_submission_may_hold_a_document_alone(submission: JsonObject) -> None:
    """It is what the integrator knows so far."""
    del submission["events"]
    assert parsed(submission).events == []


def test_everything_that_a_submission_may_say(submission: JsonObject) -> None:
    submission |= {
        "events": [at(9, attachments=[{"fileName": "ticket 1.png", "label": "Weighing Ticket", "isPublic": False}])],
        "evidence": ["ticket 1.png", "not of an event.pdf"],
        "methodology": "bold-carbon",
        "preflight": "warn",
        "onFailure": "cancel",
        "order": {
            "externalId": "order-1",
            "co2eKilograms": 12,
            "targetCurrency": "BRL",
            "payWithBalance": False,
            "metaData": "for the annual report",
        },
    }
    found = parsed(submission)
    assert found.events[0].file_names == ("ticket 1.png",)
    assert found.order is not None
    assert found.order.co2e_kilograms == 12
    assert (found.methodology, found.preflight, found.on_failure) == ("bold-carbon", "warn", "cancel")


def test_a_redrive_refers_to_a_stored_submission() -> None:
    found = parse_submission('{"version":1,"externalId":"load-1","submissionRef":"0a1b"}')
    assert isinstance(found, SubmissionReference)


def test_a_reference_comes_without_a_payload(submission: JsonObject, refusal: Refusal) -> None:
    problems = refusal(parse_submission, submission | {"submissionRef": "0a1b"})
    assert set(problems) == {"document", "events"}


@pytest.mark.parametrize("version", [2, 0, "1", True, None, 1.5, [1]])
def test_another_version_is_refused(submission: JsonObject, refusal: Refusal, version: Any) -> None:
    assert "version" in refusal(parse_submission, submission | {"version": version})


@pytest.mark.parametrize("external_id", ["", "a b", "a/b", "a" * 65, "é", 5, None])
def test_an_external_id_of_other_characters_is_refused(
    submission: JsonObject, refusal: Refusal, external_id: Any
) -> None:
    assert set(refusal(parse_submission, submission | {"externalId": external_id})) == {"externalId"}


def test_an_unknown_field_is_named_wherever_it_stands(submission: JsonObject, refusal: Refusal) -> None:
    submission["action"] = "replace"
    submission["document"]["colour"] = "green"
    submission["events"] = [at(9, metadata={"attributes": [{"name": "Tare", "unit": "kg"}]})]
    assert refusal(parse_submission, submission) == dict.fromkeys(
        ["action", "document.colour", "events.0.metadata.attributes.0.unit"], "is not a known field"
    )


@pytest.mark.parametrize("name", ["externalId", "document", "version"])
def test_what_is_missing_is_named(submission: JsonObject, refusal: Refusal, name: str) -> None:
    del submission[name]
    assert refusal(parse_submission, submission) == {name: "is required"}


def test_two_events_of_one_external_id_are_an_error_that_names_both(submission: JsonObject, refusal: Refusal) -> None:
    submission["events"] = [at(8), at(9, externalId="w"), at(10, externalId="w")]
    assert refusal(parse_submission, submission) == {"events.2": "has the external id of events.1"}


def test_so_are_two_events_that_derive_the_same_one(submission: JsonObject, refusal: Refusal) -> None:
    """An event without an external id gets one from document, name, label and time."""
    twin = at(9) | {"externalCreatedAt": "2026-03-01T06:00:00-03:00", "value": 7}
    submission["events"] = [at(9), twin]
    assert refusal(parse_submission, submission) == {"events.1": "has the external id of events.0"}


def test_a_derived_external_id_belongs_to_its_document(submission: JsonObject) -> None:
    submission["events"] = [at(9)]
    events = parsed(submission).events
    assert list(identify("load-1", events)) != list(identify("load-2", events))


def test_a_label_tells_events_apart(submission: JsonObject) -> None:
    submission["events"] = [at(9, label="First"), at(9, label="Second"), at(9)]
    assert len(identify("load-1", parsed(submission).events)) == 3


def test_nothing_but_related_comes_after_close(submission: JsonObject, refusal: Refusal) -> None:
    """Invariant 3."""
    related = at(11, "RELATED", relatedDocument={"documentId": "document-2"})
    submission["events"] = [at(9), at(10, "CLOSE"), related]
    assert len(parsed(submission).events) == 3
    submission["events"].append(at(12))
    assert refusal(parse_submission, submission) == {"events.3.externalCreatedAt": "lies after CLOSE"}


def test_nothing_at_all_comes_after_cancel(submission: JsonObject, refusal: Refusal) -> None:
    """Invariant 3."""
    submission["events"] = [at(10, "CANCEL"), at(11, "RELATED", relatedDocument={"documentId": "document-2"})]
    assert refusal(parse_submission, submission) == {"events.1.externalCreatedAt": "lies after CANCEL"}


def test_the_place_in_the_list_does_not_matter_only_the_time(submission: JsonObject) -> None:
    submission["events"] = [at(10, "CLOSE"), at(9), at(10, "Sorting")]
    assert len(parsed(submission).events) == 3


@pytest.mark.parametrize("second", ["CLOSE", "CANCEL"])
def test_a_document_ends_once(submission: JsonObject, refusal: Refusal, second: str) -> None:
    submission["events"] = [{"name": "CLOSE", "isPublic": True}, at(10, second)]
    problems = refusal(parse_submission, submission)
    assert problems == {"events.1": "comes beside events.0: a document ends once, by CLOSE or by CANCEL"}


def test_a_file_of_an_event_is_listed_in_evidence(submission: JsonObject, refusal: Refusal) -> None:
    submission["events"] = [at(9, attachments=[{"fileName": "ticket.png", "label": "Weighing Ticket"}])]
    submission["evidence"] = ["Ticket.png"]
    assert refusal(parse_submission, submission) == {
        "events.0.attachments.0.fileName": "is not listed in evidence",
    }


def test_evidence_names_a_file_once(submission: JsonObject, refusal: Refusal) -> None:
    assert refusal(parse_submission, submission | {"evidence": ["a.pdf", "a.pdf"]}) == {
        "evidence": "names a file twice"
    }


def test_evidence_names_files_and_no_folders(submission: JsonObject, refusal: Refusal) -> None:
    assert list(refusal(parse_submission, submission | {"evidence": ["a.pdf", "scans/b.pdf"]})) == ["evidence.1"]


@pytest.mark.parametrize("sizes", [{}, {"vcuAmount": 1, "co2eKilograms": 1000}])
def test_an_order_has_one_size(submission: JsonObject, refusal: Refusal, sizes: JsonObject) -> None:
    submission["order"] = {"externalId": "order-1", "targetCurrency": "BRL", "payWithBalance": True, **sizes}
    assert refusal(parse_submission, submission) == {
        "order.vcuAmount": "send vcuAmount or co2eKilograms, one of them",
    }


def test_an_order_needs_an_external_id_of_its_own(submission: JsonObject, refusal: Refusal) -> None:
    submission["order"] = {"vcuAmount": 1, "targetCurrency": "BRL", "payWithBalance": True}
    assert refusal(parse_submission, submission) == {"order.externalId": "is required"}


@pytest.mark.parametrize("field", ["methodology", "onFailure", "preflight"])
def test_a_word_that_we_do_not_know_is_answered_with_those_we_do(
    submission: JsonObject, refusal: Refusal, field: str
) -> None:
    problems = refusal(parse_submission, submission | {field: "perhaps"})
    assert problems[field].startswith("must be '")


def test_all_problems_are_told_at_once(submission: JsonObject, refusal: Refusal) -> None:
    submission["document"] = {"category": 5, "participant": {}, "tags": {"route": 7}}
    submission["events"] = [{"name": ""}, "Pick-up"]
    problems = refusal(parse_submission, submission)
    assert problems["document.category"] == "must be a text"
    assert problems["document.participant.taxId"] == "is required"
    assert problems["document.tags.route"] == "must be a text"
    assert problems["events.0.name"] == "must not be empty"
    assert problems["events.1"] == "must be an object"


def test_a_reason_stays_small_however_much_is_wrong(submission: JsonObject, refusal: Refusal) -> None:
    """It has to fit into one item of the ledger."""
    many = {f"{number:04}{'x' * 500}": number for number in range(2000)}
    problems = refusal(parse_submission, submission | many)
    assert len(dumps(dict(problems))) < 10_000


def test_a_payload_with_another_external_id_is_refused(submission: JsonObject, refusal: Refusal) -> None:
    submission["document"]["externalId"] = "load-2"
    assert refusal(parse_submission, submission) == {"document.externalId": "is not the message's externalId"}
