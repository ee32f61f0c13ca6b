"""POST /documents/events: several events of one document. How it names the document and whether it is atomic is stated nowhere
(docs.carrot.eco, api/events), so both are switches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller, Refused, SandboxOf


def backward(api: Caller) -> Any:
    """The second event lies before the first: only the timeline's rule can refuse it."""
    times = ("2026-03-01T11:00:00Z", "2026-03-01T10:30:00Z", "2026-03-01T12:00:00Z")
    return [api.event(externalId=name, externalCreatedAt=time) for name, time in zip("abc", times, strict=True)]


def test_a_batch_answers_each_event_in_order(api: Caller) -> None:
    document_id = api.create()
    answer = api.batch(document_id, api.event(externalId="a"), api.event(externalId="b"))
    assert answer.status_code == 201
    body = answer.json()
    assert body["documentId"] == document_id
    assert {event["targetDocumentId"] for event in body["events"]} == {document_id}
    shown = api.own_events(document_id)
    assert [event["eventId"] for event in body["events"]] == [event["id"] for event in shown]
    assert [event["externalId"] for event in shown] == ["a", "b"]


@pytest.mark.parametrize("body", [{}, {"documentId": "x"}, {"events": []}, {"documentId": "x", "events": []}])
def test_a_batch_names_its_document_and_holds_an_event(api: Caller, refused: Refused, body: Any) -> None:
    assert refused(api.call("POST", "/documents/events", body))[:2] == (400, "validationError")


def test_the_field_that_names_the_document_is_a_setting(sandbox_of: SandboxOf, refused: Refused) -> None:
    api = sandbox_of(batch_document_field="targetDocumentId")
    document_id = api.create()
    assert refused(api.batch(document_id, api.event()))[0] == 400
    body = {"targetDocumentId": document_id, "events": [api.event()]}
    assert api.call("POST", "/documents/events", body).status_code == 201


def test_an_atomic_batch_is_all_or_nothing(api: Caller, refused: Refused) -> None:
    document_id = api.create()
    status, _, message = refused(api.batch(document_id, *backward(api)))
    assert status == 400
    assert "events.1.externalCreatedAt" in message
    assert api.own_events(document_id) == []


def test_an_atomic_batch_that_is_refused_leaves_no_party_and_no_memory(api: Caller) -> None:
    document_id = api.create()
    newcomer = {**api.document()["participant"], "taxId": "99999999999999", "name": "Refused Name"}
    first, second, _ = backward(api)
    first |= {"participant": newcomer, "deduplicationId": "e-1"}
    assert api.batch(document_id, first, second).status_code == 400
    again = {**first, "participant": {**newcomer, "name": "Kept Name"}}
    assert api.batch(document_id, again).status_code == 201
    assert api.own_events(document_id)[0]["participant"]["name"] == "Kept Name"


def test_a_batch_that_is_not_atomic_keeps_what_came_before_the_refused_one(
    sandbox_of: SandboxOf, refused: Refused
) -> None:
    api = sandbox_of(batch="not-atomic")
    document_id = api.create()
    assert refused(api.batch(document_id, *backward(api)))[0] == 400
    assert [event["externalId"] for event in api.own_events(document_id)] == ["a"]


def test_a_platform_without_the_batch_endpoint_answers_as_for_any_unknown_path(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(batch="missing")
    answer = api.batch(api.create(), api.event())
    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


def test_the_rules_hold_between_the_events_of_one_batch(api: Caller, refused: Refused) -> None:
    document_id = api.create()
    answer = api.batch(document_id, api.event(name="CLOSE"), api.event())
    assert refused(answer)[:2] == (409, "conflictError")
    assert api.read(document_id)["status"] == "OPEN"


def test_a_newcomer_that_is_inline_twice_in_one_batch_is_one_participant(api: Caller) -> None:
    document_id = api.create()
    newcomer = {**api.document()["participant"], "taxId": "99999999999999"}
    party = {"participant": newcomer, "address": api.document()["address"]}
    assert api.batch(document_id, api.event(**party), api.event(**party)).status_code == 201
    first, second = api.own_events(document_id)
    assert (first["participant"], first["address"]) == (second["participant"], second["address"])


def test_deduplication_ids_inside_a_batch_are_honoured(api: Caller, refused: Refused) -> None:
    document_id = api.create()
    events = [api.event(externalId=name, deduplicationId=f"d-{name}") for name in "ab"]
    first = api.batch(document_id, *events).json()
    more = api.event(externalId="c", deduplicationId="d-c")
    assert api.batch(document_id, *events, more).json()["events"][:2] == first["events"]
    assert [event["externalId"] for event in api.own_events(document_id)] == ["a", "b", "c"]
    changed = {**events[0], "label": "other"}
    assert refused(api.batch(document_id, changed))[:2] == (409, "conflictError")


def test_an_event_of_a_batch_is_recognised_when_it_is_sent_alone(api: Caller) -> None:
    document_id = api.create()
    event = api.event(deduplicationId="d-1")
    in_batch = api.batch(document_id, event).json()["events"][0]["eventId"]
    assert api.append(document_id, deduplicationId="d-1").json()["eventId"] == in_batch


def test_one_deduplication_id_twice_in_one_batch_is_one_event_or_a_conflict(api: Caller, refused: Refused) -> None:
    document_id = api.create()
    event = api.event(deduplicationId="d-1")
    answer = api.batch(document_id, event, event).json()["events"]
    assert answer[0] == answer[1]
    other = api.event(deduplicationId="d-2")
    assert refused(api.batch(document_id, other, {**other, "label": "other"}))[:2] == (409, "conflictError")
    assert len(api.own_events(document_id)) == 1


def test_deduplication_ids_inside_a_batch_can_be_ignored(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(deduplication_in_batch="ignored")
    document_id = api.create()
    event = api.event(externalId="a", deduplicationId="d-a")
    for _ in range(2):
        assert api.batch(document_id, event).status_code == 201
    assert [event["externalId"] for event in api.own_events(document_id)] == ["a", "a"]


def test_a_closed_document_still_answers_a_batch_that_it_had(api: Caller) -> None:
    document_id = api.create()
    events = [api.event(deduplicationId="d-1"), api.event(name="CLOSE", deduplicationId="d-2")]
    assert api.batch(document_id, *events).json() == api.batch(document_id, *events).json()
