"""docs/messages.md shows messages that work and reasons that are given."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from massid_relay.core.jsons import JsonObject, dumps, loads
from massid_relay.core.messages import (
    parse_document_message,
    parse_events_message,
    parse_evidence_message,
    parse_submission,
)

from tests.unit.messages.conftest import Refusal

PAGE = (Path(__file__).parents[3] / "docs" / "messages.md").read_text(encoding="utf-8")
PARSERS: dict[str, Callable[[str], object]] = {
    "Submission": parse_submission,
    "Document": parse_document_message,
    "Events": parse_events_message,
    "Evidence": parse_evidence_message,
}


def examples() -> list[tuple[str, str]]:
    """Heading and JSON of every example on the page."""
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    return [
        (section.splitlines()[0], example)
        for section in sections
        for example in re.findall(r"```json\n(.*?)```", section, flags=re.DOTALL)
    ]


def test_every_kind_of_message_has_an_example() -> None:
    assert {heading for heading, _ in examples()} == set(PARSERS)


@pytest.mark.parametrize(("heading", "example"), examples())
def test_an_example_is_a_message(heading: str, example: str) -> None:
    PARSERS[heading](example)


def _submission() -> JsonObject:
    found: JsonObject = loads(next(example for heading, example in examples() if heading == "Submission"))
    return found


def _with_document(**more: object) -> JsonObject:
    message = _submission()
    message["document"] |= more
    return message


def _with_event(**more: object) -> JsonObject:
    message = _submission()
    message["events"][0] |= more
    return message


WRONG = {
    "message is not JSON": "not JSON",
    "version must be 1": _submission() | {"version": 2},
    "document.participantId send participant or participantId, not both": _with_document(participantId="c1d7"),
    "events.0.value must be a number": _with_event(value="150.5"),
    "events.0.colour is not a known field": _with_event(colour="green"),
    "externalId must be 1 to 64 of A-Z a-z 0-9 . _ -": _submission() | {"externalId": "load 17"},
    "events.0.attachments.0.fileName is not listed in evidence": _submission() | {"evidence": []},
}


@pytest.mark.parametrize("reason", WRONG)
def test_a_reason_is_given_as_it_stands_there(reason: str, refusal: Refusal) -> None:
    message = WRONG[reason]
    problems = refusal(parse_submission, message if isinstance(message, str) else dumps(message))
    assert reason in [f"{path} {problem}" for path, problem in problems.items()]
    shown = {
        re.sub(r"\.\d+\.", ".N.", line) for line in re.findall(r"^\|[^|]*\| `(.*?)` \|$", PAGE, flags=re.MULTILINE)
    }
    assert re.sub(r"\.\d+\.", ".N.", reason) in shown
