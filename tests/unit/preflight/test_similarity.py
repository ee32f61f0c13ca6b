"""Similarity as the auditor counts it. The expected figures were counted by hand from pairs of neighbouring characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.preflight.similarity import address_similarity, dice, normalised, normalised_address, numbers_agree


def test_normalising_drops_accents_case_and_punctuation_and_parts_letters_from_digits() -> None:
    assert normalised("  Resíduos,  de-Cozinha (A1b2)! ") == "residuos decozinha a 1 b 2"
    assert normalised("ção\u00a0x") == "cao x"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("night", "nacht", 2 * 1 / 8),
        ("a", "a", 1.0),
        ("a", "b", 0.0),
        ("", "", 1.0),
        ("aa", "aaa", 2 * 1 / 3),
        ("ab cd", "abcd", 2 * 2 / 7),
    ],
)
def test_dice_counts_pairs_with_their_number_and_spaces_too(one: str, other: str, expected: float) -> None:
    assert dice(one, other) == expected


def test_addresses_have_abbreviations_written_out_and_echoes_dropped() -> None:
    assert normalised_address("R. das Flores, 12-14") == "rua das flores 12 14"
    assert normalised_address("Av Brasil Av Brasil 5") == "avenida brasil 5"
    assert address_similarity("Pça. da Sé, 1", "Praça da Sé 1") == 1.0


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("Rua A, 10", "Rua A, 010", True),
        ("Rua A, 10", "Rua A, 11", False),
        ("Rua A", "Rua A, 11", True),
        ("Rua A, 10", "Rua 5, km 10", True),
        ("Rua A, 1010", "Rua A, 10", True),
        ("Rua A, 10 20", "Rua A, 10 30", False),
    ],
)
def test_numbers_agree_exactly(one: str, other: str, agree: bool) -> None:
    assert numbers_agree(one, other) is agree


@given(st.text(), st.text())
def test_dice_lies_between_0_and_1_is_symmetric_and_1_for_equals(one: str, other: str) -> None:
    assert 0 <= dice(one, other) <= 1
    assert dice(one, other) == dice(other, one)
    assert dice(one, one) == 1


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
