"""What is known of the payloads of each logical event type (docs.carrot.eco, api/events, integrations/guides/permissions)."""

from collections.abc import Callable
from typing import Any

import pytest
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.messages import EventsMessage, parse_events_message, parse_submission

Refusal = Callable[..., dict[str, str]]
MESSAGE: JsonObject = {"version": 1, "documentExternalId": "load-1"}
BASE = {
    "externalCreatedAt": "2026-03-01T10:00:00.000Z",
    "isPublic": True,
    "participantId": "participant-1",
    "addressId": "address-1",
}
ALLOW = {
    "effect": "ALLOW",
    "actions": ["WRITE", "READ"],
    "condition": {"$in": {"eventNames": ["RELATED"]}},
}
"""The page's own example."""


def message(**event: Any) -> JsonObject:
    return MESSAGE | {"events": [BASE | event]}


def payload(**event: Any) -> JsonObject:
    found = parse_events_message(dumps(message(**event)))
    assert isinstance(found, EventsMessage)
    assert found.events
    return found.events[0].to_payload()


@pytest.mark.parametrize(
    "permissions",
    [
        {"participant-2": [ALLOW]},
        {"participant-2": [{"effect": "DENY", "actions": ["WRITE"]}]},
        {"participant-2": [], "participant-3": [ALLOW]},
        [],
        [{"effect": "ALLOW", "unknown to us": True}],
    ],
)
def test_an_actor_grants_denies_and_removes(permissions: Any) -> None:
    """The page shows a map and speaks of an array; both go out as they came."""
    assert payload(name="ACTOR", label="Auditor", permissions=permissions)["permissions"] == permissions


@pytest.mark.parametrize(
    "permissions",
    [
        "ALLOW",
        {"participant-2": ALLOW},
        {"participant-2": [{"effect": "MAYBE", "actions": ["READ"]}]},
        {"participant-2": [{"effect": "ALLOW"}]},
        {"participant-2": [{"effect": "ALLOW", "actions": []}]},
        {"participant-2": [{"effect": "ALLOW", "actions": "READ"}]},
        {"participant-2": [ALLOW | {"colour": "red"}]},
        ["ALLOW"],
    ],
)
def test_permissions_of_another_shape_are_refused_by_name(refusal: Refusal, permissions: Any) -> None:
    problems = refusal(parse_events_message, message(name="ACTOR", label="Auditor", permissions=permissions))
    assert list(problems) == ["events.0.permissions"]


@pytest.mark.parametrize("field", ["updates", "target"])
@pytest.mark.parametrize("value", ["text", 1, True, []])
def test_updates_and_target_are_objects(refusal: Refusal, field: str, value: Any) -> None:
    assert refusal(parse_events_message, message(name="UPDATE", **{field: value})) == {
        f"events.0.{field}": "must be an object"
    }


@pytest.mark.parametrize("related", [{"documentId": "document-2"}, {"documentExternalId": "load-2"}])
def test_a_related_event_names_the_other_document_by_its_id_or_by_yours(related: JsonObject) -> None:
    sent = payload(name="RELATED", relatedDocument=related | {"bidirectional": False})
    assert sent["relatedDocument"] == related | {"bidirectional": False}


@pytest.mark.parametrize("related", [{}, {"documentId": "document-2", "documentExternalId": "load-2"}])
def test_but_not_by_both_and_not_by_neither(refusal: Refusal, related: JsonObject) -> None:
    assert refusal(parse_events_message, message(name="RELATED", relatedDocument=related)) == {
        "events.0.relatedDocument.documentId": "send documentId or documentExternalId, one of them"
    }


def test_a_related_event_names_another_document(refusal: Refusal) -> None:
    assert refusal(parse_events_message, message(name="RELATED")) == {
        "events.0.relatedDocument": "is required: the other document"
    }


def test_a_document_is_not_related_to_itself(refusal: Refusal, submission: JsonObject) -> None:
    itself = BASE | {"name": "RELATED", "relatedDocument": {"documentExternalId": "load-1"}}
    path = "events.0.relatedDocument.documentExternalId"
    assert refusal(parse_events_message, MESSAGE | {"events": [itself]}) == {path: "is the document itself"}
    submission["events"], submission["externalId"] = [itself], "load-1"
    assert refusal(parse_submission, submission) == {path: "is the document itself"}


@pytest.mark.parametrize("name", ["UPDATE", "SPLIT", "OUTPUT", "Fuel Receipt"])
def test_names_and_payloads_that_no_page_describes_are_passed_on(name: str) -> None:
    event = BASE | {"name": name, "value": 5, "target": {"documentId": "document-2"}, "updates": {"isPublic": False}}
    assert payload(**event) == event
