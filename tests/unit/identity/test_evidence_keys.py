"""The convention of the evidence bucket: `evidence/{document external id}/{file name}`."""

import unicodedata
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.evidence import EvidenceKey, decoded, evidence_key, parse_key, wrong_with_name

external_ids = st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True)
file_names = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1, max_size=60
).filter(lambda name: name not in {".", ".."})


@given(external_ids, file_names)
def test_a_key_says_what_it_was_made_of(external_id: str, name: str) -> None:
    assert parse_key(evidence_key(external_id, name)) == EvidenceKey(external_id, name)


@given(external_ids, file_names)
def test_the_notifications_spelling_is_decoded_once(external_id: str, name: str) -> None:
    """Space as plus, the rest by percent; a plus or a percent sign in the name itself stays one."""
    sent = "/".join(quote_plus(part) for part in evidence_key(external_id, name).split("/"))
    assert parse_key(decoded(sent)) == EvidenceKey(external_id, name)


@given(external_ids, file_names)
def test_a_space_may_come_as_percent_20_too(external_id: str, name: str) -> None:
    assert parse_key(decoded(quote(evidence_key(external_id, name)))) == EvidenceKey(external_id, name)


@pytest.mark.parametrize(
    "name", ["mtr 1.pdf", "a+b.png", "balança-çã.pdf", "📄.pdf", "100%.pdf", "a%20b.pdf", " .pdf", "...", "é" * 127]
)
def test_these_file_names_are_good(name: str) -> None:
    assert wrong_with_name(name) == ""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "empty"),
        ("a/b.pdf", "slash"),
        ("..", "step to another folder"),
        ("a\nb.pdf", "control characters"),
        ("a\x7f.pdf", "control characters"),
        ("a\x85.pdf", "control characters"),
        ("a" * 256, "255 bytes"),
        ("é" * 128, "255 bytes"),
    ],
)
def test_these_are_refused_in_words(name: str, says: str) -> None:
    assert says in wrong_with_name(name)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("evidence/load-1", "must be evidence/"),
        ("evidence", "must be evidence/"),
        ("other/load-1/a.pdf", "must be evidence/"),
        ("Evidence/load-1/a.pdf", "must be evidence/"),
        ("", "must be evidence/"),
        ("evidence/load 1/a.pdf", "external id, must be 1 to 64"),
        ("evidence//a.pdf", "external id, must be 1 to 64"),
        ("evidence/load-1/", "empty"),
        ("evidence/load-1/folder/a.pdf", "slash"),
    ],
)
def test_a_key_outside_the_convention_is_refused_in_words(key: str, says: str) -> None:
    """Invariant 10."""
    found = parse_key(key)
    assert isinstance(found, str)
    assert says in found


@given(st.text(), st.text())
def test_any_key_gets_an_answer_that_quotes_nothing(external_id: str, name: str) -> None:
    """Invariants 7 and 10: names of files and ids from outside are not repeated in a reason."""
    found = parse_key(decoded(f"evidence/{external_id}/{name}"))
    if isinstance(found, str):
        assert found.isascii()
    else:
        assert not any(unicodedata.category(character) == "Cc" for character in found.file_name)
