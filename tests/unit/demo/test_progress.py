"""Progress is read from the sandbox's log of requests and from the list of executions."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from massid_local.demo.progress import EffectsSeen, Executions, Progress


def entry(sequence: int, endpoint: str, **fields: Any) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "endpoint": endpoint,
        "endedAt": "2026-11-20T12:00:00.000Z",
        "status": 201,
        "effectStatus": 201,
        "counted": True,
        "documentExternalId": "a",
        "fileName": None,
        "operations": [],
        **fields,
    }


LOG = [
    entry(1, "POST /documents", status=500),
    entry(2, "POST /documents"),
    entry(3, "PUT /storage", fileName="f.pdf", counted=False),
    entry(4, "POST /documents/events", operations=[{"externalId": "a.x"}, {"externalId": "a.y"}]),
    entry(5, "POST /documents/events", operations=[{"externalId": "a.z"}], status=429, effectStatus=0),
    entry(6, "POST /documents/{documentId}/events", operations=[{"externalId": "a.x"}]),
    entry(7, "GET /documents/{id}", status=200, effectStatus=200),
]


def counts(seen: EffectsSeen) -> list[int]:
    return [len(found) for found in (seen.documents, seen.files, seen.events, seen.calls, seen.refused)]


def test_effects_count_once_whatever_was_answered() -> None:
    seen = EffectsSeen()
    seen.read(LOG)
    assert counts(seen) == [1, 1, 2, 6, 1]


@given(st.lists(st.integers(0, len(LOG)), max_size=6))
def test_the_counts_do_not_depend_on_how_the_log_is_cut(cuts: list[int]) -> None:
    seen = EffectsSeen()
    for end in [*sorted(cuts), len(LOG)]:
        seen.read(LOG[seen.cursor : end])
    assert counts(seen) == [1, 1, 2, 6, 1]


def test_a_request_that_is_still_under_way_is_read_again() -> None:
    seen = EffectsSeen()
    seen.read([entry(1, "GET /documents/{id}"), entry(2, "POST /documents", endedAt=None, effectStatus=0, status=0)])
    assert seen.cursor == 1
    seen.read([entry(2, "POST /documents")])
    assert seen.cursor == 2
    assert seen.documents == {"a"}


class StepFunctions:
    """Answers with two pages of executions."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self._pages = pages

    def get_paginator(self, operation: str) -> "StepFunctions":
        assert operation == "list_executions"
        return self

    def paginate(self, *, stateMachineArn: str) -> Iterable[dict[str, Any]]:  # noqa: N803 - boto3's name
        assert stateMachineArn == "arn"
        return [{"executions": page} for page in self._pages]


def execution(name: str, status: str, minute: int) -> dict[str, Any]:
    moment = datetime(2026, 11, 20, 12, minute, tzinfo=UTC)
    stopped = {} if status == "RUNNING" else {"stopDate": moment}
    return {"name": name, "status": status, "startDate": moment, **stopped}


def test_the_last_run_of_an_external_id_counts() -> None:
    pages = (
        [execution("a-g1-r2", "SUCCEEDED", 5), execution("a-1-g1-r1", "RUNNING", 4)],
        [execution("a-g1-r1", "FAILED", 3), execution("b.c_d-g1-r1", "TIMED_OUT", 1)],
    )
    executions = Executions(StepFunctions(*pages), "arn")
    executions.look()
    assert {name: run.status for name, run in executions.runs.items()} == {
        "a": "SUCCEEDED",
        "a-1": "RUNNING",
        "b.c_d": "TIMED_OUT",
    }
    assert (executions.ended(), executions.succeeded()) == (2, 1)
    assert executions.runs["a-1"].ended_at is None


def test_calls_refusals_and_crashes_alone_are_no_step_forward() -> None:
    """Otherwise the demo would wait for ever for a platform that always fails."""
    before = Progress(submitted=3, calls=7)
    assert not Progress(submitted=3, calls=9, refused=1, crashes=2).is_further_than(before)
    assert Progress(submitted=3, events=1, calls=7).is_further_than(before)
