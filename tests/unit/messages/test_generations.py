"""`generation` and the reasons of corrections: absent is the first, and what is wrong is named by its field."""

from typing import Any

import pytest
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.messages import (
    DocumentMessage,
    EventsMessage,
    EvidenceRequest,
    Submission,
    parse_document_message,
    parse_events_message,
    parse_evidence_message,
    parse_submission,
)

from tests.unit.messages.conftest import Refusal

FILES = {"version": 1, "documentExternalId": "load-1", "fileNames": ["a.pdf"]}
WITH_GENERATION = (Submission, EventsMessage, DocumentMessage, EvidenceRequest)
CANCEL = {"name": "CANCEL", "isPublic": True}


def test_an_absent_generation_is_the_first(
    submission: JsonObject, events_message: JsonObject, document: JsonObject
) -> None:
    """A repetition of what was sent before the replacement never writes into the replacement."""
    single = {"version": 1, "externalId": "load-1", "document": document}
    read = [
        parse_submission(dumps(submission)),
        parse_events_message(dumps(events_message)),
        parse_document_message(dumps(single)),
        parse_evidence_message(dumps(FILES)),
    ]
    assert [message.generation for message in read if isinstance(message, WITH_GENERATION)] == [1, 1, 1, 1]


@pytest.mark.parametrize("generation", [0, -1, 100_000, "2", True, 1.5, None])
def test_a_generation_is_a_whole_number_from_one_on(submission: JsonObject, generation: Any, refusal: Refusal) -> None:
    found = refusal(parse_submission, submission | {"generation": generation})
    assert found == {"generation": "must be a whole number from 1 to 99999"}


@pytest.mark.parametrize(
    "more", [{"generation": 2}, {"replaceReason": "wrong"}, {"generation": 1, "replaceReason": "w"}]
)
def test_a_reason_goes_with_a_replacement_and_with_each(
    submission: JsonObject, more: JsonObject, refusal: Refusal
) -> None:
    found = refusal(parse_submission, submission | more)
    assert found == {"replaceReason": "goes with a generation from 2 on, and with each of them"}


def test_a_replacement_is_stored_as_it_came(submission: JsonObject) -> None:
    message = submission | {"generation": 2, "replaceReason": "the wrong truck"}
    read = parse_submission(dumps(message))
    assert isinstance(read, Submission)
    assert {"generation": 2, "replaceReason": "the wrong truck"}.items() <= read.to_payload().items()
    assert parse_submission(dumps(read.to_payload())) == read


@pytest.mark.parametrize("reason", ["", " \u00a0\n", "x" * 1001])
def test_a_reason_has_a_measure_and_is_never_quoted(submission: JsonObject, reason: str, refusal: Refusal) -> None:
    """Invariant 7."""
    found = refusal(parse_submission, submission | {"generation": 2, "replaceReason": reason})
    assert list(found) == ["replaceReason"]
    assert "xxx" not in str(found)


def test_a_reason_of_events_goes_with_cancel_alone(events_message: JsonObject, refusal: Refusal) -> None:
    assert parse_events_message(dumps(events_message | {"events": [CANCEL], "reason": "refused at the gate"}))
    found = refusal(parse_events_message, events_message | {"reason": "refused at the gate"})
    assert found == {"reason": "goes with CANCEL alone"}
