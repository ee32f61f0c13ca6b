"""Reads a bulk file of either format, from any point on."""

from collections.abc import Iterator

from massid_relay.core.bulk.entries import Entry, OpenAt, Position
from massid_relay.core.bulk.files import Format
from massid_relay.core.bulk.ndjson import ndjson_entries
from massid_relay.core.bulk.table import csv_entries


def entries_of(form: Format, open_at: OpenAt, start: Position) -> Iterator[Entry]:
    """The submissions from there on. Raises BulkRefused for a file that can't be read."""
    return ndjson_entries(open_at, start) if form is Format.NDJSON else csv_entries(open_at, start)
