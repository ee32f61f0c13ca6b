"""Figures of the decisions are what one measures."""

import re

import pytest

from tests.docs.pages import text
from tests.docs.record_sizes import closed_record, stored_bytes, write_units

PAGE = text("docs/decisions/0002-one-record-per-document.md")
ROWS = {
    (0, 0): "a document just created",
    (0, 3): "with 3 files",
    (13, 3): "a closed MassID",
    (99, 3): "99 events, 3 files: the largest",
}
TOLERANCE = 0.03
"""A figure on a page need not change with every byte."""


@pytest.mark.parametrize(("events", "files"), ROWS)
def test_a_record_weighs_what_the_decision_says(events: int, files: int) -> None:
    record = closed_record(events, files)
    if not events:
        record.verified_at = None
    row = next(line for line in PAGE.splitlines() if line.startswith("|") and ROWS[events, files] in line)
    told, units = (int(number) for number in re.findall(r"\| (\d+)", row)[-2:])
    measured = stored_bytes(record)
    assert measured == pytest.approx(told, rel=TOLERANCE)
    assert write_units(measured) == units


def test_a_record_stays_far_below_dynamodbs_limit() -> None:
    """400 KB an item (docs.aws.amazon.com, amazondynamodb, ServiceQuotas)."""
    assert stored_bytes(closed_record(99, 40)) < 400 * 1024 / 4
