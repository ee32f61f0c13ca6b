"""Faults on request: scripted, one of each kind, or by seeded chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_local.carrot_sandbox.fault_kinds import CHANCE_KINDS, FAULT_KINDS
from massid_local.carrot_sandbox.faults import FaultPlan, ScriptedFault
from massid_local.carrot_sandbox.settings import SandboxSettings

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import Caller, SandboxOf

ANSWERS = [fault for fault in CHANCE_KINDS if fault.act == "answer"]


@pytest.fixture
def script(api: Caller) -> Callable[..., httpx.Response]:
    def add(kind: str, method: str | None = None, path: str = "*", times: int = 1) -> httpx.Response:
        body = {"kind": kind, "method": method, "path": path, "times": times}
        return api.client.post("/__sandbox__/faults", json=body)

    return add


@pytest.mark.parametrize("fault", ANSWERS, ids=lambda fault: fault.name)
def test_an_error_answer_comes_before_or_after_the_effect_with_or_without_json(
    api: Caller, script: Any, fault: Any
) -> None:
    script(fault.name)
    answer = api.call("POST", "/documents", api.document(deduplicationId="d-1"))
    assert answer.status_code == fault.status
    assert answer.headers["content-type"].startswith("application/json" if fault.as_json else "text/html")
    if fault.as_json:
        assert answer.json()["statusCode"] == fault.status
    assert len(api.sandbox.documents) == (1 if fault.when == "after" else 0)
    api.create(deduplicationId="d-1")
    assert len(api.sandbox.documents) == 1


@pytest.mark.parametrize(("kind", "status"), [("unauthorized", 401), ("pending", 409), ("throttled", 429)])
def test_refusals_can_be_scripted_too(api: Caller, script: Any, kind: Any, status: Any) -> None:
    script(kind)
    assert api.call("POST", "/documents", api.document()).status_code == status
    assert api.sandbox.documents == {}


def test_a_scripted_fault_hits_the_method_and_path_it_names_as_often_as_it_says(api: Caller, script: Any) -> None:
    document_id = api.create()
    script("500-json-before", method="POST", path="/documents/*/events", times=2)
    assert api.call("POST", "/documents", api.document()).status_code == 201
    assert api.call("GET", f"/documents/{document_id}").status_code == 200
    assert [api.append(document_id).status_code for _ in range(3)] == [500, 500, 201]


def test_scripted_faults_come_in_order_and_hit_tokens_and_the_storage_too(api: Caller, script: Any) -> None:
    script("503-json-before", path="/oauth2/token")
    script("500-text-before", method="PUT", path="/storage/*")
    script("502-text-before", path="/oauth2/token")
    assert [api.log_in().status_code for _ in range(3)] == [503, 502, 200]
    document_id = api.create()
    with pytest.raises(AssertionError, match="500"):
        api.upload(document_id, "a.pdf", b"abc")
    api.upload(document_id, "a.pdf", b"abc")


def test_an_unknown_kind_is_refused(script: Any) -> None:
    assert script("earthquake").status_code == 400


def test_the_log_tells_the_fault_and_what_happened_behind_it(api: Caller, script: Any) -> None:
    script("504-text-after")
    api.call("POST", "/documents", api.document())
    entry = api.sandbox.journal.entries[-1]
    assert (entry.fault, entry.status, entry.effect_status) == ("504-text-after", 504, 201)


def test_a_request_that_the_limit_refuses_meets_no_fault(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(requests_per_second=1, fault_rate=1, fault_weights={"500-json-before": 1})
    statuses = [api.call("POST", "/documents", api.document()).status_code for _ in range(2)]
    assert statuses == [500, 429]


def test_chance_hits_writes_alone(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(fault_rate=1, fault_weights={"503-json-after": 1})
    assert api.call("POST", "/documents", api.document()).status_code == 503
    document_id = next(iter(api.sandbox.documents))
    assert api.call("GET", f"/documents/{document_id}").status_code == 200
    assert api.log_in().status_code == 200


def kinds_dealt(plan: FaultPlan, writes: list[str], settings: SandboxSettings) -> list[str | None]:
    faults = [plan.choose("POST", "/documents", write, settings) for write in writes]
    return [fault.name if fault else None for fault in faults]


@given(st.integers(), st.permutations(range(40)))
def test_chance_repeats_by_seed_whatever_the_order_of_arrival(seed: Any, order: Any) -> None:
    settings = SandboxSettings(fault_rate=0.5)
    writes = [f"operation {number % 13}" for number in range(40)]
    first = kinds_dealt(FaultPlan(seed), writes, settings)
    shuffled = [writes[place] for place in order]
    second = kinds_dealt(FaultPlan(seed), shuffled, settings)
    assert Counter(zip(writes, first, strict=True)) == Counter(zip(shuffled, second, strict=True))


def test_chance_keeps_to_its_rate_and_weights() -> None:
    settings = SandboxSettings(fault_rate=0.2, fault_weights={"slow": 3, "timeout-before": 1})
    dealt = Counter(kinds_dealt(FaultPlan(1), [str(number) for number in range(4000)], settings))
    assert set(dealt) == {None, "slow", "timeout-before"}
    assert 0.15 < 1 - dealt[None] / 4000 < 0.25
    assert dealt["slow"] > 2 * dealt["timeout-before"]


def test_a_first_fault_of_each_kind_is_dealt_early() -> None:
    settings = SandboxSettings(each_fault_first=True)
    dealt = kinds_dealt(FaultPlan(1), [str(number) for number in range(2 * len(CHANCE_KINDS) + 20)], settings)
    assert Counter(kind for kind in dealt if kind) == {fault.name: 1 for fault in CHANCE_KINDS}
    assert dealt[-20:] == [None] * 20


def test_the_deck_holds_only_kinds_that_have_a_weight() -> None:
    settings = SandboxSettings(each_fault_first=True, fault_weights={"slow": 1, "broken-after": 0})
    assert [kind for kind in kinds_dealt(FaultPlan(1), ["w"] * 100, settings) if kind] == ["slow"]


def test_no_fault_comes_by_itself() -> None:
    assert set(kinds_dealt(FaultPlan(None), ["w"] * 50, SandboxSettings())) == {None}


def test_an_unknown_kind_in_a_script_or_a_weight_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        FaultPlan(None).add(ScriptedFault("earthquake"))
    with pytest.raises(ValueError, match="unknown kinds"):
        SandboxSettings(fault_weights={"earthquake": 1})
    assert {"timeout-after", "broken-before", "broken-after", "truncated-after", "slow"} <= set(FAULT_KINDS)
