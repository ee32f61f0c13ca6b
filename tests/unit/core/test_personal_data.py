"""What a text seems to hold: the forms that count, and all the ordinary numbers that don't."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.clock import iso
from massid_relay.core.orders.policy import Spelling
from massid_relay.core.orders.tax_ids import check_digits_hold, spelt
from massid_relay.core.personal_data import Kind, kinds_in

DIGITS, LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SENTENCE = "carga de resíduos pesada na balança às com e para o pátio: lote nota MTR CDF kg R$ km nº"
WORDS = st.sampled_from(SENTENCE.split())


def with_check_digits(base: str) -> str:
    """The tax id of that base."""
    return next(tax_id for number in range(100) if check_digits_hold(tax_id := f"{base}{number:02}"))


def bases(length: int, alphabet: str = DIGITS) -> st.SearchStrategy[str]:
    """Bases that are not one digit repeated: those are nobody's, whatever their check digits."""
    return st.text(alphabet, min_size=length, max_size=length).filter(lambda base: len(set(base)) > 1)


def numbers(shape: str) -> st.SearchStrategy[str]:
    """Texts of that shape: 0 stands for a digit, A for a letter."""
    kinds = {"0": DIGITS, "A": LETTERS}
    return st.tuples(*(st.sampled_from(kinds.get(sign, sign)) for sign in shape)).map("".join)


cpfs = bases(9).map(with_check_digits)
cnpjs = bases(12).map(with_check_digits)
cnpjs_with_letters = bases(12, DIGITS + LETTERS).map(with_check_digits)
plates = st.one_of(numbers("AAA0A00"), numbers("AAA-0A00"), numbers("AAA0A00").map(str.lower))
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
ordinary = st.one_of(
    st.integers(-(10**9), 10**9).map(str),
    st.integers(10**14, 10**40).map(str),
    st.integers(0, 10**12).map(lambda number: f"{number:,}".replace(",", ".") + ",50"),
    st.integers(0, 10**12).map(lambda number: f"{number:,}.25"),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    moments.map(iso),
    moments.map(lambda moment: moment.strftime("%d/%m/%Y")),
    moments.map(lambda moment: moment.strftime("%Y-%m-%d %H:%M")),
    numbers("00 00 00"),
    numbers("00000-000"),
    numbers("000000000000"),
    numbers("0000-0000"),
    numbers("-00.00000"),
    st.uuids().map(str),
    st.sampled_from(["ISO 9001", "ISO9001", "NBR-1004", "MTR-2024", "CDF2026", "LOT-0012", "SET-2025", "JUL2026"]),
)


def around(found: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One of these inside a sentence."""
    return st.tuples(WORDS, found, WORDS).map(" ".join)


@given(around(plates))
def test_a_plate_is_noticed_in_any_sentence(text: str) -> None:
    assert Kind.PLATE in kinds_in(text)


@pytest.mark.parametrize(
    "text",
    ["veículo BWQ-2190", "veículo BWQ2190", "placa bwq 2190", "Placa: BWQ2J90", "manifesto-BWQ2J90.pdf", "(BWQ2190)"],
)
def test_the_older_plate_is_noticed_in_capitals_or_where_it_is_called_one(text: str) -> None:
    assert kinds_in(text) == [Kind.PLATE]


@given(cpfs)
def test_a_cpf_is_noticed_in_every_spelling(digits: str) -> None:
    for written in (digits, spelt(digits, Spelling.PUNCTUATED), f"{digits[:9]}-{digits[9:]}"):
        assert Kind.CPF in kinds_in(f"motorista {written}, turno da noite")


@given(cnpjs)
def test_a_cnpj_is_noticed_in_every_spelling(digits: str) -> None:
    for written in (digits, spelt(digits, Spelling.PUNCTUATED), f"{digits[:8]}/{digits[8:12]}-{digits[12:]}"):
        assert Kind.CNPJ in kinds_in(f"entregue por {written}.")


@given(cnpjs_with_letters)
def test_a_cnpj_with_letters_is_noticed_by_its_signs_or_its_name(digits: str) -> None:
    """Since July 2026 (Receita Federal, Instrução Normativa RFB 2.229/2024)."""
    assert Kind.CNPJ in kinds_in(f"entregue por {spelt(digits, Spelling.PUNCTUATED)}.")
    assert Kind.CNPJ in kinds_in(f"CNPJ: {digits}")


@given(numbers("000.000.000-00").filter(lambda text: len(set(text)) > 3))
def test_a_tax_id_with_all_its_signs_counts_whatever_its_check_digits(written: str) -> None:
    """Whoever mistypes one has told it all the same."""
    assert Kind.CPF in kinds_in(written)


@given(st.one_of(numbers("00000000000"), numbers("00000000000000")))
def test_eleven_or_fourteen_digits_alone_count_only_with_right_check_digits(digits: str) -> None:
    assert bool(kinds_in(digits)) is check_digits_hold(digits)
    assert kinds_in(digits, bare_numbers=False) == []


@pytest.mark.parametrize("text", ["fale com ana.souza@exemplo.com.br", "ANA+1@exemplo.eco."])
def test_an_email_address_is_noticed(text: str) -> None:
    assert kinds_in(text) == [Kind.EMAIL]


@pytest.mark.parametrize("text", ["(11) 91234-5678", "(19)3232-1000", "+55 11 91234-5678", "+5511912345678"])
def test_a_phone_number_is_noticed_if_it_is_written_as_one(text: str) -> None:
    assert Kind.PHONE in kinds_in(f"recados: {text}")


@given(st.lists(st.one_of(WORDS, ordinary), max_size=12).map(" ".join))
def test_no_ordinary_number_raises_an_alarm(text: str) -> None:
    assert kinds_in(text) == []


@pytest.mark.parametrize("text", ["000.000.000-00", "00.000.000/0000-00", "11111111111", "99.999.999/9999-99"])
def test_a_placeholder_is_nobodys_tax_id(text: str) -> None:
    assert kinds_in(text) == []


@given(around(numbers("AAA-0000")))
def test_in_names_the_older_plate_does_not_count(text: str) -> None:
    """It has the form of many an id."""
    assert kinds_in(text, old_plates=False) == []
