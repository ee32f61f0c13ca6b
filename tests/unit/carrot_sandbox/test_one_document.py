"""Switches and faults that hold for one document alone, so that many stories can share one sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller

CONTROL = "/__sandbox__"


def test_a_fault_can_be_meant_for_one_document_alone(api: Caller) -> None:
    ours, other = api.create(externalId="ours"), api.create(externalId="other")
    api.client.post(f"{CONTROL}/faults", json={"kind": "pending", "document": "ours", "times": 2})
    assert api.append(other).status_code == 201
    assert [api.append(ours).status_code for _ in range(3)] == [409, 409, 201]


def test_the_batch_and_the_create_call_are_about_their_document_too(api: Caller) -> None:
    api.client.post(f"{CONTROL}/faults", json={"kind": "503-json-before", "document": "ours", "times": 2})
    assert api.call("POST", "/documents", api.document(externalId="other")).status_code == 201
    assert api.call("POST", "/documents", api.document(externalId="ours")).status_code == 503
    ours = api.sandbox.documents
    assert [document.external_id for document in ours.values()] == ["other"]


def test_switches_can_hold_for_one_document_alone(api: Caller) -> None:
    ours, other = api.create(externalId="ours"), api.create(externalId="other")
    api.client.put(f"{CONTROL}/documents/ours/settings", json={"events_per_document": 1}).raise_for_status()
    assert (api.append(ours).status_code, api.append(other).status_code) == (400, 201)
    api.client.put(f"{CONTROL}/documents/ours/settings", json={}).raise_for_status()
    assert api.append(ours).status_code == 201


def test_one_documents_events_can_be_shown_late(api: Caller) -> None:
    ours, other = api.create(externalId="ours"), api.create(externalId="other")
    api.client.put(f"{CONTROL}/documents/ours/settings", json={"event_visible_after_seconds": 60})
    for document_id in (ours, other):
        api.append(document_id, externalId="e")
    counts = [len(api.call("GET", f"/documents/{one}").json()["externalEvents"]) for one in (ours, other)]
    assert counts == [1, 2]


def test_an_unknown_switch_is_refused_and_a_reset_forgets_the_exceptions(api: Caller) -> None:
    assert api.client.put(f"{CONTROL}/documents/ours/settings", json={"colour": "green"}).status_code == 400
    api.client.put(f"{CONTROL}/documents/ours/settings", json={"events_per_document": 1})
    api.client.post(f"{CONTROL}/reset")
    assert api.append(api.create(externalId="ours")).status_code == 201
