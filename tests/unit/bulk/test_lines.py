"""A file is a stream of numbered lines, and reading may go on behind any of them."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.bulk.entries import Position
from massid_relay.core.bulk.files import Format
from massid_relay.core.bulk.lines import lines_of
from massid_relay.core.errors import BulkRefused

from tests.unit.bulk.files import START, opener, read

contents = st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\r\n", b"\r", b"x" * 40, "ç".encode()]), max_size=15).map(
    b"".join
)


@given(contents, st.integers(1, 7), st.integers(1, 50))
def test_lines_are_the_file_whatever_the_pieces(content: bytes, piece: int, longest: int) -> None:
    lines = list(lines_of(opener(content, piece), START, longest))
    expected = [part + b"\n" for part in content.split(b"\n")[:-1]] + ([content.split(b"\n")[-1]] if content else [])
    expected = [part for part in expected if part]
    assert [line.content for line in lines] == [part if len(part) <= longest else None for part in expected]
    assert [line.number for line in lines] == list(range(1, len(expected) + 1))
    assert (lines[-1].after if lines else START) == Position(len(content), len(expected))


@given(contents, st.integers(1, 7))
def test_reading_goes_on_behind_any_line(content: bytes, piece: int) -> None:
    """Invariant 2: what is recorded as read is never read again, and nothing is passed over."""
    lines = list(lines_of(opener(content, piece), START))
    for place, line in enumerate(lines, 1):
        assert list(lines_of(opener(content, piece), line.after)) == lines[place:]


@pytest.mark.parametrize("line", [b"x" * 2000 + b"\n", b"x" * 100_000], ids=["many lines", "one endless line"])
def test_memory_does_not_grow_with_the_file(line: bytes) -> None:
    """60 MB pass through less than two."""

    def open_at(offset: int) -> Iterator[bytes]:
        return iter([line * (200_000 // len(line))] * 300)

    tracemalloc.start()
    try:
        count = sum(1 for _ in lines_of(open_at, START))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == (line * (200_000 // len(line))).count(b"\n") * 300 + (not line.endswith(b"\n"))
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{}".encode("utf-16"), "UTF-16"),
        (b"\xfe\xff\x00{", "UTF-16"),
        (b"\x1f\x8b\x08\x00", "compressed"),
        (b"PK\x03\x04\x14", "workbook"),
        ("{}".encode("utf-16-le"), "no text"),
    ],
)
@pytest.mark.parametrize("form", list(Format))
def test_what_is_no_utf8_text_file_is_refused_as_a_whole(content: bytes, says: str, form: Format) -> None:
    """Also a truncated or whole gzip file, and a workbook whose name was changed."""
    with pytest.raises(BulkRefused, match=says):
        read(content, form)


def test_a_line_that_is_not_utf8_is_refused_by_its_number() -> None:
    first, second, third = read(b'{"a":1}\n{"name":"Jo\xe3o"}\n\n', Format.NDJSON)
    assert first.text == '{"a":1}'
    assert (second.line, second.text, second.problems[0].problem) == (2, None, "is not UTF-8 text")
    assert (third.text, third.problems) == (None, ())


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    (entry,) = read("\ufeff{}\r\n", Format.NDJSON)
    assert entry.text == "{}"
