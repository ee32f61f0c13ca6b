"""Payloads are stored and read back: what comes out of a model goes in again and is the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_local.samples import generate
from massid_local.samples.write_events import EVENTS_DAY
from massid_relay.core.jsons import JsonObject, dumps, loads
from massid_relay.core.messages import Submission, parse_submission, submission_of

from tests.unit.messages.conftest import ADDRESS, DOCUMENT, PARTICIPANT

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
numbers = st.integers(-(10**9), 10**9) | st.decimals(-(10**9), 10**9, places=4)
flags = st.booleans()
moments = st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat()).filter(lambda at: len(at) in {25, 32})
values = st.recursive(
    st.none() | flags | numbers | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
)
attributes = st.fixed_dictionaries(
    {"name": st.sampled_from(["Tare", "Gross Weight", "Description"])},
    optional={"value": values, "isPublic": flags, "sensitive": flags, "format": texts},
)
objects = st.dictionaries(texts, values, max_size=2)
policies = st.fixed_dictionaries(
    {"effect": st.sampled_from(["ALLOW", "DENY"]), "actions": st.lists(texts, min_size=1, max_size=2)},
    optional={"condition": objects},
)
permissions = st.dictionaries(texts, st.lists(policies, max_size=2), max_size=2) | st.lists(objects, max_size=2)
parties = st.sampled_from(
    [{}, {"participantId": "p", "addressId": "a"}, {"participant": PARTICIPANT, "address": ADDRESS}]
)
events = st.builds(
    lambda fields, parties: fields | parties,
    st.fixed_dictionaries(
        {"name": st.sampled_from(["PICK_UP", "Weighing", "Drop-off", "UPDATE"]), "externalCreatedAt": moments},
        optional={
            "label": texts,
            "isPublic": flags,
            "value": numbers,
            "metadata": st.fixed_dictionaries({"attributes": st.lists(attributes, max_size=3)}),
            "permissions": permissions,
            "updates": objects,
            "target": objects,
            "relatedDocument": st.sampled_from([{"documentId": "d"}, {"documentExternalId": "load-2"}]),
            "deduplicationId": texts,
        },
    ),
    parties,
)


def numbered(events: list[JsonObject]) -> list[JsonObject]:
    return [event | {"externalId": f"e{number}"} for number, event in enumerate(events)]


submissions = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "externalId": st.just("load-1"),
        "document": st.just(DOCUMENT) | st.just(DOCUMENT | {"deduplicationId": "mine", "tags": {"a": None}}),
        "events": st.lists(events, max_size=4).map(numbered),
    },
    optional={"methodology": st.just("bold-carbon"), "onFailure": st.just("keep")},
)


def parsed(text: str) -> Submission:
    found = parse_submission(text)
    assert isinstance(found, Submission)
    return found


@given(submissions)
def test_a_stored_submission_is_read_as_it_was(message: JsonObject) -> None:
    first = parsed(dumps(message))
    again = submission_of(loads(dumps(first.to_payload())))
    assert again == first
    assert again.to_payload() == first.to_payload()
    assert [event.content_hash for event in again.events] == [event.content_hash for event in first.events]
    assert again.document.content_hash == first.document.content_hash


@given(submissions)
def test_an_event_in_a_stored_submission_is_the_one_that_goes_out(message: JsonObject) -> None:
    """The wire's body is made from the stored payload, so it must say all that the model says."""
    first = parsed(dumps(message))
    stored = first.to_payload().get("events", [])
    for event, payload in zip(first.events, stored, strict=True):
        own = {name: value for name, value in payload.items() if name not in {"externalId", "deduplicationId"}}
        assert own == event.to_payload()


@pytest.mark.parametrize("methodology", ["bold-recycling", "bold-carbon"])
def test_the_demos_submissions_are_read_and_stored_unchanged(methodology: Any) -> None:
    for sample in generate(5, 7, EVENTS_DAY, methodology=methodology):
        assert parsed(dumps(sample.submission)).to_payload() == sample.submission
