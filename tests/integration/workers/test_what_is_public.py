"""What goes out says what is public: by role unless told otherwise, at every level, and nothing is masked (invariant 7)."""

from collections.abc import Callable
from typing import Any

import pytest
from massid_relay.core.jsons import JsonObject

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, Bench
from tests.integration.workers.payloads import PDF, PLATE, document_message, event, events_message, files_message


def without_flag(name: str, minute: int, **changes: Any) -> JsonObject:
    """An event that doesn't say whether it is public."""
    body = event(name.lower().replace(" ", "-"), minute, name, **changes)
    del body["isPublic"]
    return body


def sent(bench: Bench, *events: JsonObject) -> list[JsonObject]:
    """The bodies of these events as Carrot got them."""
    bench.drop("doc", "a.pdf", PDF, tell=False)
    bench.send(DOCUMENTS, document_message())
    bench.send(EVIDENCE, files_message("a.pdf"))
    bench.send(EVENTS, events_message(*events))
    bench.run()
    assert bench.letters() == []
    return [body for _, body in bench.carrot.document.events]


@pytest.mark.parametrize(
    ("label", "public"),
    [("Waste Generator", False), ("Hauler", False), ("Processor", True), ("Recycler", True), ("Integrator", True)],
)
def test_an_actor_is_as_public_as_its_role(bench: Bench, label: str, public: bool) -> None:
    (body,) = sent(bench, without_flag("ACTOR", 1, label=label))
    assert body["isPublic"] is public


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("Pick-up", False),
        ("Transport Manifest", False),
        ("Weighing", True),
        ("Drop-off", True),
        ("Sorting", True),
        ("Recycling Manifest", True),
        ("Recycled", True),
    ],
)
def test_other_events_are_as_public_as_those_whose_data_they_hold(bench: Bench, name: str, public: bool) -> None:
    (body,) = sent(bench, without_flag(name, 1))
    assert body["isPublic"] is public


@pytest.mark.parametrize("flag", ["sensitive", "sensible"])
def test_attributes_and_attachments_follow_their_event_unless_they_say_otherwise(
    new_bench: Callable[..., Bench], flag: str
) -> None:
    plate = {"name": "Vehicle License Plate", "value": PLATE, "isPublic": True, "sensitive": True}
    attributes = [plate, {"name": "Vehicle Type", "value": "Truck"}]
    pick_up = without_flag(
        "Pick-up",
        1,
        metadata={"attributes": attributes},
        attachments=[{"fileName": "a.pdf", "label": "Transport Manifest"}],
    )
    weighing = without_flag(
        "Weighing", 2, attachments=[{"fileName": "a.pdf", "label": "Weighing Ticket", "isPublic": False}]
    )
    first, second = sent(new_bench(SENSITIVE_FLAG_NAME=flag), pick_up, weighing)
    assert first["metadata"]["attributes"] == [
        {"name": "Vehicle License Plate", "value": PLATE, "isPublic": True, flag: True},
        {"name": "Vehicle Type", "value": "Truck", "isPublic": False},
    ]
    assert (first["isPublic"], first["attachments"][0]["isPublic"]) == (False, False)
    assert (second["isPublic"], second["attachments"][0]["isPublic"]) == (True, False)
