"""Whatever lies on a queue gets an answer: a model or an InvalidMessage, never another exception (invariant 10)."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.errors import InvalidMessage
from massid_relay.core.jsons import dumps
from massid_relay.core.messages import (
    parse_document_message,
    parse_events_message,
    parse_evidence_message,
    parse_order_message,
    parse_submission,
)

from tests.unit.messages.conftest import ADDRESS, DOCUMENT, PARTICIPANT

Parse = Callable[[str | bytes], Any]
PARSERS: list[Parse] = [
    parse_submission,
    parse_document_message,
    parse_events_message,
    parse_evidence_message,
    parse_order_message,
]
SECRET = "Fulana de Tal, 123.456.789-09"
FIELDS = """
version externalId documentExternalId document events evidence fileNames submissionRef select wake taskToken order name label
externalCreatedAt isPublic value metadata attributes attachments fileName participant participantId address addressId
action category type tags relatedDocument permissions sensitive sensible measureUnit Records s3 Event
"""
NAMES = st.sampled_from(FIELDS.split())
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.text()
    | st.sampled_from(
        [1, "load-1", "ACTOR", "CLOSE", "PICK_UP", "2026-03-01T10:00:00Z", "timeline", "place", "s3:TestEvent"]
    )
    | st.sampled_from([DOCUMENT, PARTICIPANT, ADDRESS])
)
JSON = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(), inner, max_size=8),
    max_leaves=30,
)


def answer(parse: Parse, text: str | bytes) -> InvalidMessage | None:
    """None for a message, its refusal for anything else; any other exception fails the test."""
    error: InvalidMessage | None = None
    try:
        parse(text)
    except InvalidMessage as refusal:
        error = refusal
    assert error is None or error.fields
    return error


@pytest.mark.parametrize("parse", PARSERS)
@given(st.text() | st.binary())
def test_any_text_gets_an_answer(parse: Parse, text: str | bytes) -> None:
    answer(parse, text)


@pytest.mark.parametrize("parse", PARSERS)
@given(JSON)
def test_any_json_gets_an_answer(parse: Parse, value: Any) -> None:
    answer(parse, dumps(value))


@pytest.mark.parametrize("parse", PARSERS)
@given(st.dictionaries(NAMES, JSON, max_size=10))
def test_anything_under_our_own_names_gets_an_answer(parse: Parse, fields: dict[str, Any]) -> None:
    answer(parse, dumps({"version": 1, "externalId": "a", "documentExternalId": "a", "document": DOCUMENT} | fields))


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        '"text"',
        "NaN",
        '{"version": NaN}',
        '{"version": 1e999999999}',
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"version":1,"externalId":"\\ud800"}',
        '{"\\udfff":1}',
        '{"version":' + "1" * 10_000 + "}",
        "\ufeff{}",
        "{} {}",
        "\ud800",
    ],
)
def test_text_that_breaks_parsers_does_not_break_ours(parse: Parse, text: str | bytes) -> None:
    assert answer(parse, text) is not None


def test_a_deep_value_is_refused_by_its_field() -> None:
    deep = '{"a":' * 40 + "1" + "}" * 40
    event = f'{{"name":"UPDATE","externalCreatedAt":"2026-03-01T10:00:00Z","updates":{deep}}}'
    error = answer(parse_events_message, f'{{"version":1,"documentExternalId":"a","events":[{event}]}}')
    assert error is not None
    assert [problem.path for problem in error.fields] == ["events.0.updates"]


@given(st.recursive(st.just(SECRET), lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=20))
def test_no_refusal_quotes_a_value(value: Any) -> None:
    """Invariant 7."""
    for parse in PARSERS:
        for message in (value, {"version": 1, "externalId": SECRET, "document": value, "events": [value]}):
            error = answer(parse, dumps(message))
            assert SECRET not in f"{error} {error.fields if error else ()}"


def test_a_model_in_a_log_gives_nothing_away() -> None:
    """Invariant 7."""
    found = parse_document_message(dumps({"version": 1, "externalId": "a", "document": DOCUMENT | {"title": SECRET}}))
    assert SECRET not in f"{found} {found!r} {found.document!r}"
