"""`events/` holds the very messages of the demo."""

from pathlib import Path

import pytest
from massid_local.samples import generate
from massid_local.samples.files import pretty
from massid_local.samples.write_events import EVENTS_DAY, EVENTS_SEED, bulk_samples, event_samples, write_events
from massid_relay.core.jsons import loads

FOLDER = Path(__file__).parents[3] / "events"


@pytest.mark.parametrize("name", event_samples())
def test_the_file_is_what_the_generator_writes(name: str) -> None:
    """Mend with `python -m massid_local.samples.write_events events`."""
    assert (FOLDER / name).read_text(encoding="utf-8") == pretty(event_samples()[name])


@pytest.mark.parametrize("name", bulk_samples())
def test_the_bulk_file_is_what_the_generator_writes(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == bulk_samples()[name]


def test_the_submission_is_the_demos_first() -> None:
    first = generate(1, EVENTS_SEED, EVENTS_DAY)[0]
    assert loads((FOLDER / "submission.json").read_bytes()) == first.submission


def test_the_folder_holds_nothing_else() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {*event_samples(), *bulk_samples()}


def test_they_can_be_written_anywhere(tmp_path: Path) -> None:
    written = write_events(tmp_path / "new")
    assert sorted(path.name for path in written) == sorted([*event_samples(), *bulk_samples()])
