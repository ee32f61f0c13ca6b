"""ACTOR events grant, deny and remove access (docs.carrot.eco, integrations/guides/permissions)."""

from typing import Any

import pytest

from tests.unit.carrot_sandbox.conftest import Caller, SandboxOf

OTHER = "second"
ALLOW = {"effect": "ALLOW", "actions": ["WRITE", "READ"]}
ONLY_RELATED = ALLOW | {"condition": {"$in": {"eventNames": ["RELATED"]}}}
DENY_WRITE = {"effect": "DENY", "actions": ["WRITE"]}


@pytest.fixture
def two(sandbox_of: SandboxOf) -> Caller:
    """Two integrators; the first one calls."""
    api = sandbox_of(credentials=[{}, {"client_id": OTHER, "company": {"tax_id": "11222333000181"}}])
    api.log_in()
    return api


def participant(api: Caller, client_id: str) -> str:
    (credential,) = [one for one in api.sandbox.settings.credentials if one.client_id == client_id]
    found: str = api.sandbox.company(credential)[0]["id"]
    return found


def say(api: Caller, document_id: str, policies: Any, client_id: str = OTHER) -> None:
    permissions = {participant(api, client_id): policies}
    assert api.append(document_id, name="ACTOR", label="Auditor", permissions=permissions).status_code == 201


def reads(api: Caller, document_id: str) -> int:
    return api.call("GET", f"/documents/{document_id}").status_code


def test_without_an_actor_another_integrator_only_reads_what_is_public(two: Caller) -> None:
    public, private = two.create(), two.create(isPublic=False)
    two.log_in(OTHER)
    assert (reads(two, public), two.append(public).status_code) == (200, 403)
    assert (reads(two, private), two.append(private).status_code) == (404, 404)


def test_whoever_is_allowed_reads_and_writes(two: Caller) -> None:
    document_id = two.create(isPublic=False)
    say(two, document_id, [ALLOW])
    two.log_in(OTHER)
    assert (reads(two, document_id), two.append(document_id).status_code) == (200, 201)


def test_a_condition_binds_writing_to_event_names_in_a_batch_too(two: Caller) -> None:
    document_id, other = two.create(), two.create()
    say(two, document_id, [ONLY_RELATED])
    two.log_in(OTHER)
    related = two.event(name="RELATED", relatedDocument={"documentId": other})
    assert two.append(document_id, **related).status_code == 201
    assert two.append(document_id).status_code == 403
    assert two.batch(document_id, related, two.event()).status_code == 403
    agreed = {"contentLength": 1, "contentType": "application/pdf"}
    assert two.call("PUT", f"/documents/{document_id}/attachments/a.pdf", agreed).status_code == 403


def test_the_latest_actor_wins_and_an_empty_list_takes_access_away(two: Caller) -> None:
    document_id = two.create(isPublic=False)
    say(two, document_id, [ALLOW])
    say(two, document_id, [])
    two.log_in(OTHER)
    assert (reads(two, document_id), two.append(document_id).status_code) == (404, 404)


def test_a_denial_beats_what_is_allowed(two: Caller) -> None:
    document_id = two.create()
    say(two, document_id, [ALLOW, DENY_WRITE])
    two.log_in(OTHER)
    assert (reads(two, document_id), two.append(document_id).status_code) == (200, 403)


def test_the_creator_may_lock_itself_out(two: Caller) -> None:
    document_id = two.create()
    say(two, document_id, [DENY_WRITE], "sandbox-client")
    assert two.append(document_id).status_code == 403


def test_the_stored_form_a_list_is_about_the_actors_own_participant(two: Caller) -> None:
    document_id = two.create()
    own = {"participantId": participant(two, OTHER)}
    assert two.append(document_id, name="ACTOR", label="Auditor", permissions=[ALLOW], **own).status_code == 201
    two.log_in(OTHER)
    assert two.append(document_id).status_code == 201


@pytest.mark.parametrize("condition", [{}, {"$in": {}}, {"$in": {"eventNames": "Weighing"}}, {"$gt": {"value": 1}}])
def test_a_condition_that_no_page_explains_never_applies(two: Caller, condition: Any) -> None:
    document_id = two.create()
    say(two, document_id, [ALLOW | {"condition": condition}])
    two.log_in(OTHER)
    assert two.append(document_id).status_code == 403
