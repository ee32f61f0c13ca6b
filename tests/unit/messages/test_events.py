"""Events: names as the auditor matches them, flags that are never missing, and values that stay decimals."""

from decimal import Decimal
from typing import Any

import pytest
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.messages import EventsMessage, WakeMessage, event_external_id, parse_events_message

from tests.unit.messages.conftest import Refusal


def message(*events: JsonObject) -> JsonObject:
    return {"version": 1, "documentExternalId": "load-1", "events": list(events)}


def parsed(event: JsonObject) -> Any:
    found = parse_events_message(dumps(message(event)))
    assert isinstance(found, EventsMessage)
    assert found.events
    return found.events[0]


@pytest.mark.parametrize(
    ("sent", "matched"),
    [
        ("PICK_UP", "Pick-up"),
        ("TRANSPORT_MANIFEST", "Transport Manifest"),
        ("WEIGHING", "Weighing"),
        ("DROP_OFF", "Drop-off"),
        ("Drop-Off", "Drop-off"),
        ("SORTING", "Sorting"),
        ("RECYCLED", "Recycled"),
        ("RECYCLING_MANIFEST", "Recycling Manifest"),
        ("Pick-up", "Pick-up"),
        ("Anything Else", "Anything Else"),
    ],
)
def test_an_events_name_goes_out_as_the_auditor_matches_it(weighing: JsonObject, sent: str, matched: str) -> None:
    assert parsed(weighing | {"name": sent}).to_payload()["name"] == matched


def test_both_spellings_of_a_name_are_one_event(weighing: JsonObject) -> None:
    one, other = parsed(weighing), parsed(weighing | {"name": "WEIGHING"})
    assert event_external_id("load-1", one) == event_external_id("load-1", other)
    assert one.content_hash == other.content_hash


@pytest.mark.parametrize(
    ("sent", "matched"), [("WASTE_GENERATOR", "Waste Generator"), ("RECYCLER", "Recycler"), ("Hauler", "Hauler")]
)
def test_so_does_an_actors_label(weighing: JsonObject, sent: str, matched: str) -> None:
    assert parsed(weighing | {"name": "ACTOR", "label": sent}).label == matched
    assert parsed(weighing | {"label": sent}).label == sent


@pytest.mark.parametrize("name", ["OPEN", "MOVE"])
def test_events_of_the_old_api_are_refused_by_name(weighing: JsonObject, refusal: Refusal, name: str) -> None:
    problems = refusal(parse_events_message, message(weighing | {"name": name}))
    assert problems["events.0.name"].startswith("is the old form")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("actor-type", "the label of an ACTOR"),
        ("move-type", "under its own name"),
        ("vehicle-license-plate", "Vehicle License Plate"),
    ],
)
def test_attributes_of_the_old_api_are_refused_with_the_new_form(
    weighing: JsonObject, refusal: Refusal, name: str, says: str
) -> None:
    weighing["metadata"] = {"attributes": [{"name": "Tare", "value": 1}, {"name": name, "value": "x"}]}
    problems = refusal(parse_events_message, message(weighing))
    assert says in problems["events.0.metadata.attributes.1.name"]


def test_so_is_the_old_field_of_an_actor(weighing: JsonObject, refusal: Refusal) -> None:
    problems = refusal(parse_events_message, message(weighing | {"actor-type": "RECYCLER"}))
    assert "as the label of an ACTOR" in problems["events.0.actor-type"]


@pytest.mark.parametrize("field", ["participantId", "addressId", "label"])
def test_an_actor_says_who_where_and_as_what(weighing: JsonObject, refusal: Refusal, field: str) -> None:
    """docs.carrot.eco, integrations/guides/submitting-a-mass-id, "ACTOR events"."""
    actor = weighing | {"name": "ACTOR", "label": "Hauler"}
    del actor[field]
    assert list(refusal(parse_events_message, message(actor))) == [f"events.0.{field.removesuffix('Id')}"]


def test_participant_and_participant_id_exclude_each_other(
    weighing: JsonObject, participant: JsonObject, refusal: Refusal
) -> None:
    problems = refusal(parse_events_message, message(weighing | {"participant": participant}))
    assert problems == {"events.0.participantId": "send participant or participantId, not both"}


@pytest.mark.parametrize("name", ["CLOSE", "CANCEL"])
def test_what_ends_a_document_may_lack_time_participant_and_address(name: str) -> None:
    """They are taken from the timeline, never from the clock."""
    assert parsed({"name": name, "isPublic": True}).external_created_at is None


def test_every_other_event_has_a_time(weighing: JsonObject, refusal: Refusal) -> None:
    del weighing["externalCreatedAt"]
    assert refusal(parse_events_message, message(weighing)) == {"events.0.externalCreatedAt": "is required"}


@pytest.mark.parametrize(
    ("event", "public"),
    [
        ({"name": "ACTOR", "label": "Waste Generator"}, False),
        ({"name": "ACTOR", "label": "Hauler"}, False),
        ({"name": "ACTOR", "label": "HAULER"}, False),
        ({"name": "ACTOR", "label": "Processor"}, True),
        ({"name": "ACTOR", "label": "Recycler"}, True),
        ({"name": "PICK_UP"}, False),
        ({"name": "Drop-off"}, True),
    ],
)
def test_an_event_that_does_not_say_takes_the_default_of_its_role(
    weighing: JsonObject, event: JsonObject, public: bool
) -> None:
    """Invariant 7: generator and hauler data is private, processor and recycler data public, unless told otherwise."""
    del weighing["isPublic"]
    assert parsed(weighing | event).to_payload()["isPublic"] is public
    assert parsed(weighing | event | {"isPublic": not public}).to_payload()["isPublic"] is not public


def test_the_sensitive_flag_may_come_under_either_name(weighing: JsonObject, refusal: Refusal) -> None:
    plate = {"name": "Vehicle License Plate", "value": "ABC1D23", "isPublic": True}
    weighing["metadata"] = {"attributes": [plate | {"sensible": True}]}
    attribute = parsed(weighing).to_payload()["metadata"]["attributes"][0]
    assert attribute == plate | {"sensitive": True}
    weighing["metadata"]["attributes"].append(plate | {"sensible": True, "sensitive": False})
    assert refusal(parse_events_message, message(weighing)) == {
        "events.0.metadata.attributes.1.sensible": "send sensitive or sensible, not both"
    }


def test_an_attribute_may_leave_is_public_to_its_event(weighing: JsonObject) -> None:
    weighing["metadata"] = {"attributes": [{"name": "Description", "value": "x"}]}
    assert "isPublic" not in parsed(weighing).to_payload()["metadata"]["attributes"][0]


@pytest.mark.parametrize(
    "value", ["text", 5, Decimal("0.1"), True, None, ["a", 1], {"documentId": "d", "eventId": "e"}, {"a": {"b": []}}]
)
def test_an_attributes_value_is_any_json(weighing: JsonObject, value: Any) -> None:
    weighing["metadata"] = {"attributes": [{"name": "Description", "value": value, "format": "KILOGRAM"}]}
    assert parsed(weighing).to_payload()["metadata"]["attributes"][0]["value"] == value


@pytest.mark.parametrize("value", ["150.5", True, None, [1], {}])
def test_an_events_value_is_a_number(weighing: JsonObject, refusal: Refusal, value: Any) -> None:
    if value is None:
        assert "value" not in parsed(weighing | {"value": None}).to_payload()
        return
    assert refusal(parse_events_message, message(weighing | {"value": value})) == {"events.0.value": "must be a number"}


@pytest.mark.parametrize("value", ["1e300", "-1e-31", "1" + "0" * 40])
def test_a_number_out_of_all_proportion_is_refused(weighing: JsonObject, refusal: Refusal, value: str) -> None:
    body = dumps(message(weighing)).replace('"value":150', f'"value":{value}')
    assert refusal(parse_events_message, body) == {"events.0.value": "is out of all proportion"}


def test_a_number_keeps_its_decimals(weighing: JsonObject) -> None:
    """From message to wire without binary fractions."""
    body = dumps(message(weighing)).replace('"value":150', '"value":0.1000000000000000055511151231257827')
    found = parse_events_message(body)
    assert isinstance(found, EventsMessage)
    assert found.events
    assert '"value":0.1000000000000000055511151231257827' in dumps(found.events[0].to_payload())


def test_the_rest_of_an_event_goes_out_as_it_came(weighing: JsonObject) -> None:
    weighing |= {
        "permissions": {"participant-2": [{"effect": "DENY", "actions": ["WRITE"]}]},
        "relatedDocument": {"documentId": "document-2", "bidirectional": True},
        "updates": {"isPublic": False},
        "preserveSensitiveData": True,
        "attachments": [{"fileName": "a.pdf", "label": "Weighing Ticket", "isPublic": False}],
    }
    assert parsed(weighing).to_payload() == weighing


def test_empty_permissions_are_not_no_permissions(weighing: JsonObject) -> None:
    """An empty list takes a participant's access away (docs.carrot.eco, integrations/guides/permissions)."""
    assert parsed(weighing | {"permissions": []}).to_payload()["permissions"] == []


def test_content_is_the_same_in_any_order_and_number_and_time_format(weighing: JsonObject) -> None:
    other = dict(reversed(weighing.items())) | {"value": Decimal("1.5E+2")}
    other |= {"externalCreatedAt": "2026-03-01T09:00:00-03:00", "externalId": "mine", "deduplicationId": "mine"}
    assert parsed(other).content_hash == parsed(weighing).content_hash
    assert parsed(weighing | {"value": 151}).content_hash != parsed(weighing).content_hash


def test_an_empty_batch_is_refused(refusal: Refusal) -> None:
    assert refusal(parse_events_message, message()) == {"events": "must not be empty"}


def test_a_file_is_named_once_in_an_event(weighing: JsonObject, refusal: Refusal) -> None:
    weighing["attachments"] = [{"fileName": "a.pdf", "label": label} for label in ("CDF", "MTR")]
    assert refusal(parse_events_message, message(weighing)) == {"events.0.attachments": "names a file twice"}


def test_a_file_name_outside_the_convention_is_refused(weighing: JsonObject, refusal: Refusal) -> None:
    weighing["attachments"] = [{"fileName": "scans/a.pdf", "label": "CDF"}]
    assert list(refusal(parse_events_message, message(weighing))) == ["events.0.attachments.0.fileName"]


@pytest.mark.parametrize(
    ("extra", "path"),
    [
        ({"submissionRef": "0a1b", "select": "timeline"}, "events"),
        ({"select": "timeline"}, "select"),
    ],
)
def test_events_and_a_reference_exclude_each_other(
    events_message: JsonObject, refusal: Refusal, extra: JsonObject, path: str
) -> None:
    assert list(refusal(parse_events_message, events_message | extra)) == [path]


@pytest.mark.parametrize("select", ["timeline", "closing", "cancel"])
def test_the_lifecycle_sends_a_reference_and_which_part_of_it(select: str) -> None:
    body = {"version": 1, "documentExternalId": "load-1", "submissionRef": "0a1b", "select": select, "taskToken": "t"}
    found = parse_events_message(dumps(body))
    assert isinstance(found, EventsMessage)
    assert found.select == select


def test_a_reference_says_which_part(refusal: Refusal) -> None:
    body = {"version": 1, "documentExternalId": "load-1", "submissionRef": "0a1b"}
    assert list(refusal(parse_events_message, body)) == ["select"]


def test_a_wake_message_names_its_reason(refusal: Refusal) -> None:
    body = {"version": 1, "documentExternalId": "load-1", "wake": "FileAttached"}
    assert isinstance(parse_events_message(dumps(body)), WakeMessage)
    assert list(refusal(parse_events_message, body | {"wake": "Bored"})) == ["wake"]
    assert list(refusal(parse_events_message, body | {"events": []})) == ["events"]
