"""The guide's six checks: what is whole passes, and each thing that is wrong is named by its path."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.clock import iso
from massid_relay.core.jsons import JsonObject
from massid_relay.core.reading import read_document
from massid_relay.core.record import EventEntry, EventState
from massid_relay.core.verification import Expected, find_ours, verify

START = datetime(2026, 3, 1, 10, tzinfo=UTC)


def expected(number: int, **payload: Any) -> Expected:
    at = START + timedelta(minutes=number)
    name = "ACTOR" if number == 0 else "Weighing"
    entry = EventEntry(f"e{number}", name, at, "hash", f"d{number}", "part", state=EventState.CONFIRMED)
    return Expected(entry, {"participantId": f"p{number}", "addressId": f"a{number}", **payload})


def shown(item: Expected) -> JsonObject:
    """The event as a platform shows it."""
    return {
        "id": f"id-{item.entry.external_id}",
        "externalId": item.entry.external_id,
        "deduplicationId": item.entry.deduplication_id,
        "externalCreatedAt": iso(item.entry.at),
        "participant": {"id": item.payload.get("participantId")},
        "address": {"id": item.payload.get("addressId")},
        "metadata": {"attributes": item.payload.get("metadata", {}).get("attributes", [])},
        "attachments": [{"attachmentId": str(n)} for n, _ in enumerate(item.payload.get("attachments", []))],
    }


def document(items: list[Expected]) -> JsonObject:
    return {
        "status": "OPEN",
        "currentValue": Decimal("0.5"),
        "primaryParticipant": {"id": "p"},
        "primaryAddress": {"id": "a"},
        "externalEvents": [shown(item) for item in items],
    }


WHOLE = [
    expected(0),
    expected(1, metadata={"attributes": [{"name": "Gross Weight", "value": 5}]}),
    expected(2, attachments=[{"fileName": "mtr.pdf", "label": "Transport Manifest"}]),
]


def problems(spoil: Callable[[JsonObject], object], items: list[Expected] | None = None) -> list[str]:
    body = deepcopy(document(WHOLE))
    spoil(body)
    found = verify(read_document(body), WHOLE if items is None else items, status="OPEN")
    return [problem.path for problem in found]


def test_a_whole_document_has_no_problem() -> None:
    assert problems(lambda body: None) == []


@pytest.mark.parametrize(
    ("spoil", "path"),
    [
        (lambda body: body["externalEvents"].pop(1), "events.e1"),
        (lambda body: body["externalEvents"].reverse(), "events.e1"),
        (lambda body: body["externalEvents"].append(body["externalEvents"][2]), "events.e2"),
        (lambda body: body["externalEvents"][1].update(externalCreatedAt=iso(START)), "events.e1.externalCreatedAt"),
        (lambda body: body.update(status="CLOSED"), "status"),
        (lambda body: body.pop("status"), "status"),
        (lambda body: body.update(currentValue=0), "currentValue"),
        (lambda body: body.update(currentValue=-1), "currentValue"),
        (lambda body: body.update(currentValue="much"), "currentValue"),
        (lambda body: body.pop("primaryParticipant"), "participant"),
        (lambda body: body.update(primaryAddress={}), "address"),
        (lambda body: body["externalEvents"][1].update(participant={"id": "p9"}), "events.e1.participant"),
        (lambda body: body["externalEvents"][1].pop("participant"), "events.e1.participant"),
        (lambda body: body["externalEvents"][2].pop("address"), "events.e2.address"),
        (lambda body: body["externalEvents"][1].pop("metadata"), "events.e1.metadata.attributes.0"),
        (lambda body: body["externalEvents"][2].pop("attachments"), "events.e2.attachments"),
    ],
)
def test_each_thing_that_is_wrong_is_named(spoil: Callable[[JsonObject], object], path: str) -> None:
    """And nothing else is blamed for it."""
    found = problems(spoil)
    assert path in found
    assert len(found) <= 2


def test_a_document_without_an_actor_of_ours_is_not_whole() -> None:
    assert "events" in problems(lambda body: None, WHOLE[1:])


def test_all_problems_are_told_at_once() -> None:
    def spoil(body: JsonObject) -> None:
        body.update(status="CANCELLED", currentValue=0)
        body["externalEvents"].pop()

    assert {"status", "currentValue", "events.e2"} <= set(problems(spoil))


def test_no_value_of_a_field_is_quoted() -> None:
    """Invariant 7."""
    body = document(WHOLE) | {"status": "SECRET-STATUS"}
    found = verify(read_document(body), WHOLE, status="OPEN")
    assert "SECRET" not in "".join(problem.problem for problem in found)


def test_an_attribute_is_named_by_its_number_in_what_was_sent() -> None:
    """Invariant 7: its name is the sender's own text, and may hold a driver's name and CPF."""
    told = [{"name": name, "value": "x"} for name in ("Vehicle Type", "Motorista João Silva 529.982.247-25")]
    item = expected(3, metadata={"attributes": told})
    body = deepcopy(document([*WHOLE, item]))
    body["externalEvents"][3]["metadata"]["attributes"].pop()

    (problem,) = verify(read_document(body), [*WHOLE, item], status="OPEN")
    assert (problem.path, problem.problem) == ("events.e3.metadata.attributes.1", "is missing")


@given(st.lists(st.sampled_from(range(4)), max_size=6), st.randoms(use_true_random=False))
def test_the_platforms_own_events_are_passed_over_wherever_they_stand(places: list[int], random: Any) -> None:
    body = document(WHOLE)
    for number, place in enumerate(places):
        at = iso(START + timedelta(minutes=random.randrange(99)))
        body["externalEvents"].insert(
            place, {"id": f"system-{number}", "name": "RULE EXECUTION", "externalCreatedAt": at}
        )
    assert verify(read_document(body), WHOLE, status="OPEN") == []


@given(st.permutations(range(3)))
def test_ours_must_be_an_ordered_subsequence(order: list[int]) -> None:
    body = document([WHOLE[number] for number in order])
    found = verify(read_document(body), WHOLE, status="OPEN")
    assert (found == []) is (order == [0, 1, 2])


@given(st.lists(st.sampled_from(["externalId", "deduplicationId", "id"]), min_size=1, max_size=2, unique=True))
def test_an_event_is_found_by_any_of_its_ids(hidden: list[str]) -> None:
    """Which of them a GET shows is stated nowhere."""
    entry = WHOLE[1].entry
    entry = EventEntry(
        entry.external_id, entry.name, entry.at, "hash", entry.deduplication_id, "part", event_id="id-e1"
    )
    body = document(WHOLE)
    for event in body["externalEvents"]:
        for name in hidden:
            event.pop(name)
    assert list(find_ours(read_document(body), [entry])) == ["e1"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["externalEvents", "status", "currentValue", "participant", "id", "externalId", "metadata"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_answer_at_all_gets_a_verdict_and_never_a_crash(body: Any) -> None:
    assert verify(read_document(body if isinstance(body, dict) else {}), WHOLE, status="OPEN")
