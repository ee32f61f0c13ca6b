"""The requests-per-second limit (docs.carrot.eco, integrations/reference/rate-limits)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_local.carrot_sandbox.settings import SandboxSettings
from massid_local.carrot_sandbox.throttling import Limiter, most_in_a_second

if TYPE_CHECKING:
    from tests.unit.carrot_sandbox.conftest import SandboxOf

WAITS = st.lists(st.floats(0, 1.5), min_size=1, max_size=200)


def test_too_many_requests_get_the_vendors_429(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(requests_per_second=5)
    answers = [api.call("GET", "/documents/x") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [404] * 5 + [429]
    assert answers[-1].json() == {"message": "Too Many Requests"}
    assert "retry-after" not in answers[-1].headers


def test_a_retry_after_header_is_a_setting(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(requests_per_second=1, retry_after_header=2)
    assert [api.call("GET", "/documents/x").headers.get("retry-after") for _ in range(2)] == [None, "2"]


def test_the_bucket_fills_with_time_up_to_its_burst(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(requests_per_second=2, burst=3)

    def accepted(calls: int) -> int:
        return sum(api.call("GET", "/documents/x").status_code != 429 for _ in range(calls))

    assert accepted(5) == 3
    api.clock.advance(0.5)
    assert accepted(5) == 1
    api.clock.advance(60)
    assert accepted(5) == 3


def test_the_sliding_second_looks_at_the_last_second_alone(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(requests_per_second=2, limiter="sliding-second")

    def status() -> int:
        return api.call("GET", "/documents/x").status_code

    assert [status(), status(), status()] == [404, 404, 429]
    api.clock.advance(0.99)
    assert status() == 429
    api.clock.advance(0.01)
    assert status() == 404


@pytest.mark.parametrize(("reads_count", "last"), [(True, 429), (False, 404)])
def test_whether_reads_count_is_a_setting(sandbox_of: SandboxOf, reads_count: Any, last: Any) -> None:
    api = sandbox_of(requests_per_second=1, reads_count=reads_count)
    assert [api.call("GET", "/documents/x").status_code for _ in range(2)][-1] == last


def test_token_endpoint_and_storage_do_not_count(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(requests_per_second=2)
    document_id = api.create()
    for _ in range(5):
        api.log_in()
    api.upload(document_id, "a.pdf", b"abc")
    counted = [entry.endpoint for entry in api.sandbox.journal.entries if entry.counted]
    assert counted == ["POST /documents", "PUT /documents/{documentId}/attachments/{fileName}"]


def test_each_integrator_has_a_limit_of_its_own(sandbox_of: SandboxOf) -> None:
    api = sandbox_of(requests_per_second=1, credentials=[{}, {"client_id": "second"}])
    assert api.call("GET", "/documents/x").status_code == 404
    api.log_in("second")
    assert api.call("GET", "/documents/x").status_code == 404


@given(WAITS, st.sampled_from([1, 5, 10]))
def test_the_sliding_second_never_accepts_more_than_the_rate_in_any_second(waits: Any, rate: Any) -> None:
    settings = SandboxSettings(requests_per_second=Decimal(rate), limiter="sliding-second")
    limiter, now, accepted = Limiter(), 1_000_000.0, []
    for wait in waits:
        now += wait / rate
        if limiter.allows("client", settings, now):
            accepted.append(now)
    assert most_in_a_second(accepted) <= rate


@given(WAITS, st.sampled_from([1, 5, 10]), st.integers(1, 20))
def test_the_bucket_never_accepts_more_than_burst_and_rate_allow(waits: Any, rate: Any, burst: Any) -> None:
    settings = SandboxSettings(requests_per_second=Decimal(rate), burst=burst)
    limiter, now, accepted = Limiter(), 1_000_000.0, []
    for wait in waits:
        now += wait / rate
        if limiter.allows("client", settings, now):
            accepted.append(now)
    for first in range(len(accepted)):
        for last in range(first, len(accepted)):
            elapsed = accepted[last] - accepted[first]
            assert last - first + 1 <= burst + elapsed * rate + 1e-3


def test_most_in_a_second_counts_a_window_that_is_open_at_one_end() -> None:
    assert most_in_a_second([0.0, 0.5, 1.0, 1.4]) == 3
    assert most_in_a_second([]) == 0
