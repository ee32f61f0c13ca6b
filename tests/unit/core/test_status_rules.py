"""Which event a document accepts in which status, refused before anything is sent (invariant 3;
docs.carrot.eco, integrations/guides/submitting-a-mass-id, "Document status lifecycle")."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.errors import ForbiddenTransition
from massid_relay.core.inbox import enter
from massid_relay.core.record import DocumentRecord, EventState
from massid_relay.core.timeline import StepKind, next_step

from tests.unit.core.test_timeline import START, confirm, created, event

TYPES = ("ACTOR", "UPDATE", "SPLIT", "OUTPUT", "Fuel Receipt", "RELATED", "CLOSE", "CANCEL")
ACCEPTED = {"OPEN": set(TYPES), "CLOSED": {"RELATED"}, "CANCELLED": set[str]()}


def document(status: str) -> DocumentRecord:
    record = created(event("actor", 0, "ACTOR"))
    confirm(record, "actor")
    ends = {"CLOSED": "CLOSE", "CANCELLED": "CANCEL"}
    if status in ends:
        enter(record, [event("end", 1, ends[status])], "m")
        confirm(record, "end")
        record.verified_at = START
    return record


@pytest.mark.parametrize("status", ACCEPTED)
@pytest.mark.parametrize("name", TYPES)
def test_a_status_accepts_these_event_types_and_no_other(status: str, name: str) -> None:
    record = document(status)
    refused = enter(record, [event("new", 2, name)], "m2")
    if name in ACCEPTED[status]:
        assert refused == []
        assert [entry.external_id for entry in next_step(record).events] == ["new"]
    else:
        assert [type(one.error) for one in refused] == [ForbiddenTransition]
        assert record.event("new") is None
        assert next_step(record).kind is StepKind.REST


@given(st.lists(st.tuples(st.sampled_from(TYPES), st.integers(0, 9)), max_size=12))
def test_nothing_ever_goes_out_that_its_status_forbids(asked: list[tuple[str, int]]) -> None:
    """Whatever comes in whatever order: what is sent is a timeline that the platform accepts."""
    record = document("OPEN")
    sent: list[str] = []
    for number, (name, minute) in enumerate(asked):
        enter(record, [event(f"e{number}", minute, name)], f"m{number}")
    while (step := next_step(record)).kind in {StepKind.SEND, StepKind.CLOSE, StepKind.CANCEL, StepKind.VERIFY}:
        record.verified_at = START
        if step.kind is StepKind.VERIFY:
            continue
        sent += [entry.name for entry in step.events]
        confirm(record, *[entry.external_id for entry in step.events])
    assert "CANCEL" not in sent[:-1]
    if "CLOSE" in sent:
        assert set(sent[sent.index("CLOSE") + 1 :]) <= {"RELATED"}


@pytest.mark.parametrize("related_id", [None, "document-2"])
def test_an_event_waits_for_the_document_that_it_relates_to_and_holds_what_follows(related_id: str | None) -> None:
    record = created(event("before", 1))
    related = replace(event("related", 2, "RELATED"), related="load-2", related_id=related_id)
    enter(record, [related, event("behind", 3)], "m2")
    names = [entry.external_id for entry in next_step(record).events]
    assert names == (["before"] if related_id is None else ["before", "related", "behind"])

    confirm(record, "before")
    step = next_step(record)
    if related_id is None:
        assert (step.kind, step.waits_for) == (StepKind.WAIT, "document load-2, to which event related relates")


def test_cancel_passes_an_event_that_waits_for_another_document() -> None:
    related = replace(event("related", 1, "RELATED"), related="load-2")
    record = created(related, event("cancel", 2, "CANCEL"))
    assert next_step(record).kind is StepKind.CANCEL


def test_an_event_before_close_that_waits_for_another_document_holds_close() -> None:
    record = created(replace(event("related", 1, "RELATED"), related="load-2"), event("close", 2, "CLOSE"))
    assert next_step(record).kind is StepKind.WAIT
    assert record.events[1].state is EventState.WAITING
