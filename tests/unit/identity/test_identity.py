"""Names never change: each is made of the business identity alone (invariant 1)."""

import re
import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from massid_relay.core.identity import (
    Kind,
    deduplication_id,
    derived_event_external_id,
    execution_name,
    is_external_id,
)

external_ids = st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True)
identities = st.tuples(
    st.text(min_size=1), st.sampled_from(Kind), external_ids, st.integers(1, 10**6), st.none() | external_ids
)
AT = datetime(2026, 3, 1, 10, 0, 0, tzinfo=UTC)


def made(identity: tuple[str, Kind, str, int, str | None]) -> str:
    environment, kind, external_id, generation, document = identity
    return deduplication_id(environment, kind, external_id, generation, document=document)


def test_a_deduplication_id_is_the_same_in_every_version_of_this_software() -> None:
    """Invariant 1. If this fails, every document of every integrator would be created a second time."""
    assert deduplication_id("production", Kind.DOCUMENT, "load-1") == "282c5451-9301-5f51-8ac1-7386af0e0dad"
    assert (
        deduplication_id("production", Kind.EVENT, "close", 2, document="load-1")
        == "dd2c696c-ee10-5639-9b0d-93a90893d06c"
    )


def test_a_derived_event_id_is_the_same_in_every_version_of_this_software() -> None:
    """Invariant 1."""
    assert derived_event_external_id("load-1", "Pick-up", None, AT) == "d7eeb478-9650-5b20-bf84-a45e6cb89026"


@given(identities)
def test_a_deduplication_id_is_a_uuid_of_version_5(identity: tuple[str, Kind, str, int, str | None]) -> None:
    assert uuid.UUID(made(identity)).version == 5


@given(identities, identities)
def test_distinct_identities_have_distinct_deduplication_ids(
    one: tuple[str, Kind, str, int, str | None], other: tuple[str, Kind, str, int, str | None]
) -> None:
    assume(one != other)
    assert made(one) != made(other)


@given(st.text(min_size=2), external_ids, st.data())
def test_no_character_can_move_from_one_part_to_the_next(
    environment: str, external_id: str, data: st.DataObject
) -> None:
    """Parts are joined with their lengths, whatever separators they hold."""
    cut = data.draw(st.integers(1, len(environment) - 1))
    moved = deduplication_id(environment[:cut], Kind.EVENT, external_id, document=environment[cut:])
    assert moved != deduplication_id(environment, Kind.EVENT, external_id)


def test_an_event_belongs_to_its_document() -> None:
    first = deduplication_id("test", Kind.EVENT, "close", document="load-1")
    assert first != deduplication_id("test", Kind.EVENT, "close", document="load-2")


@given(st.timedeltas(timedelta(days=-9999), timedelta(days=9999)), st.integers(-14 * 60, 14 * 60))
def test_other_spellings_of_an_instant_give_the_same_event_id(distance: timedelta, minutes: int) -> None:
    at = AT + distance
    elsewhere = at.astimezone(timezone(timedelta(minutes=minutes)))
    assert derived_event_external_id("d", "n", "l", at) == derived_event_external_id("d", "n", "l", elsewhere)


@given(
    st.lists(
        st.tuples(
            external_ids,
            st.text(min_size=1),
            st.none() | st.text(min_size=1),
            st.none() | st.integers(0, 10**6).map(lambda seconds: AT + timedelta(seconds=seconds)),
        ),
        min_size=2,
        max_size=2,
        unique=True,
    )
)
def test_distinct_events_have_distinct_derived_ids(events: list[tuple[str, str, str | None, datetime | None]]) -> None:
    ids = [derived_event_external_id(*event) for event in events]
    assert ids[0] != ids[1]
    assert all(is_external_id(one) for one in ids)


@pytest.mark.parametrize("good", ["a", "A" * 64, "load_2026-03-01.v2", "..", "-"])
def test_these_are_external_ids(good: str) -> None:
    assert is_external_id(good)


@pytest.mark.parametrize("bad", ["", "a" * 65, "a b", "a/b", "ação", "a\n", "a#1", "٣"])
def test_these_are_none(bad: str) -> None:
    assert not is_external_id(bad)


@given(external_ids, st.integers(1, 99999), st.integers(1, 99999))
def test_an_execution_name_is_one_that_step_functions_takes(external_id: str, generation: int, run: int) -> None:
    """At most 80 characters, and none that StartExecution forbids. Emulators take any name, so it is checked here."""
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,80}", execution_name(external_id, generation, run))


@given(st.lists(st.tuples(external_ids, st.integers(1, 999), st.integers(1, 999)), min_size=2, max_size=2, unique=True))
def test_no_two_runs_share_an_execution_name(runs: list[tuple[str, int, int]]) -> None:
    first, second = (execution_name(*run) for run in runs)
    assert first != second


@pytest.mark.parametrize(
    ("external_id", "generation", "run"), [("a b", 1, 1), ("a", 0, 1), ("a", 1, 0), ("a" * 64, 10**8, 10**8)]
)
def test_a_name_that_can_not_be_made_is_an_error(external_id: str, generation: int, run: int) -> None:
    with pytest.raises(ValueError, match=r"external id|count from 1|at most 80"):
        execution_name(external_id, generation, run)
