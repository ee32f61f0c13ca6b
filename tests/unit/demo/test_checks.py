"""The demo's own six checks: a document is verified only if it is what was submitted, in every place that counts."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from massid_local.demo.checks import check, is_closed
from massid_local.demo.links import Links
from massid_local.demo.submitted import Submitted

Shown = dict[str, Any]
ByName = Callable[[str], Shown]
Pair = Callable[[int], tuple[Submitted, Shown]]


def test_a_document_that_is_what_was_submitted_has_no_problems(sent: Submitted, shown: Shown, links: Links) -> None:
    assert check(sent, shown, links) == []
    assert is_closed(shown)


def test_the_platforms_own_events_are_no_problem(sent: Submitted, shown: Shown, links: Links) -> None:
    assert any("externalId" not in event for event in shown["externalEvents"])
    assert check(sent, shown, links) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(data=st.data())
def test_any_missing_doubled_or_swapped_event_is_found(pair: Pair, data: st.DataObject) -> None:
    sent, shown = pair(0)
    events = shown["externalEvents"]
    place = data.draw(st.integers(1, len(events) - 2))
    match data.draw(st.sampled_from(["missing", "doubled", "swapped"])):
        case "missing":
            del events[place]
        case "doubled":
            events.insert(place, dict(events[place]))
        case _:
            events[place], events[place + 1] = events[place + 1], events[place]
    assert check(sent, shown, Links())


def test_an_event_that_nobody_submitted_is_named(sent: Submitted, shown: Shown, event: ByName, links: Links) -> None:
    shown["externalEvents"].append({**event("close"), "externalId": "foreign"})
    assert "events.foreign: was never submitted" in check(sent, shown, links)


@pytest.mark.parametrize("status", ["OPEN", "CANCELLED", None])
def test_a_document_that_is_not_closed_is_not_verified(
    sent: Submitted, shown: Shown, links: Links, status: str | None
) -> None:
    shown["status"] = status
    assert check(sent, shown, links) == ["status: is not CLOSED"]
    assert not is_closed(shown)


@pytest.mark.parametrize("value", [None, Decimal(0), Decimal("-1.5")])
def test_current_value_must_be_above_0(sent: Submitted, shown: Shown, links: Links, value: Decimal | None) -> None:
    shown["currentValue"] = value
    assert check(sent, shown, links) == ["currentValue: is not above 0"]


def test_current_value_must_be_the_last_one_submitted(sent: Submitted, shown: Shown, links: Links) -> None:
    shown["currentValue"] += Decimal("0.001")
    assert check(sent, shown, links) == ["currentValue: is not the last value submitted"]


def test_a_missing_actor_is_a_problem_of_its_own(sent: Submitted, shown: Shown, event: ByName, links: Links) -> None:
    event("actor-hauler")["label"] = "Processor"
    assert "events: an ACTOR is missing" in check(sent, shown, links)


@pytest.mark.parametrize("kind", ["participant", "address"])
def test_a_party_without_an_id_is_named(sent: Submitted, shown: Shown, event: ByName, links: Links, kind: str) -> None:
    del event("drop-off")[kind]["id"]
    problems = check(sent, shown, links)
    assert any(problem.endswith(f".drop-off.{kind}: does not resolve to an id") for problem in problems)


@pytest.mark.parametrize("kind", ["participant", "address"])
def test_one_party_under_two_ids_is_named(
    sent: Submitted, shown: Shown, event: ByName, links: Links, kind: str
) -> None:
    """Auditors compare ids: a party that was made twice fails the audit."""
    event("close")[kind]["id"] = "another"
    problems = check(sent, shown, links)
    assert any(problem.endswith(f".close.{kind}: the same {kind} has another id elsewhere") for problem in problems)


def test_one_party_has_one_id_over_all_documents_of_a_run(pair: Pair, links: Links) -> None:
    first, first_shown = pair(0)
    second, second_shown = pair(1)
    assert check(first, first_shown, links) == []
    assert check(second, second_shown, links) == []
    third, third_shown = pair(2)
    for event in third_shown["externalEvents"][1:]:
        event["participant"]["id"] += " again"
    assert any("has another id elsewhere" in problem for problem in check(third, third_shown, links))


def test_a_submitted_id_must_come_back(sent: Submitted, shown: Shown, event: ByName, links: Links) -> None:
    close = sent.events[-1]
    close["participantId"] = "known"
    del close["participant"]
    problems = check(sent, shown, links)
    assert any(problem.endswith("resolves to another id than the one submitted") for problem in problems)


def test_another_partys_data_is_named_by_field_and_never_by_value(
    sent: Submitted, shown: Shown, event: ByName, links: Links
) -> None:
    """Invariant 7."""
    event("pick-up")["participant"]["taxId"] = "99999999000199"
    problems = check(sent, shown, links)
    assert any(problem.endswith(".pick-up.participant.taxId: differs from what was submitted") for problem in problems)
    assert not any("99999999000199" in problem for problem in problems)


@pytest.mark.parametrize("member", ["value", "isPublic"])
def test_an_attribute_must_be_there_as_it_was_submitted(
    sent: Submitted, shown: Shown, event: ByName, links: Links, member: str
) -> None:
    attribute = event("pick-up")["metadata"]["attributes"][0]
    sent_attribute = next(one for one in sent.events if one["name"] == "Pick-up")["metadata"]["attributes"][0]
    shown_differently = {**attribute, member: "something else"}
    event("pick-up")["metadata"] = {"attributes": [shown_differently, *event("pick-up")["metadata"]["attributes"][1:]]}
    name = f"{sent.external_id}.pick-up"
    expected = f"events.{name}.metadata.{sent_attribute['name']}: differs from what was submitted"
    assert check(sent, shown, links) == [expected]


def test_a_missing_attribute_is_named(sent: Submitted, shown: Shown, event: ByName, links: Links) -> None:
    event("sorting")["metadata"] = {"attributes": []}
    problems = check(sent, shown, links)
    assert problems
    assert all(f"events.{sent.external_id}.sorting.metadata." in problem for problem in problems)


def test_a_missing_attachment_is_named(sent: Submitted, shown: Shown, event: ByName, links: Links) -> None:
    event("weighing")["attachments"] = []
    (problem,) = check(sent, shown, links)
    assert problem.startswith(f"events.{sent.external_id}.weighing.attachments.")
    assert problem.endswith(": is missing")


def test_an_attachment_of_another_length_is_named(sent: Submitted, shown: Shown, links: Links) -> None:
    shown["attachments"][0]["contentLength"] += 1
    (problem,) = check(sent, shown, links)
    assert problem.endswith("has another length than the file in the bucket")


@pytest.mark.parametrize("field", ["category", "subtype", "isPublic", "measurementUnit"])
def test_the_documents_own_fields_are_held_against_the_submission(
    sent: Submitted, shown: Shown, links: Links, field: str
) -> None:
    shown[field] = "something else"
    assert check(sent, shown, links) == [f"document.{field}: differs from what was submitted"]


def test_a_moved_time_is_named(sent: Submitted, shown: Shown, event: ByName, links: Links) -> None:
    event("close")["externalCreatedAt"] = "2027-01-01T00:00:00.000Z"
    assert check(sent, shown, links) == [
        f"events.{sent.external_id}.close.externalCreatedAt: differs from what was submitted"
    ]


def test_the_same_moment_written_differently_is_no_problem(
    sent: Submitted, shown: Shown, event: ByName, links: Links
) -> None:
    close = event("close")
    close["externalCreatedAt"] = close["externalCreatedAt"].replace(".000Z", "+00:00").replace("Z", "+00:00")
    assert check(sent, shown, links) == []


def test_a_document_without_any_timeline_is_answered_and_not_crashed_on(
    sent: Submitted, shown: Shown, links: Links
) -> None:
    shown["externalEvents"] = []
    problems = check(sent, shown, links)
    assert "events: hold no ACTOR of ours" in problems
