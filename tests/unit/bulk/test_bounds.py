"""What a bulk file may do to its reader has an end: in memory, in time, and in the report (invariant 10)."""

import tracemalloc
from collections.abc import Iterator

import pytest
from massid_relay.core.bulk import lines, table
from massid_relay.core.bulk.entries import MOST_PROBLEMS, Entry, Position
from massid_relay.core.bulk.files import Format
from massid_relay.core.bulk.rows import LONGEST_ROW
from massid_relay.core.bulk.table import MOST_BLANK_ROWS, MOST_ROWS, MOST_ROWS_PASSED_OVER
from massid_relay.core.errors import BulkRefused
from massid_relay.core.jsons import loads

from tests.unit.bulk.files import opener, read

HEAD = "externalId,event.name,event.permissions\n"
LOST = '"a"b,c\n'
"""A row that nobody can read."""


def goes_on_behind_each(content: str | bytes) -> list[Entry]:
    """All submissions, after a look whether reading that stops behind one comes to the same (invariant 2)."""
    entries = read(content)
    for place, entry in enumerate(entries[:5], 1):
        assert read(content, start=entry.after) == entries[place:]
    return entries


@pytest.mark.parametrize("row", [LOST, ",Weighing\n"], ids=["nobody can read", "of nobody"])
def test_rows_without_an_external_id_are_passed_over_piece_by_piece(row: str) -> None:
    """A turn records how far it came after each piece."""
    entries = goes_on_behind_each(HEAD + row * 5000 + "b,Pick-up\n" + "c,Pick-up\n")
    assert len(entries) > 5000 / (MOST_ROWS + 2)
    assert all(len(entry.problems) <= MOST_PROBLEMS + 1 for entry in entries)
    good = [loads(entry.text)["externalId"] for entry in entries if entry.text]
    assert good == (["c"] if row == LOST else ["b", "c"])


def test_what_is_wrong_with_one_submission_is_told_up_to_a_number() -> None:
    """A refused line of the report has an end, too."""
    (entry,) = read(HEAD + "a,Weighing,no JSON\n" * 190)
    assert len(entry.problems) == MOST_PROBLEMS + 1
    assert entry.problems[-1].problem == f"and {190 - MOST_PROBLEMS} problems more"


def test_memory_does_not_grow_with_rows_that_nobody_can_read() -> None:
    """Invariant 10 has no size."""

    def open_at(offset: int) -> Iterator[bytes]:
        return iter([HEAD.encode()] if offset == 0 else [LOST.encode() * 1000] * 50)

    tracemalloc.start()
    try:
        count = sum(1 for _ in table.csv_entries(open_at, Position(len(HEAD), 1)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count > 50_000 / (MOST_ROWS + 2)
    assert peak < 2_000_000


def test_a_submission_without_end_refuses_the_file_there() -> None:
    """A turn that can't get past it would begin it again for ever. What stands before it is read."""
    content = HEAD + "a,Pick-up\n" + "b,Weighing\n" * (MOST_ROWS_PASSED_OVER + 1)
    entries = table.csv_entries(opener(content.encode()), Position())
    assert next(entries).external_id == "a"
    with pytest.raises(BulkRefused, match="in line 3 begins"):
        next(entries)


def test_a_line_without_end_refuses_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LONGEST_PASSED_OVER", 300_000)
    assert read(b"x" * 299_999 + b"\n", Format.NDJSON)[0].problems
    with pytest.raises(BulkRefused, match="line 2 is longer than 300000 bytes"):
        read(b"{}\n" + b"x" * 300_001, Format.NDJSON)


def test_a_row_without_end_is_not_kept() -> None:
    """Its cells are closed and opened again in each line, so no cell becomes too large."""
    tracemalloc.start()
    try:
        (entry,) = read(HEAD + 'a,"x' + '\n","' * LONGEST_ROW)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "not closed" in entry.problems[0].problem
    assert peak < 15 * LONGEST_ROW


def test_blank_rows_are_no_rows_of_a_submission() -> None:
    """Excel writes the unused rows of a sheet as well."""
    entries = goes_on_behind_each(HEAD + "a,Pick-up,\n" + ",,\n" * (MOST_BLANK_ROWS - 1) + ",Weighing,\n")
    assert [event["name"] for event in loads(entries[0].text or "")["events"]] == ["Pick-up", "Weighing"]


def test_very_many_blank_rows_end_a_submission() -> None:
    """What comes behind them without an external id is nobody's, and is told."""
    entries = goes_on_behind_each(HEAD + "a,Pick-up,\n" + ",,\n" * (3 * MOST_BLANK_ROWS) + ",Weighing,\n")
    first, *blank, last = entries
    assert first.text
    assert [(entry.text, entry.problems) for entry in blank] == [(None, ())] * 2
    assert "no row above says it" in last.problems[0].problem
