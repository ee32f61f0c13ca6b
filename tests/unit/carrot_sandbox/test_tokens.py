"""The token endpoint and what a token opens (docs.carrot.eco, api/authentication)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller, Refused, SandboxOf

FORM = {"grant_type": "client_credentials", "scope": "api.carrot.eco/main-scope"}


def test_a_token_comes_in_the_shape_of_the_page(api: Caller) -> None:
    answer = api.log_in().json()
    assert answer.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 3600, FORM["scope"])


@pytest.mark.parametrize("auth", [("sandbox-client", "wrong"), ("nobody", "sandbox-secret"), None])
def test_wrong_credentials_are_401(api: Caller, auth: Any) -> None:
    answer = api.client.post("/oauth2/token", auth=auth, data=FORM)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize("header", ["Basic not-base64!", "Basic /w==", "Bearer abc", ""])
def test_an_unreadable_header_is_401(api: Caller, header: Any) -> None:
    assert api.client.post("/oauth2/token", headers={"Authorization": header}, data=FORM).status_code == 401


@pytest.mark.parametrize(
    ("form", "error"),
    [({**FORM, "grant_type": "password"}, "unsupported_grant_type"), ({**FORM, "scope": "other"}, "invalid_scope")],
)
def test_another_grant_or_scope_is_400(api: Caller, form: Any, error: Any) -> None:
    answer = api.client.post("/oauth2/token", auth=("sandbox-client", "sandbox-secret"), data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_token_ends_by_the_clock(sandbox_of: SandboxOf, refused: Refused) -> None:
    api = sandbox_of(token_seconds=60)
    document_id = api.create()
    api.clock.advance(59)
    assert api.call("GET", f"/documents/{document_id}").status_code == 200
    api.clock.advance(1)
    status, code, _ = refused(api.call("GET", f"/documents/{document_id}"))
    assert (status, code) == (401, "unauthorized")


@pytest.mark.parametrize("header", ["Bearer nonsense", "Basic abc", ""])
def test_without_a_good_token_every_endpoint_is_401(api: Caller, refused: Refused, header: Any) -> None:
    for method, path in (
        ("POST", "/documents"),
        ("GET", "/documents/x"),
        ("POST", "/documents/x/events"),
        ("POST", "/documents/events"),
        ("PUT", "/documents/x/attachments/y"),
        ("GET", "/documents/x/attachments/y"),
    ):
        answer: httpx.Response = api.client.request(method, path, headers={"Authorization": header})
        assert refused(answer)[:2] == (401, "unauthorized"), path


def test_revoked_tokens_are_401_and_a_new_one_works(api: Caller, refused: Refused) -> None:
    assert api.client.post("/__sandbox__/tokens/revoke").json() == {"revoked": 1}
    assert refused(api.call("POST", "/documents", api.document()))[0] == 401
    api.log_in()
    api.create()


def test_an_integrator_without_rights_gets_403(sandbox_of: SandboxOf, refused: Refused) -> None:
    api = sandbox_of(credentials=[{"restricted": True}])
    assert refused(api.call("POST", "/documents", api.document()))[:2] == (403, "restrictedResource")
