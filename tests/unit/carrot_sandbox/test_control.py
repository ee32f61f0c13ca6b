"""The control endpoints: log, effects, settings, reset, clock. They need no token and are never counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller, SandboxOf

CONTROL = "/__sandbox__"


def effects(api: Caller) -> Any:
    return api.client.get(f"{CONTROL}/effects").json()


def test_every_request_is_logged_with_its_ids_and_without_bodies_or_secrets(api: Caller) -> None:
    document_id = api.create(externalId="m-1", deduplicationId="d-1", title="Unlogged Title")
    api.batch(document_id, api.event(externalId="e-1", deduplicationId="d-2"), api.event(externalId="e-2"))
    api.upload(document_id, "a.pdf", b"abc")
    log = api.client.get(f"{CONTROL}/log")
    token, create, batch, ask, store = log.json()
    assert (token["endpoint"], token["counted"], token["status"]) == ("POST /oauth2/token", False, 200)
    assert (create["documentId"], create["documentExternalId"]) == (document_id, "m-1")
    assert create["operations"] == [{"externalId": "m-1", "deduplicationId": "d-1", "name": None}]
    assert [asked["externalId"] for asked in batch["operations"]] == ["e-1", "e-2"]
    assert batch["documentExternalId"] == "m-1"
    assert (ask["fileName"], ask["counted"], store["fileName"], store["counted"]) == ("a.pdf", True, "a.pdf", False)
    assert [entry["sequence"] for entry in log.json()] == [1, 2, 3, 4, 5]
    for secret in ("Unlogged Title", "Signature", "Bearer", "sandbox-secret"):
        assert secret not in log.text


def test_the_log_can_be_read_from_a_number_on(api: Caller) -> None:
    api.create()
    assert [entry["endpoint"] for entry in api.client.get(f"{CONTROL}/log?since=1").json()] == ["POST /documents"]
    assert api.client.get(f"{CONTROL}/log?since=-1").status_code == 400


def test_repeats_are_marked_in_the_log(api: Caller) -> None:
    for _ in range(2):
        api.create(deduplicationId="d-1")
    assert [entry.replayed for entry in api.sandbox.journal.entries[-2:]] == [0, 1]
    assert effects(api)["requests"]["replayed"] == 1


def test_effects_without_surplus(api: Caller) -> None:
    document_id = api.create(externalId="m-1")
    api.append(document_id, externalId="e-1")
    api.append(document_id)
    api.append(document_id)
    api.upload(document_id, "a.pdf", b"abc")
    seen = effects(api)
    assert seen["surplus"] == {"documents": 0, "events": 0, "files": 0}
    assert seen["documents"][0]["externalId"] == "m-1"
    assert [event["externalId"] for event in seen["documents"][0]["events"]] == ["e-1", None, None]
    assert (seen["files"][0]["fileName"], seen["files"][0]["count"]) == ("a.pdf", 1)


def test_surplus_counts_second_documents_events_and_files(api: Caller) -> None:
    first = api.create(externalId="m-1")
    api.create(externalId="m-1")
    api.append(first, externalId="e-1")
    api.append(first, externalId="e-1")
    for content in (b"abc", b"abc", b"other"):
        api.upload(first, "a.pdf", content)
    assert effects(api)["surplus"] == {"documents": 1, "events": 1, "files": 1}


def test_a_cancelled_document_and_its_replacement_are_no_surplus(api: Caller) -> None:
    first = api.create(externalId="m-1")
    api.append(first, name="CANCEL")
    api.create(externalId="m-1")
    assert effects(api)["surplus"]["documents"] == 0


def test_requests_are_counted_against_the_limit(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(requests_per_second=3)
    for _ in range(5):
        api.call("GET", "/documents/x")
    seen = effects(api)["requests"]
    assert (seen["total"], seen["counted"], seen["throttled"]) == (6, 5, 2)
    assert (seen["mostInASecond"], seen["mostAcceptedInASecond"]) == (5, 3)


def test_settings_can_be_seen_and_changed_but_never_show_a_credential(api: Caller) -> None:
    answer = api.client.put(f"{CONTROL}/settings", json={"batch": "missing", "slow_seconds": 0.5})
    assert (answer.json()["batch"], answer.json()["slow_seconds"]) == ("missing", 0.5)
    assert (api.sandbox.settings.batch, api.sandbox.settings.token_seconds) == ("missing", 3600)
    assert "sandbox-secret" not in api.client.get(f"{CONTROL}/settings").text
    api.create()


@pytest.mark.parametrize(
    "change", [{"batch": "sometimes"}, {"surprise": 1}, {"path_prefix": "/v2"}, {"credentials": []}]
)
def test_a_wrong_unknown_or_fixed_setting_is_refused_and_changes_nothing(api: Caller, change: Any) -> None:
    before = api.sandbox.settings
    assert api.client.put(f"{CONTROL}/settings", json=change).status_code == 400
    assert api.sandbox.settings == before


def test_reset_forgets_everything_but_settings_and_tokens(api: Caller) -> None:
    api.switch(batch="missing")
    api.create(externalId="m-1", deduplicationId="d-1")
    assert api.client.post(f"{CONTROL}/reset").status_code == 204
    assert effects(api)["documents"] == []
    assert api.client.get(f"{CONTROL}/log").json() == []
    assert api.sandbox.settings.batch == "missing"
    api.create(deduplicationId="d-1", title="other")


def test_the_clock_moves_forward_only(api: Caller) -> None:
    before = api.clock.now()
    answer = api.client.post(f"{CONTROL}/clock", json={"seconds": 60})
    assert answer.json()["now"] == api.client.get(f"{CONTROL}/health").json()["now"]
    assert (api.clock.now() - before).total_seconds() == 60
    assert api.client.post(f"{CONTROL}/clock", json={"seconds": -1}).status_code == 400
    assert api.client.post(f"{CONTROL}/clock", json={}).status_code == 400


def test_a_clock_that_stands_says_so(api: Caller) -> None:
    class Standing:
        now, sleep = api.clock.now, api.clock.sleep

    api.sandbox.clock = Standing()
    assert api.client.post(f"{CONTROL}/clock", json={"seconds": 1}).status_code == 400
