"""What holds for every message: an upgrade is done once, changes nothing of today's form, and quotes nobody."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_local.samples import generate
from massid_local.samples.older import aged
from massid_local.samples.write_events import EVENTS_DAY
from massid_relay.core.jsons import JsonObject
from massid_relay.core.migration import Upgrade, upgrade
from massid_relay.core.migration.vocabulary import KEBAB_ATTRIBUTES, OTHER_EVENT_NAMES, OTHER_LABELS

SECRET = "Fulana de Tal, 123.456.789-09"
NAMES = ["OPEN", "MOVE", "ACTOR", "Drop-off", "Pick-up", "CLOSE", *OTHER_EVENT_NAMES]
ATTRIBUTES = ["actor-type", "move-type", "some-thing", "Tare", "Vehicle Type", *KEBAB_ATTRIBUTES]
odd = st.none() | st.booleans() | st.integers() | st.just(SECRET) | st.lists(st.integers(), max_size=2)
said = st.sampled_from(["SOURCE", "RECYCLER", "Drop-off", "PICK_UP", "Pick-up", "weighing"]) | odd
attributes = odd | st.fixed_dictionaries(
    {}, optional={"name": st.sampled_from(ATTRIBUTES) | odd, "value": said, "sensible": odd, "sensitive": odd}
)
metadata = odd | st.fixed_dictionaries({}, optional={"attributes": odd | st.lists(attributes, max_size=5), "more": odd})
events = odd | st.fixed_dictionaries(
    {"name": st.sampled_from(NAMES) | odd},
    optional={
        "label": st.sampled_from(["Source", "Recycler", "Waste Generator", *OTHER_LABELS]) | odd,
        "actor-type": said,
        "move-type": said,
        "metadata": metadata,
    },
)
documents = odd | st.fixed_dictionaries(
    {},
    optional={
        "category": st.sampled_from(["Mass", "MassID"]) | odd,
        "type": st.sampled_from(["Mass", "Organic"]) | odd,
        "measureUnit": st.sampled_from(["KG", "kg", "t", " Kilos "]) | odd,
        "measurementUnit": st.sampled_from(["KG", "kg", "t"]) | odd,
    },
)
messages = st.fixed_dictionaries(
    {}, optional={"document": documents, "events": odd | st.lists(events, max_size=4), "x": odd}
)
SAMPLES = [
    sample.submission
    for methodology in ("bold-recycling", "bold-carbon")
    for sample in generate(12, 3, EVENTS_DAY, methodology=methodology, variety="full")
]


@given(messages)
def test_an_upgrade_of_an_upgrade_does_nothing(message: JsonObject) -> None:
    once = upgrade(message)
    again = upgrade(once.message)
    assert again.message == once.message
    assert again.changes == ()
    assert [(item.old, item.why) for item in again.left] == [(item.old, item.why) for item in once.left]


@given(messages)
def test_what_was_left_is_named_and_no_value_is_told(message: JsonObject) -> None:
    """Invariant 7."""
    done = upgrade(message)
    assert all(item.path and item.old and item.why for item in done.left)
    assert SECRET not in repr(done.changes) + repr(done.left)


@given(messages)
def test_without_a_finding_nothing_is_changed(message: JsonObject) -> None:
    done = upgrade(message)
    assert (done.message == message) is (not done.changes)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["externalId"])
def test_todays_form_comes_back_as_it_was_with_an_empty_report(sample: JsonObject) -> None:
    assert upgrade(sample) == Upgrade(sample)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["externalId"])
def test_a_message_in_the_older_form_becomes_the_very_message_of_today(sample: JsonObject) -> None:
    done = upgrade(aged(sample))
    assert done.message == sample
    assert done.left == ()
    assert {change.path.split(".")[0] for change in done.old_forms} == {"document", "events"}


@given(st.recursive(odd | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12))
def test_other_messages_pass_through(content: Any) -> None:
    message = {"version": 1, "fileNames": content}
    assert upgrade(message) == Upgrade(message)
