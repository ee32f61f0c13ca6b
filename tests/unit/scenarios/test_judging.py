"""A scenario can fail: whatever differs from what it says is seen, and what is always wrong is found."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_local.scenarios.always import repeated_or_out_of_order
from massid_local.scenarios.facts import differences
from massid_local.scenarios.words import filled_in, in_words
from massid_relay.core.jsons import JsonObject

VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3).filter(lambda n: n != "says"), inner, max_size=3)
    ),
    max_leaves=8,
)
SEEN: JsonObject = {
    "documents": ["CANCELLED", "CLOSED"],
    "timeline": ["ACTOR Integrator", "Weighing", "CLOSE"],
    "dead letters": [{"type": "Rejected400", "item": "weighing", "says": "POST …: 400 validationError"}],
    "events": {"Weighing": {"value": 150.5, "files": {"a.png": {"label": "Weighing Ticket"}}}},
    "run": "run 1 ended",
}


@given(VALUES)
def test_what_is_as_wanted_differs_nowhere(value: Any) -> None:
    assert differences({"fact": value}, {"fact": deepcopy(value), "other": 1}) == []


@given(VALUES, VALUES)
def test_another_list_always_differs(wanted: Any, found: Any) -> None:
    """Lists are whole: what is more or less in one is a difference."""
    assert differences([wanted], [found, found])
    assert differences([wanted], [])


@pytest.mark.parametrize(
    "wanted",
    [
        {"documents": ["CLOSED"]},
        {"documents": ["CLOSED", "CANCELLED"]},
        {"timeline": ["ACTOR Integrator", "CLOSE", "Weighing"]},
        {"dead letters": []},
        {"dead letters": [{"type": "Rejected403"}]},
        {"dead letters": [{"says": "PayloadConflict"}]},
        {"events": {"Weighing": {"value": 150}}},
        {"events": {"Weighing": {"files": {"b.png": {"label": "Weighing Ticket"}}}}},
        {"events": {"Sorting": {}}},
        {"run": "run 2 ended"},
        {"stands": "closed and verified"},
    ],
    ids=str,
)
def test_a_changed_expectation_is_not_met(wanted: JsonObject) -> None:
    problems = differences(wanted, SEEN)
    assert problems
    assert all(problem.startswith(next(iter(wanted))) for problem in problems)


def test_a_scenario_names_only_what_matters_to_it() -> None:
    letters = [{"type": "Rejected400", "says": "validationError"}]
    assert differences({"dead letters": letters, "events": {"Weighing": {"value": 150.5}}}, SEEN) == []


def shown(*events: tuple[str, int]) -> JsonObject:
    return {
        "externalEvents": [
            {"externalId": name, "externalCreatedAt": f"2026-11-20T10:{minute:02d}:00.000Z"} for name, minute in events
        ]
    }


def test_a_doubled_event_is_always_wrong() -> None:
    assert list(repeated_or_out_of_order(shown(("a", 1), ("a", 1)))) == ["event a stands 2 times"]


def test_events_out_of_order_are_always_wrong() -> None:
    """Invariant 3."""
    assert list(repeated_or_out_of_order(shown(("a", 2), ("b", 1)))) == ["events stand out of order"]
    assert list(repeated_or_out_of_order(shown(("a", 1), ("b", 1), ("c", 2)))) == []


def test_external_ids_are_filled_in_at_any_depth() -> None:
    names = {"load": "story", "other": "story.other"}
    told = {"waits for": "document {other}", "list": ["{load}.weighing", 1], "plain": "a {b"[:1]}
    assert filled_in(told, names) == {"waits for": "document story.other", "list": ["story.weighing", 1], "plain": "a"}


def test_facts_are_told_in_words() -> None:
    assert (
        in_words({"run": "run 1 ended", "files": [], "waits for": ""})
        == "run is run 1 ended, files is none, waits for is nothing"
    )
