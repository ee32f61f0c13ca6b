"""A message in an older form is refused by name, or read as today's where the stack upgrades."""

from collections.abc import Callable
from typing import Any

import pytest
from massid_local.samples import generate
from massid_local.samples.older import aged
from massid_local.samples.write_events import EVENTS_DAY
from massid_relay.core.errors import InvalidMessage, OldMessageForm
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.messages import (
    Submission,
    identify,
    parse_document_message,
    parse_events_message,
    parse_submission,
)
from massid_relay.core.migration import OldForms, Upgrade

Parse = Callable[..., Any]
TODAY = generate(1, 1, EVENTS_DAY)[0].submission
DOCUMENT = {"version": 1, "externalId": "load-1", "document": TODAY["document"]}
EVENTS = {"version": 1, "documentExternalId": "load-1", "events": TODAY["events"]}
KINDS = [(parse_submission, TODAY), (parse_document_message, DOCUMENT), (parse_events_message, EVENTS)]
kinds = pytest.mark.parametrize(("parse", "today"), KINDS, ids=["submission", "document", "events"])


def refusal(parse: Parse, message: JsonObject, policy: OldForms) -> InvalidMessage:
    with pytest.raises(InvalidMessage) as caught:
        parse(dumps(message), policy)
    return caught.value


@kinds
def test_it_is_refused_by_name_with_what_helps(parse: Parse, today: JsonObject) -> None:
    """Invariant 10."""
    error = refusal(parse, aged(today), OldForms.REFUSE)
    assert isinstance(error, OldMessageForm)
    assert error.fields
    assert all(problem.problem.startswith("is the old form: ") for problem in error.fields)
    assert "massid migrate" in error.reason
    assert "OldMessageForms=upgrade" in error.reason


@kinds
def test_upgraded_it_is_the_message_of_today(parse: Parse, today: JsonObject) -> None:
    assert parse(dumps(aged(today)), OldForms.UPGRADE) == parse(dumps(today), OldForms.REFUSE)


def test_derived_external_ids_do_not_depend_on_the_spelling() -> None:
    """Invariant 1: the same event has the same id, so it goes out once."""
    today = TODAY | {
        "events": [{name: value for name, value in event.items() if name != "externalId"} for event in TODAY["events"]]
    }
    read = [parse_submission(dumps(message), OldForms.UPGRADE) for message in (today, aged(today))]
    ids, older = (identify(found.external_id, found.events) for found in read if isinstance(found, Submission))
    assert list(ids) == list(older)
    assert [event.content_hash for event in ids.values()] == [event.content_hash for event in older.values()]
    hashes = {found.document.content_hash for found in read if isinstance(found, Submission)}
    assert len(hashes) == 1


@kinds
def test_only_an_upgrade_of_an_older_form_is_told(parse: Parse, today: JsonObject) -> None:
    """PICK_UP is one of today's spellings: nobody has to hear of it."""
    told: list[Upgrade] = []
    parse(dumps(today), OldForms.UPGRADE, told.append)
    if "events" in today:
        renamed = today["events"][5] | {"name": "PICK_UP"}
        parse(
            dumps(today | {"events": [*today["events"][:5], renamed, *today["events"][6:]]}),
            OldForms.UPGRADE,
            told.append,
        )
    assert told == []
    parse(dumps(aged(today)), OldForms.UPGRADE, told.append)
    assert [bool(done.old_forms) for done in told] == [True]


def mixed() -> JsonObject:
    """An ACTOR in the older form, and a second attribute without a name."""
    attributes = [{"name": "actor-type", "value": "RECYCLER"}, {"value": 1}]
    actor = EVENTS["events"][3] | {"metadata": {"attributes": attributes}}
    del actor["label"]
    return EVENTS | {"events": [actor]}


def test_what_else_is_wrong_is_named_too_by_the_path_that_it_came_with() -> None:
    """Invariant 10: everything at once. It is no matter of the older form alone, so nothing promises that an upgrade helps."""
    error = refusal(parse_events_message, mixed(), OldForms.REFUSE)
    assert not isinstance(error, OldMessageForm)
    assert [problem.path for problem in error.fields] == [
        "events.0.metadata.attributes.0.name",
        "events.0.metadata.attributes.1.name",
    ]


def test_a_stack_that_upgrades_names_only_what_is_wrong_by_the_path_that_it_came_with() -> None:
    error = refusal(parse_events_message, mixed(), OldForms.UPGRADE)
    assert [problem.path for problem in error.fields] == ["events.0.metadata.attributes.1.name"]


@pytest.mark.parametrize("policy", OldForms)
def test_what_is_uncertain_is_refused_by_name_under_either_setting(policy: OldForms) -> None:
    message = EVENTS | {"events": [EVENTS["events"][8] | {"name": "MOVE"}]}
    error = refusal(parse_events_message, message, policy)
    assert [problem.path for problem in error.fields] == ["events.0.name"]
    assert "no move-type" in error.reason
    assert not isinstance(error, OldMessageForm)


@pytest.mark.parametrize("policy", OldForms)
def test_an_open_of_an_events_message_is_refused_by_name_under_either_setting(policy: OldForms) -> None:
    """Invariant 10: its document's other messages may hold the Pick-up."""
    opened = next(event for event in aged(TODAY)["events"] if event["name"] == "OPEN")
    error = refusal(parse_events_message, EVENTS | {"events": [opened]}, policy)
    assert "events.0.name" in [problem.path for problem in error.fields]
    assert not isinstance(error, OldMessageForm)


@pytest.mark.parametrize("policy", OldForms)
@pytest.mark.parametrize(("event", "name"), [("CUSTOM", "description"), ("Weighing", "tare"), ("Mine", "sensor-id")])
def test_what_is_no_former_name_is_taken_under_either_setting(policy: OldForms, event: str, name: str) -> None:
    own = EVENTS["events"][7] | {"name": event, "metadata": {"attributes": [{"name": name, "value": 1}]}}
    read: Any = parse_events_message(dumps(EVENTS | {"events": [own]}), policy)
    assert [attribute.name for attribute in read.events[0].metadata.attributes] == [name]


def test_a_long_list_of_older_forms_is_counted_whole_and_told_in_part() -> None:
    """A dead letter's reason has to fit into one item of the ledger."""
    attributes = [{"name": "gross-weight", "value": number} for number in range(70)]
    message = EVENTS | {"events": [EVENTS["events"][7] | {"metadata": {"attributes": attributes}}]}
    error = refusal(parse_events_message, message, OldForms.UPGRADE)
    assert "(and 69 more)" in error.reason
    assert len(error.fields) == 50
