"""The recovery points of one operation (invariant 1)."""

from datetime import UTC, datetime, timedelta

import pytest
from massid_relay.core.errors import (
    Busy,
    InvalidMessage,
    NeverSent,
    NotReady,
    OutcomeUnknown,
    Refusal,
    RefusedBefore,
    Throttled,
    WorkerCrashed,
)
from massid_relay.core.operation import Operation, Stage

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
LEASE = timedelta(minutes=1)


def started() -> Operation:
    return Operation.started(NOW, "first", LEASE)


def test_a_second_worker_waits_while_the_lease_runs() -> None:
    operation = started()
    with pytest.raises(Busy) as caught:
        operation.begin(NOW + timedelta(seconds=40), "second", LEASE)
    assert caught.value.retry_after == 20
    assert operation.owned_by("first")


def test_a_dead_workers_operation_is_taken_over_after_its_lease_and_its_outcome_is_unknown() -> None:
    operation = started()
    operation.begin(NOW + LEASE, "second", LEASE)
    assert operation.owned_by("second")
    assert operation.crashes == 1
    assert operation.unknown_since == NOW


def test_the_third_lease_that_runs_out_is_a_crash_of_the_message() -> None:
    operation = started()
    operation.begin(NOW + LEASE, "second", LEASE)
    operation.begin(NOW + 2 * LEASE, "third", LEASE)
    with pytest.raises(WorkerCrashed):
        operation.begin(NOW + 3 * LEASE, "fourth", LEASE)


def test_a_lease_that_was_given_back_is_no_crash() -> None:
    operation = started()
    operation.put_back(NeverSent("refused"), NOW)
    operation.begin(NOW, "second", LEASE)
    assert (operation.crashes, operation.unknown_since) == (0, None)


@pytest.mark.parametrize(
    ("error", "failures", "unknown"),
    [
        (NeverSent("connection refused"), 1, False),
        (OutcomeUnknown("timeout"), 1, True),
        (Throttled("429"), 0, False),
        (NotReady("still processing"), 0, False),
    ],
)
def test_only_a_transient_failure_is_an_attempt_and_only_some_leave_the_outcome_unknown(
    error: Exception, failures: int, unknown: bool
) -> None:
    """Invariant 5."""
    operation = started()
    operation.put_back(error, NOW)  # type: ignore[arg-type]
    assert operation.failures == failures
    assert (operation.unknown_since is not None) is unknown
    assert operation.lease is None


def test_the_first_unknown_outcome_counts_the_platforms_memory() -> None:
    operation = started()
    operation.put_back(OutcomeUnknown("timeout"), NOW)
    operation.put_back(OutcomeUnknown("timeout"), NOW + timedelta(hours=5))
    assert operation.unknown_since == NOW


def test_a_refused_message_stays_refused_and_a_redriven_one_may_try_again() -> None:
    operation = started()
    operation.refuse(Refusal.of(InvalidMessage("no"), "message"))
    with pytest.raises(RefusedBefore) as caught:
        operation.require_not_refused("message")
    assert caught.value.error_type == "InvalidMessage"
    operation.require_not_refused("redriven")
    operation.begin(NOW, "again", LEASE)
    assert operation.stage is Stage.STARTED


def test_confirming_forgets_what_only_attempts_need() -> None:
    operation = started()
    operation.ids = {"participant-x": "id"}
    operation.confirm()
    assert (operation.stage, operation.lease, operation.ids) == (Stage.CONFIRMED, None, {})


def test_what_was_sent_was_sent_by_the_end_of_its_lease_or_of_its_attempt() -> None:
    """From then on the visibility delay is counted, before a read that shows nothing is believed."""
    operation = started()
    assert operation.sent_at_the_latest == NOW + LEASE
    operation.put_back(OutcomeUnknown("timed out"), NOW + timedelta(seconds=30))
    assert operation.sent_at_the_latest == NOW + timedelta(seconds=30)
    operation.begin(NOW + timedelta(minutes=5), "second", LEASE)
    operation.put_back(NeverSent("refused"), NOW + timedelta(minutes=5))
    assert operation.sent_at_the_latest == NOW + timedelta(minutes=5)


def test_an_operation_is_in_doubt_once_a_call_may_have_taken_effect() -> None:
    operation = started()
    doubts = [operation.in_doubt]
    operation.put_back(NeverSent("refused"), NOW)
    doubts.append(operation.in_doubt)
    operation.put_back(OutcomeUnknown("timed out"), NOW)
    doubts.append(operation.in_doubt)
    operation.set_free()
    doubts.append(operation.in_doubt)
    assert doubts == [True, False, True, False]
