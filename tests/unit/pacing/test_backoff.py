"""Delays before a message comes back (invariant 5)."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.backoff import LONGEST_VISIBILITY, Backoff

jitters = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("failures", "longest"), [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (7, 30), (10**9, 30)]
)
def test_the_ceiling_doubles_from_1_second_to_30(failures: int, longest: int) -> None:
    """Invariant 5."""
    assert Backoff(jitter=lambda: 1 - 1e-12).after_failures(failures) == longest


@given(st.integers(0, 1000), st.floats(0, 0.49))
def test_full_jitter_may_bring_it_back_at_once(failures: int, jitter: float) -> None:
    assert Backoff(jitter=lambda: 0.0).after_failures(failures) == 1
    assert Backoff(jitter=lambda: jitter).after_failures(failures) <= 15


@given(st.integers(0, 10**6), st.floats(0, 1e9), st.floats(0, 1e9), jitters)
def test_every_delay_is_a_whole_number_that_sqs_takes(
    failures: int, retry_after: float, paused_for: float, jitter: float
) -> None:
    backoff = Backoff(jitter=lambda: jitter)

    for delay in (
        backoff.after_failures(failures, paused_for=paused_for),
        backoff.after_not_now(retry_after, paused_for=paused_for),
    ):
        assert isinstance(delay, int)
        assert 1 <= delay <= LONGEST_VISIBILITY <= 12 * 3600


@given(st.integers(0, 10), st.floats(0, 40_000), jitters)
def test_nothing_comes_back_during_a_pause(failures: int, pause: float, jitter: float) -> None:
    """Invariant 5: longer while paused."""
    backoff = Backoff(longest=12 * 3600, jitter=lambda: jitter)

    assert backoff.after_failures(failures, paused_for=pause) >= pause
    assert backoff.after_not_now(pause) >= pause
    assert backoff.after_not_now(None, paused_for=pause) >= pause
    assert backoff.after_not_now(pause) <= pause + 31


def test_a_message_looks_again_every_15_minutes_of_a_long_pause_so_that_resume_is_noticed() -> None:
    assert Backoff().after_not_now(1e12) == 900
    assert Backoff().after_failures(1, paused_for=86_400) == 900


def test_base_and_cap_are_parameters() -> None:
    backoff = Backoff(base=Decimal(3), cap=Decimal(5), jitter=lambda: 1 - 1e-12)

    assert [backoff.after_failures(n) for n in (1, 2, 3)] == [3, 5, 5]


def test_without_any_hint_it_comes_back_soon() -> None:
    assert Backoff(jitter=lambda: 0.5).after_not_now(None) == 1


@pytest.mark.parametrize("wait", [None, 0.0, 2.0, 300.0])
@given(jitters)
def test_no_message_is_received_so_often_that_sqs_gives_it_up_before_its_queue_forgets_it(
    wait: float | None, jitter: float
) -> None:
    """Invariant 5: an outage of days loses nothing. 1,000 receives and 10 days are template.yaml's."""
    backoff, days = Backoff(jitter=lambda: jitter), 10 * 24 * 3600
    delays: list[Callable[[int], int]] = [
        lambda n: backoff.after_not_now(wait, receives=n),
        lambda n: backoff.after_failures(n, receives=n),
    ]
    for delay in delays:
        passed, receives = 0, 0
        while passed < days:
            receives += 1
            passed += delay(receives)
        assert receives < 1000


def test_the_first_receives_are_not_slowed_down() -> None:
    assert Backoff(jitter=lambda: 0.5).after_not_now(None, receives=29) == 1
