"""JSON lets an object hold a name twice, and readers keep the last one without a word. A weight can't be mended after CLOSE, so
nobody guesses (invariant 10)."""

import pytest
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.messages import parse_document_message, parse_events_message, parse_submission

from tests.unit.messages.conftest import Refusal

TWICE = "is there twice, and nothing says which one counts"


def test_of_a_submission_it_is_named_wherever_it_stands(submission: JsonObject, refusal: Refusal) -> None:
    text = dumps(submission).replace('"type":', '"type":"Other","type":', 1)
    assert refusal(parse_submission, text) == {"document.type": TWICE}


def test_of_an_event_too(events_message: JsonObject, refusal: Refusal) -> None:
    text = dumps(events_message).replace('"name":', '"name":"Sorting","name":', 1)
    assert refusal(parse_events_message, text) == {"events.0.name": TWICE}


@pytest.mark.parametrize("name", ["externalId", "version"])
def test_of_the_message_itself(name: str, refusal: Refusal) -> None:
    text = f'{{"version":1,"externalId":"a","{name}":"b","document":{{}}}}'
    assert refusal(parse_document_message, text) == {name: TWICE}


def test_a_name_that_no_message_has_is_not_quoted(refusal: Refusal) -> None:
    """Invariant 7."""
    (path,) = refusal(parse_submission, '{"Maria da Silva":1,"Maria da Silva":2}')
    assert "Maria" not in path
