"""When and to whom a document shows: processing, read-after-write delay, other integrators (carrot.eco pages name a
"still processing" conflict and give no times, so they are switches)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller, Refused, SandboxOf


def test_a_document_that_is_still_processing_refuses_writes_for_a_while(
    sandbox_of: SandboxOf, refused: Refused
) -> None:
    api = sandbox_of(processing_seconds=5)
    document_id = api.create(deduplicationId="d-1")
    put = ("PUT", f"/documents/{document_id}/attachments/a.pdf", {"contentLength": 3, "contentType": "application/pdf"})
    for answer in (api.append(document_id), api.batch(document_id, api.event()), api.call(*put)):
        assert refused(answer)[:2] == (409, "PENDING_PROCESS_CONFLICT_ERROR")
    assert api.create(deduplicationId="d-1") == document_id
    api.clock.advance(5)
    assert api.append(document_id).status_code == 201


def test_a_new_document_can_be_invisible_for_a_while(sandbox_of: SandboxOf, refused: Refused) -> None:
    api = sandbox_of(document_visible_after_seconds=3)
    document_id = api.create()
    assert refused(api.call("GET", f"/documents/{document_id}"))[:2] == (404, "objectNotFound")
    api.clock.advance(3)
    assert api.read(document_id)["id"] == document_id


def test_a_new_event_can_be_invisible_for_a_while_and_with_it_its_effects(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(event_visible_after_seconds=3)
    document_id = api.create()
    api.append(document_id, value=5)
    api.clock.advance(2)
    api.append(document_id, name="CLOSE")
    assert (api.own_events(document_id), api.read(document_id)["currentValue"]) == ([], 0)
    api.clock.advance(1)
    assert (len(api.own_events(document_id)), api.read(document_id)["status"]) == (1, "OPEN")
    api.clock.advance(2)
    assert (len(api.own_events(document_id)), api.read(document_id)["status"]) == (2, "CLOSED")


@pytest.fixture
def two(sandbox_of: SandboxOf) -> Any:
    return sandbox_of(credentials=[{}, {"client_id": "second"}, {"client_id": "prod", "data_set": "PROD"}])


def test_a_private_document_of_another_integrator_is_not_found(two: Caller, refused: Refused) -> None:
    document_id = two.create(isPublic=False)
    two.log_in("second")
    assert refused(two.call("GET", f"/documents/{document_id}"))[:2] == (404, "objectNotFound")
    assert refused(two.append(document_id))[:2] == (404, "objectNotFound")


def test_a_public_document_of_another_integrator_can_be_read_but_not_written(two: Caller, refused: Refused) -> None:
    document_id = two.create()
    two.log_in("second")
    assert two.read(document_id)["id"] == document_id
    assert refused(two.append(document_id))[:2] == (403, "restrictedResource")


def test_data_sets_do_not_see_each_other(two: Caller, refused: Refused) -> None:
    document_id = two.create()
    two.log_in("prod")
    assert refused(two.call("GET", f"/documents/{document_id}"))[:2] == (404, "objectNotFound")
