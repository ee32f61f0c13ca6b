"""Names of bulk files, and where their reports lie."""

import pytest
from massid_relay.core.bulk.files import PREFIX, Format, bulk_key, format_of, refused_key, report_key, run_id
from massid_relay.core.errors import BulkRefused


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("loads.ndjson", Format.NDJSON),
        ("loads.jsonl", Format.NDJSON),
        ("cargas de março + abril 📄.CSV", Format.CSV),
    ],
)
def test_the_ending_says_the_format(name: str, form: Format) -> None:
    assert format_of(name) is form


@pytest.mark.parametrize("name", ["loads.xlsx", "loads.csv.gz", "loads", "", "a/b.csv", "a\nb.csv"])
def test_other_names_are_refused_in_words(name: str) -> None:
    with pytest.raises(BulkRefused) as caught:
        format_of(name)
    assert caught.value.reason.startswith("the file name")


def test_a_report_triggers_nothing_and_belongs_to_one_version() -> None:
    one, other = run_id("loads.csv", "v1"), run_id("loads.csv", "v2")
    keys = {report_key("loads.csv", one), report_key("loads.csv", other), refused_key("loads.csv", one, 1)}
    assert len(keys) == 3
    assert bulk_key("loads.csv").startswith(PREFIX)
    assert not any(key.startswith(PREFIX) for key in keys)


def test_parts_sort_as_they_were_written() -> None:
    keys = [refused_key("loads.csv", "r", part) for part in (1, 2, 10, 100, 20_000)]
    assert keys == sorted(keys)
