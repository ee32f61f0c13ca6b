"""A change of a known participant or address is noticed without remembering what it was (invariant 7)."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from massid_relay.core.jsons import dumps
from massid_relay.core.party_marks import (
    DESCRIPTIVE,
    PLACE,
    Difference,
    Marks,
    address_marks,
    changed_participant,
    look_alike,
    participant_marks,
    places_of,
)

PARTICIPANT = {
    "name": "Padaria Estrela",
    "type": "COMPANY",
    "email": "oi@estrela.example",
    "mobileNumber": "+5511988887777",
}
ADDRESS: dict[str, Any] = {
    "name": "Sede",
    "street": "Rua das Colinas",
    "number": "100",
    "neighborhood": "Centro",
    "city": "São Paulo",
    "countryState": "SP",
    "countryCode": "BR",
    "zipCode": "01001000",
    "latitude": -23,
    "longitude": -46,
}
DETAILS = sorted(set(ADDRESS) - set(PLACE))
words = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzáéíóúãõçâê0123456789"), min_size=1, max_size=20)
joints = st.sampled_from([" ", "  ", "-", ". ", ", "])


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """One text written twice: other case, other joints, accents or none."""
    parts = draw(st.lists(words, min_size=1, max_size=4))
    plain = str.maketrans("áéíóúãõçâê", "aeiouaocae")
    again = [draw(st.sampled_from([part, part.upper(), part.title(), part.translate(plain)])) for part in parts]
    return draw(joints).join(parts), draw(joints).join(again)


def changed(then: dict[str, Any], now: dict[str, Any], key: str = "participant-1") -> Difference | None:
    return changed_participant(key, "p-1", now, participant_marks(key, then))


def alike(now: dict[str, Any], *known: dict[str, Any], owner: str = "p-1") -> Difference | None:
    at: dict[str, list[Marks]] = {}
    for number, one in enumerate(known):
        for key in places_of(owner, one):
            at.setdefault(key, []).append({**address_marks(key, one), "id": f"a-{number}"})
    return look_alike(places_of(owner, now), now, at)


@given(st.sets(st.sampled_from(sorted(PARTICIPANT)), min_size=1))
def test_every_changed_field_of_a_participant_is_named_and_no_other(names: set[str]) -> None:
    found = changed(PARTICIPANT, PARTICIPANT | {name: f"other {PARTICIPANT[name]}" for name in names})
    assert found is not None
    assert set(found.fields) == names
    assert (found.kind, found.party_id, found.spelling) == ("participant", "p-1", False)


@given(spellings())
def test_another_spelling_of_a_name_is_no_change(texts: tuple[str, str]) -> None:
    assert changed({"name": texts[0]}, {"name": texts[1]}) is None


@given(words, words)
def test_another_name_is_a_change(then: str, now: str) -> None:
    plain = str.maketrans("áéíóúãõçâê", "aeiouaocae")
    assume(then.translate(plain) != now.translate(plain))
    assert changed({"name": then}, {"name": now}) is not None


@pytest.mark.parametrize("name", DESCRIPTIVE)
def test_what_is_told_for_the_first_time_or_no_more_is_no_change(name: str) -> None:
    without = {key: value for key, value in PARTICIPANT.items() if key != name}
    assert changed(without, without | {name: "new"}) is None
    assert changed(without | {name: "new"}, without) is None


def test_the_same_change_has_the_same_mark_and_another_one_another() -> None:
    first, again = changed(PARTICIPANT, PARTICIPANT | {"name": "B"}), changed(PARTICIPANT, PARTICIPANT | {"name": "b"})
    other = changed(PARTICIPANT, PARTICIPANT | {"name": "C"})
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.mark != other.mark
    assert changed(PARTICIPANT, PARTICIPANT | {"name": "B"}, "participant-2") != first


@given(st.dictionaries(st.sampled_from(sorted(PARTICIPANT)), words.filter(lambda text: len(text) > 3), min_size=1))
def test_marks_show_nothing_of_what_they_mark(participant: dict[str, str]) -> None:
    """Invariant 7."""
    marks = participant_marks("participant-1", participant)
    assert set(marks) == set(participant)
    assert all(len(mark) == 16 for mark in marks.values())
    assert all(
        value not in dumps(list(marks.values())) or set(value) <= set("0123456789abcdef")
        for value in participant.values()
    )


def test_equal_names_of_two_participants_have_different_marks() -> None:
    assert participant_marks("participant-1", PARTICIPANT) != participant_marks("participant-2", PARTICIPANT)


@given(st.sampled_from(["street", *PLACE, "name", "neighborhood", "city", "countryState"]), spellings())
def test_an_address_spelt_otherwise_is_recognised_and_its_field_named(name: str, texts: tuple[str, str]) -> None:
    """Auditors compare address ids, and the platform gives another spelling another id."""
    then, now = texts
    assume(" ".join(then.split()) != " ".join(now.split()))
    found = alike(ADDRESS | {name: now}, ADDRESS | {name: then})
    assert found == Difference("address", "a-0", (name,), True, found.mark if found else "")


@given(st.sets(st.sampled_from(DETAILS), min_size=1))
def test_other_detail_at_the_same_number_and_zip_code_is_named(names: set[str]) -> None:
    other = {name: "elsewhere" if isinstance(ADDRESS[name], str) else ADDRESS[name] + 1 for name in names}
    found = alike(ADDRESS | other, ADDRESS)
    assert found is not None
    assert (set(found.fields), found.spelling) == (names, False)


@pytest.mark.parametrize("field", PLACE)
def test_another_place_of_another_name_is_another_address(field: str) -> None:
    assert alike(ADDRESS | {field: "999", "name": "Depósito"}, ADDRESS) is None


@pytest.mark.parametrize("field", PLACE)
def test_another_place_of_a_known_name_is_named_elsewhere(field: str) -> None:
    found = alike(ADDRESS | {field: "999"}, ADDRESS)
    assert found is not None
    assert (found.party_id, found.elsewhere, found.spelling, found.fields) == ("a-0", True, False, (field,))


def test_the_name_tells_nothing_once_two_addresses_bear_it() -> None:
    assert alike(ADDRESS | {"number": "3"}, ADDRESS | {"number": "1"}, ADDRESS | {"number": "2"}) is None


@pytest.mark.parametrize("number", ["S/N", "", "s/nº"])
def test_where_the_house_has_no_number_the_street_tells_the_place(number: str) -> None:
    """In a small town all streets share one zip code."""
    first = ADDRESS | {"number": number, "name": "Sítio Um"}
    assert alike(first | {"street": "Estrada do Sol", "name": "Sítio Dois"}, first) is None
    assert alike(first | {"name": "Sítio Dois"}, first) is not None


def test_another_participants_address_is_never_alike() -> None:
    assert not set(places_of("p-1", ADDRESS)) & set(places_of("p-2", ADDRESS))


def test_two_doors_are_two_addresses_but_a_missing_complement_is_noticed() -> None:
    first, second = ADDRESS | {"complement": "Apto. 50"}, ADDRESS | {"complement": "Apto. 51"}
    assert alike(second, first) is None
    found = alike(ADDRESS, first)
    assert found is not None
    assert found.fields == ("complement",)


def test_of_several_known_addresses_the_nearest_is_named() -> None:
    far, near = ADDRESS | {"name": "Depósito", "neighborhood": "Brás"}, ADDRESS | {"name": "Depósito"}
    found = alike(ADDRESS | {"name": "DEPOSITO"}, far, near)
    assert found is not None
    assert (found.party_id, found.fields, found.spelling) == ("a-1", ("name",), True)
