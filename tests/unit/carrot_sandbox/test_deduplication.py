"""deduplicationId: the original answer for a repeat, per integrator (docs.carrot.eco, integrations/guides/error-handling)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller, Refused, SandboxOf


def test_a_repeated_create_gets_the_original_answer_and_no_second_document(api: Caller) -> None:
    body = api.document(externalId="m-1", deduplicationId="d-1")
    first, second = (api.call("POST", "/documents", body) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len(api.sandbox.documents) == 1


def test_the_same_content_written_differently_is_the_same(api: Caller) -> None:
    content = (
        '{"deduplicationId":"d-1","externalCreatedAt":"2026-03-01T11:00:00Z","isPublic":true,"name":"W","value":%s}'
    )
    document_id = api.create()
    path = f"/documents/{document_id}/events"
    answers = {
        api.client.post(path, headers=api.headers, content=content % text).text for text in ("1.5", "1.50", "15E-1")
    }
    assert len(answers) == 1
    assert len(api.own_events(document_id)) == 1


def test_the_same_id_with_another_body_is_a_conflict(api: Caller, refused: Refused) -> None:
    api.create(deduplicationId="d-1")
    answer = api.call("POST", "/documents", api.document(deduplicationId="d-1", title="other"))
    assert refused(answer)[:2] == (409, "conflictError")


def test_the_same_event_for_another_document_is_a_conflict(api: Caller, refused: Refused) -> None:
    first, second = api.create(), api.create()
    assert api.append(first, deduplicationId="d-1").status_code == 201
    assert refused(api.append(second, deduplicationId="d-1"))[:2] == (409, "conflictError")


def test_a_repeat_is_answered_although_the_document_is_closed_by_now(api: Caller) -> None:
    document_id = api.create()
    answer = api.append(document_id, name="CLOSE", deduplicationId="d-1")
    assert api.append(document_id, name="CLOSE", deduplicationId="d-1").json() == answer.json()


def test_a_refused_write_is_not_remembered(api: Caller) -> None:
    document_id = api.create()
    assert api.append(document_id, deduplicationId="d-1", participantId="unknown").status_code == 404
    assert api.append(document_id, deduplicationId="d-1").status_code == 201


@pytest.mark.parametrize(("seconds", "documents"), [(60, 2), (None, 1)])
def test_the_memory_ends_by_the_clock_or_never(sandbox_of: SandboxOf, seconds: Any, documents: Any) -> None:
    api = sandbox_of(deduplication_seconds=seconds, token_seconds=1e9)
    api.create(deduplicationId="d-1")
    api.clock.advance(60)
    api.create(deduplicationId="d-1")
    assert len(api.sandbox.documents) == 1
    api.clock.advance(1e6)
    api.create(deduplicationId="d-1")
    assert len(api.sandbox.documents) == documents


def test_the_memory_can_be_wiped(api: Caller) -> None:
    api.create(deduplicationId="d-1")
    api.client.post("/__sandbox__/deduplication/forget")
    api.create(deduplicationId="d-1")
    assert len(api.sandbox.documents) == 2


def test_documents_and_events_share_a_namespace_or_not(api: Caller, refused: Refused) -> None:
    document_id = api.create(deduplicationId="d-1")
    assert refused(api.append(document_id, deduplicationId="d-1"))[:2] == (409, "conflictError")
    api.switch(deduplication_namespace="by-kind")
    first = api.create(deduplicationId="d-2")
    assert api.append(first, deduplicationId="d-2").status_code == 201


def test_two_integrators_can_use_one_id(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(credentials=[{}, {"client_id": "second"}])
    first = api.create(deduplicationId="d-1")
    api.log_in("second")
    assert api.create(deduplicationId="d-1") != first
