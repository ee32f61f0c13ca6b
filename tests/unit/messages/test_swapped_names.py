"""A name and a value that changed places: the value is then an unknown field's name, and stays as private (invariant 7)."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.errors import InvalidMessage
from massid_relay.core.jsons import dumps
from massid_relay.core.messages import parse_document_message
from massid_relay.core.messages.base import UNNAMED

from tests.unit.messages.conftest import DOCUMENT

PRIVATE = ["Fulana de Tal", "Fulana", "FUL4N40", "ful4n40", "12345678909", "fulana@example.com", "Fulana-Tal Ltda."]


def with_another_key(value: Any, key: str) -> Iterator[Any]:
    """The value with each of its keys, one at a time, replaced by `key`."""
    items: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        for name in value:
            yield {key if other == name else other: item for other, item in value.items()}
        items = iter(value.items())
    elif isinstance(value, list):
        items = iter(enumerate(value))
    for place, item in items:
        for changed in with_another_key(item, key):
            copy = value.copy()
            copy[place] = changed
            yield copy


def refusal_of(message: Any) -> InvalidMessage:
    with pytest.raises(InvalidMessage) as caught:
        parse_document_message(dumps(message))
    return caught.value


@pytest.mark.parametrize("private", PRIVATE)
def test_personal_data_in_the_place_of_a_name_is_not_told(private: str) -> None:
    message = {"version": 1, "externalId": "load-1", "document": DOCUMENT}
    for changed in with_another_key(message, private):
        refusal = refusal_of(changed)
        assert private not in str(refusal) + repr(refusal.fields)
        assert any(UNNAMED in problem.path for problem in refusal.fields)


@pytest.mark.parametrize("misspelt", ["externaId", "external_id", "external-id", "ExternalId", "co2eKilogram", "x"])
def test_a_misspelt_name_is_told(misspelt: str) -> None:
    """Invariant 10."""
    refusal = refusal_of({"version": 1, "externalId": "load-1", "document": DOCUMENT | {misspelt: 1}})
    assert [problem.path for problem in refusal.fields] == [f"document.{misspelt}"]


@given(st.text().filter(lambda name: not name.isascii() or " " in name or len(name) > 64))
def test_no_sentence_becomes_a_path(name: str) -> None:
    refusal = refusal_of({"version": 1, "externalId": "load-1", "document": DOCUMENT | {name: 1}})
    assert [problem.path for problem in refusal.fields] == [f"document.{UNNAMED}"]
