"""CPF and CNPJ in both spellings, against an independent library."""

from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.orders.policy import Spelling
from massid_relay.core.orders.tax_ids import check_digits_hold, plain, spelt
from stdnum.br import cnpj, cpf

digits = st.text("0123456789", min_size=9, max_size=9)
cnpj_bases = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12)


@given(digits.filter(lambda base: len(set(base)) > 1))
def test_every_right_cpf_is_accepted_in_both_spellings_and_no_other(base: str) -> None:
    right = base + cpf._calc_check_digits(base)
    assert check_digits_hold(right)
    assert plain(spelt(right, Spelling.PUNCTUATED)) == right == plain(right)
    assert spelt(right, Spelling.PUNCTUATED) == cpf.format(right)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    assert not check_digits_hold(wrong)


@given(st.text("0123456789", min_size=12, max_size=12).filter(lambda base: len(set(base)) > 1))
def test_every_right_cnpj_is_accepted_in_both_spellings_and_no_other(base: str) -> None:
    right = base + cnpj.calc_check_digits(base)
    assert check_digits_hold(right)
    assert plain(spelt(right, Spelling.PUNCTUATED)) == right == plain(right)
    assert spelt(right, Spelling.PUNCTUATED) == cnpj.format(right)
    assert not check_digits_hold(right[:-1] + str((int(right[-1]) + 1) % 10))


def test_a_cnpj_with_letters_is_a_cnpj() -> None:
    """The example of the Receita Federal's own notice on the alphanumeric CNPJ."""
    assert plain("12.ABC.345/01DE-35") == "12ABC34501DE35"
    assert check_digits_hold("12ABC34501DE35")
    assert not check_digits_hold("12ABC34501DE36")


@given(st.sampled_from("0123456789"), st.sampled_from([11, 14]))
def test_one_digit_over_and_over_is_nobodys(digit: str, length: int) -> None:
    assert not check_digits_hold(digit * length)


@given(st.text(max_size=20))
def test_anything_else_is_no_tax_id(text: str) -> None:
    found = plain(text)
    assert found is None or len(found) in {11, 14}


def test_half_a_punctuation_is_none() -> None:
    for text in ("529.982.24725", "529982247-25", "11.444777/0001-61", "1144477700016", ""):
        assert plain(text) is None
