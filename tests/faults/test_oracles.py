"""The oracles of the fault runs can tell right from wrong."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from massid_relay.core.identity import Kind, deduplication_id

from tests.faults.findings import Fault
from tests.faults.oracle_effects import judge_effects
from tests.faults.oracle_trace import judge_trace
from tests.faults.scenarios import Asked
from tests.faults.trace import Answered, Attempted, Deleted, Operation, Trace

ASKED = Asked("D1", ("E1", "E2"), {"a.pdf": b"bytes"}, never=("E3",))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEN_SECONDS = timedelta(seconds=10)
CREATE = Operation("document", "D1", "D1", "id")


def event(external_id: str) -> dict[str, Any]:
    key = deduplication_id("test", Kind.EVENT, external_id, document="D1")
    return {"externalId": external_id, "deduplicationId": key}


def effects() -> Any:
    """Everything as it was asked for."""
    key = deduplication_id("test", Kind.DOCUMENT, "D1")
    document = {"externalId": "D1", "deduplicationId": key, "status": "CLOSED", "events": [event("E1"), event("E2")]}
    file = {"documentExternalId": "D1", "fileName": "a.pdf", "sha256": hashlib.sha256(b"bytes").hexdigest()}
    return {"documents": [document], "files": [file]}


def test_what_was_asked_for_is_found_without_a_fault() -> None:
    assert judge_effects([ASKED], effects()) == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda found: found["documents"].clear(), Fault.LOST),
        (lambda found: found["documents"].append(found["documents"][0] | {"events": []}), Fault.DOUBLED),
        (lambda found: found["documents"][0]["events"].pop(), Fault.LOST),
        (lambda found: found["documents"][0]["events"].append(event("E2")), Fault.DOUBLED),
        (lambda found: found["documents"][0]["events"].reverse(), Fault.OUT_OF_ORDER),
        (lambda found: found["documents"][0]["events"].append(event("E3")), Fault.OVER_A_HOLE),
        (lambda found: found["documents"][0]["events"][0].update(deduplicationId="new"), Fault.OTHER_ID),
        (lambda found: found["documents"][0].update(status="OPEN"), Fault.LOST),
        (lambda found: found["files"].clear(), Fault.LOST),
        (lambda found: found["files"].append(found["files"][0] | {"sha256": "other"}), Fault.DOUBLED),
    ],
)
def test_each_difference_is_a_fault_of_its_kind(spoil: Callable[[Any], None], fault: Fault) -> None:
    found = effects()
    spoil(found)
    assert {finding.fault for finding in judge_effects([ASKED], found)} == {fault}


def test_an_attempt_without_a_record_is_seen_although_the_platform_would_deduplicate() -> None:
    """Invariant 1."""
    trace = Trace([Attempted(1, NOON, "worker-1", (CREATE,), NOON + TEN_SECONDS)])
    assert [finding.fault for finding in judge_trace(trace)] == [Fault.UNRECORDED]


@pytest.mark.parametrize(("answered", "later", "twice"), [(False, 9, True), (False, 10, False), (True, 1, False)])
def test_a_second_attempt_must_wait_for_the_first_ones_answer_or_timeout(
    answered: bool, later: int, twice: bool
) -> None:
    """Invariant 1."""
    trace = Trace([Attempted(1, NOON, "worker-1", (CREATE,), NOON + TEN_SECONDS)])
    if answered:
        trace.add(Answered(2, NOON, "worker-1", attempt=1))
    then = NOON + timedelta(seconds=later)
    trace.add(Attempted(3, then, "worker-2", (CREATE,), then + TEN_SECONDS))
    assert (Fault.IN_FLIGHT_TWICE in {finding.fault for finding in judge_trace(trace)}) is twice


def test_a_message_that_leaves_nothing_behind_must_not_be_deleted() -> None:
    """Invariant 2."""
    body = '{"version": 1, "documentExternalId": "D1", "fileNames": ["a.pdf"], "taskToken": "token"}'
    trace = Trace([Deleted(1, NOON, "worker-1", "EvidenceQueue", "message", body)])
    assert [finding.fault for finding in judge_trace(trace)] == [Fault.DELETED_EARLY, Fault.DELETED_EARLY]
