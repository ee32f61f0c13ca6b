"""JSON that is legal but would harm its reader is a ValueError like any other text that can't be read (invariant 10)."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core import jsons


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 100_000, id="deep list"),
        pytest.param('{"a":' * 50_000, id="deep object"),
        pytest.param("1e999999999", id="huge"),
        pytest.param("1e99999999999999999999", id="beyond Decimal"),
        pytest.param("-1e-999999999", id="tiny"),
        pytest.param("9" * 5_000, id="long whole number"),
        pytest.param("NaN", id="NaN"),
        pytest.param(b"\xff", id="not UTF-8"),
        pytest.param('{"a":"\\ud800"}', id="half a surrogate pair"),
        pytest.param('{"\\uDFFF":1}', id="half a pair in a key"),
        pytest.param('"\ud800"', id="half a pair as it is"),
    ],
)
def test_a_text_beyond_the_limits_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the type is the promise
        jsons.loads(text)


@pytest.mark.parametrize("text", ["1.50", "-23.56130", "1e308", "0.0", "0e999"])
def test_numbers_within_them_stay_as_they_were_written(text: str) -> None:
    assert jsons.loads(text) == Decimal(text)
    assert jsons.loads(jsons.dumps(jsons.loads(text))) == Decimal(text)


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert jsons.loads('{"a":"\\ud83c\\udf31 \\u00e7"}') == {"a": "🌱 ç"}


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_a_value_error(text: bytes) -> None:
    with contextlib.suppress(ValueError):
        jsons.canonical(jsons.loads(text)).encode()
