"""Older forms of messages become today's, where that is certain; nothing else is touched."""

from copy import deepcopy
from typing import Any

import pytest
from massid_relay.core.jsons import JsonObject
from massid_relay.core.migration import Openings, Upgrade, upgrade


def of_document(**fields: Any) -> Upgrade:
    return upgrade({"version": 1, "externalId": "load-1", "document": fields})


def of_events(*events: JsonObject) -> Upgrade:
    """The only message of its document."""
    message = {"version": 1, "documentExternalId": "load-1", "events": list(events)}
    return upgrade(message, Openings([message]))


def event(name: str, *attributes: JsonObject, **fields: Any) -> JsonObject:
    metadata = {"metadata": {"attributes": list(attributes)}} if attributes else {}
    return {"name": name, "externalCreatedAt": "2026-03-01T10:00:00Z", **fields, **metadata}


def attribute(name: str, value: Any = "x") -> JsonObject:
    return {"name": name, "value": value, "isPublic": False}


def named(done: Upgrade) -> list[tuple[str, str, str]]:
    return [(change.path, change.old, change.new) for change in done.changes]


def left(done: Upgrade) -> list[str]:
    return [item.path for item in done.left]


def test_the_category_mass_is_mass_id() -> None:
    """docs.carrot.eco, integrations, "Migrating from a previous integration"."""
    done = of_document(category="Mass", type="Organic")
    assert done.message["document"] == {"category": "MassID", "type": "Organic"}
    assert named(done) == [("document.category", "Mass", "MassID")]


def test_the_type_mass_says_no_type_of_waste_and_is_left() -> None:
    done = of_document(category="Mass", type="Mass")
    assert done.message["document"] == {"category": "MassID", "type": "Mass"}
    assert left(done) == ["document.type"]


@pytest.mark.parametrize(
    "unit", ["KG", "Kg", "kgs", " kg ", "kilogram", "Kilograms", "KILOGRAMME", "quilogramas", "Quilo"]
)
def test_every_spelling_of_the_kilogram_is_kg(unit: str) -> None:
    assert of_document(measurementUnit=unit).message["document"] == {"measurementUnit": "kg"}


@pytest.mark.parametrize("unit", ["t", "tonnes", "Tonelada", "g", "lbs"])
def test_another_unit_of_mass_is_left_because_values_would_have_to_be_converted(unit: str) -> None:
    done = of_document(measurementUnit=unit)
    assert left(done) == ["document.measurementUnit"]
    assert done.changes == ()


@pytest.mark.parametrize("unit", ["kg", "kg CO₂e", "m3", 7, None, ["KG"]])
def test_what_is_no_unit_of_mass_is_nobodys_older_form(unit: Any) -> None:
    assert of_document(measurementUnit=unit) == Upgrade(
        {"version": 1, "externalId": "load-1", "document": {"measurementUnit": unit}}
    )


def test_the_unit_under_its_other_name_keeps_the_path_that_it_came_with() -> None:
    done = of_document(measureUnit="KG")
    assert done.message["document"] == {"measurementUnit": "kg"}
    assert named(done) == [
        ("document.measureUnit", "measureUnit", "measurementUnit"),
        ("document.measureUnit", "KG", "kg"),
    ]


@pytest.mark.parametrize(
    ("old", "today"),
    [
        ("PICK_UP", "Pick-up"),
        ("TRANSPORT_MANIFEST", "Transport Manifest"),
        ("WEIGHING", "Weighing"),
        ("DROP_OFF", "Drop-off"),
        ("Drop-Off", "Drop-off"),
        ("SORTING", "Sorting"),
        ("RECYCLED", "Recycled"),
        ("RECYCLING_MANIFEST", "Recycling Manifest"),
    ],
)
def test_an_upper_case_name_is_a_spelling_that_every_stack_takes(old: str, today: str) -> None:
    """docs/decisions/0004: the platform's overview page writes PICK_UP, the auditor matches Pick-up."""
    done = of_events(event(old))
    assert done.message["events"] == [event(today)]
    assert named(done) == [("events.0.name", old, today)]
    assert done.old_forms == ()


def test_an_open_that_carries_the_pick_ups_data_is_the_pick_up() -> None:
    done = of_events(event("OPEN", attribute("vehicle-license-plate")), event("WEIGHING"))
    assert done.message["events"] == [event("Pick-up", attribute("Vehicle License Plate")), event("Weighing")]


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([event("OPEN")], id="it carries nothing"),
        pytest.param([event("OPEN", attribute("description"))], id="it carries what any event may carry"),
        pytest.param([event("OPEN", attribute("vehicle-type")), event("Pick-up")], id="there is a Pick-up"),
        pytest.param([event("OPEN", attribute("vehicle-type")), event("PICK_UP")], id="there is a PICK_UP"),
        pytest.param(
            [event("OPEN", attribute("vehicle-type")), event("MOVE", attribute("move-type", "Pick-up"))],
            id="there is a MOVE that is the Pick-up",
        ),
        pytest.param(
            [event("OPEN", attribute("vehicle-type")), event("OPEN", attribute("waste-origin"))], id="there are two"
        ),
        pytest.param(
            [event("OPEN", attribute("vehicle-type"), attribute("move-type", "Drop-off"))], id="it says to be another"
        ),
    ],
)
def test_any_other_open_is_left(events: list[JsonObject]) -> None:
    done = of_events(*events)
    assert "events.0.name" in left(done)
    assert done.message["events"][0]["name"] == "OPEN"


@pytest.mark.parametrize("value", ["Drop-off", "DROP_OFF", "drop-off", "Drop Off"])
def test_a_move_has_the_name_that_its_type_says(value: str) -> None:
    done = of_events(event("MOVE", attribute("move-type", value), attribute("waste-origin")))
    assert done.message["events"] == [event("Drop-off", attribute("Waste Origin"))]


def test_a_moves_type_may_be_a_field_too() -> None:
    assert of_events(event("MOVE", **{"move-type": "Sorting"})).message["events"] == [event("Sorting")]


@pytest.mark.parametrize(
    "marks",
    [
        pytest.param([], id="none"),
        pytest.param([attribute("move-type", "Shipping")], id="one that names no event of today"),
        pytest.param([attribute("move-type", 7)], id="one that is no text"),
        pytest.param([attribute("move-type", "Drop-off"), attribute("move-type", "Sorting")], id="two that differ"),
    ],
)
def test_a_move_without_one_known_type_is_left(marks: list[JsonObject]) -> None:
    done = of_events(event("MOVE", *marks))
    assert left(done) == ["events.0.name"] + [f"events.0.metadata.attributes.{n}.name" for n in range(len(marks))]
    assert done.message["events"] == [event("MOVE", *marks)]


def test_a_move_type_that_repeats_the_events_own_name_goes() -> None:
    done = of_events(event("DROP_OFF", attribute("move-type", "Drop-off")))
    assert done.message["events"] == [event("Drop-off")]


def test_a_move_type_that_contradicts_the_events_own_name_is_left() -> None:
    done = of_events(event("Weighing", attribute("move-type", "Drop-off")))
    assert left(done) == ["events.0.metadata.attributes.0.name"]
    assert done.changes == ()


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("SOURCE", "Waste Generator"),
        ("RECYCLER", "Recycler"),
        ("Hauler", "Hauler"),
        ("PROCESSOR", "Processor"),
        ("INTEGRATOR", "Integrator"),
        ("WASTE_GENERATOR", "Waste Generator"),
    ],
)
def test_an_actors_type_is_its_label(value: str, label: str) -> None:
    """`actor-type` SOURCE was the generator (methodology-rules, waste-mass-is-unique, the older query)."""
    as_attribute = of_events(event("ACTOR", attribute("actor-type", value)))
    as_field = of_events(event("ACTOR", **{"actor-type": value}))
    assert as_attribute.message == as_field.message
    assert as_field.message["events"] == [event("ACTOR", label=label)]


@pytest.mark.parametrize(
    "actor",
    [
        pytest.param(event("ACTOR", attribute("actor-type", "SOURCE"), label="Recycler"), id="another label"),
        pytest.param(event("ACTOR", attribute("actor-type", "AUDITOR")), id="no role of today"),
        pytest.param(event("ACTOR", attribute("actor-type", None)), id="nothing"),
        pytest.param(event("Weighing", attribute("actor-type", "SOURCE")), id="no ACTOR"),
    ],
)
def test_an_actors_type_that_says_something_else_is_left(actor: JsonObject) -> None:
    done = of_events(actor)
    assert left(done) == ["events.0.metadata.attributes.0.name"]
    assert done.message["events"] == [actor]


def test_the_label_source_is_the_waste_generator() -> None:
    done = of_events(event("ACTOR", label="Source"), event("Weighing", label="Source"))
    assert done.message["events"] == [event("ACTOR", label="Waste Generator"), event("Weighing", label="Source")]
    assert [change.path for change in done.old_forms] == ["events.0.label"]


@pytest.mark.parametrize(
    ("old", "today"),
    [
        ("vehicle-license-plate", "Vehicle License Plate"),
        ("local-waste-classification-id", "Local Waste Classification ID"),
        ("captured-gps-latitude", "Captured GPS Latitude"),
        ("app-gps-longitude", "Captured GPS Longitude"),
        ("gross-weight", "Gross Weight"),
    ],
)
def test_a_known_attribute_gets_its_name_in_title_case(old: str, today: str) -> None:
    """docs.carrot.eco, integrations/reference/data-formats."""
    done = of_events(event("Weighing", attribute(old, 1)))
    assert done.message["events"] == [event("Weighing", attribute(today, 1))]
    assert named(done) == [("events.0.metadata.attributes.0.name", old, today)]


@pytest.mark.parametrize("names", [["gross-weight", "Gross Weight"], ["app-gps-latitude", "captured-gps-latitude"]])
def test_an_attribute_that_would_be_there_twice_is_left(names: list[str]) -> None:
    done = of_events(event("Weighing", *map(attribute, names)))
    kebab = [number for number, name in enumerate(names) if "-" in name]
    assert left(done) == [f"events.0.metadata.attributes.{number}.name" for number in kebab]
    assert done.changes == ()


@pytest.mark.parametrize("name", ["tare", "description", "sensor-id", "load-total-weight", "note", "CO2-Meter"])
@pytest.mark.parametrize("of", ["Weighing", "ACTOR", "CUSTOM", "Anything Else"])
def test_an_attribute_name_that_is_no_known_former_one_is_the_senders_own(of: str, name: str) -> None:
    """docs.carrot.eco, api/events: attributes of any name. No page shows a former name of one word."""
    label = {"label": "Recycler"} if of == "ACTOR" else {}
    assert_untouched(event(of, attribute(name), **label))


@pytest.mark.parametrize("name", ["CUSTOM", "Anything Else", "Moisture Check", "MOVED", "open", "weighing"])
@pytest.mark.parametrize("inside", ["vehicle-license-plate", "gross-weight", "move-type", "actor-type"])
def test_an_event_of_the_senders_own_name_is_left_alone(name: str, inside: str) -> None:
    """docs.carrot.eco, api/events: CUSTOM is any other event name, and what it holds is the sender's."""
    assert_untouched(event(name, attribute(inside, "Drop-off"), label="Source"))


def assert_untouched(one: JsonObject) -> None:
    done = of_events(one)
    assert done.message["events"] == [one]
    assert done.changes == ()
    assert done.left == ()


def test_the_sensitive_flags_other_name_is_a_spelling_on_every_event() -> None:
    done = of_events(event("Anything Else", attribute("note") | {"sensible": True}))
    assert done.message["events"] == [event("Anything Else", attribute("note") | {"sensitive": True})]
    assert done.old_forms == ()


def test_both_spellings_of_a_field_at_once_are_left() -> None:
    flags = event("Weighing", attribute("Tare") | {"sensible": True, "sensitive": False})
    assert left(of_events(flags)) == ["events.0.metadata.attributes.0.sensible"]
    assert left(of_document(measureUnit="kg", measurementUnit="kg")) == ["document.measureUnit"]


def test_what_it_was_given_stays_as_it_was() -> None:
    message = {"events": [event("MOVE", attribute("move-type", "Drop-off"))], "document": {"category": "Mass"}}
    before = deepcopy(message)
    assert upgrade(message).message != before
    assert message == before


def test_a_path_in_the_new_message_is_told_as_it_was_in_the_old_one() -> None:
    """Attributes that became the event's name or label are gone: those behind them moved up."""
    marks = [
        attribute("move-type", "Drop-off"),
        attribute("waste-origin"),
        attribute("move-type", "Drop-off"),
        attribute("Tare"),
    ]
    done = of_events(event("MOVE", *marks), event("Weighing", attribute("Tare")))
    as_sent = [done.as_sent(f"events.0.metadata.attributes.{number}.value") for number in range(2)]
    assert as_sent == ["events.0.metadata.attributes.1.value", "events.0.metadata.attributes.3.value"]
    assert done.as_sent("events.1.metadata.attributes.0.value") == "events.1.metadata.attributes.0.value"
    assert done.as_sent("document.type") == "document.type"
