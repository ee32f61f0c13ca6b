"""A name that only looks like one of Carrot's own types would pass every rule of the status as a custom event (invariant 3)."""

import pytest
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages import parse_events_message

from tests.unit.messages.conftest import Refusal
from tests.unit.messages.test_events import message, parsed
from tests.unit.messages.test_schemas import accepts


@pytest.mark.parametrize(
    "name",
    [
        "close",
        "Close",
        "Cancel",
        "Related",
        "actor",
        "Update",
        "split",
        "Output",
        " CLOSE",
        "\u200bCLOSE",
        "\uff23\uff2c\uff2f\uff33\uff25",
    ],
)
def test_it_is_refused_by_its_field(weighing: JsonObject, refusal: Refusal, name: str) -> None:
    problems = refusal(parse_events_message, message(weighing | {"name": name}))
    assert problems["events.0.name"].startswith("is reserved: write ")
    if name.isascii():  # a schema has no word for look-alikes of other alphabets
        assert not accepts("events", message(weighing | {"name": name}))


@pytest.mark.parametrize("name", ["Closing", "Cancelled load", "Sorting Output", "UPDATE"])
def test_other_names_are_free(weighing: JsonObject, name: str) -> None:
    assert parsed(weighing | {"name": name}).name == name
    assert accepts("events", message(weighing | {"name": name}))
