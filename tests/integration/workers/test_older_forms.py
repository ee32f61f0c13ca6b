"""Older forms on each queue: refused by name, or upgraded, by the stack's own setting."""

from collections.abc import Callable

import pytest
from massid_local.samples import generate
from massid_local.samples.older import aged
from massid_local.samples.write_events import EVENTS_DAY
from massid_relay.core.jsons import JsonObject

from tests.integration.workers.bench import DOCUMENTS, EVENTS, SUBMISSIONS, Bench

TODAY = generate(1, 1, EVENTS_DAY)[0].submission
NAME = TODAY["externalId"]
DOCUMENT: JsonObject = {"version": 1, "externalId": NAME, "document": TODAY["document"]}
TIMELINE = [
    {key: value for key, value in event.items() if key not in {"externalId", "attachments"}}
    for event in TODAY["events"][:7]
]
EVENTS_MESSAGE: JsonObject = {"version": 1, "documentExternalId": NAME, "events": TIMELINE}
QUEUES = {SUBMISSIONS: TODAY, DOCUMENTS: DOCUMENT, EVENTS: EVENTS_MESSAGE}
each_queue = pytest.mark.parametrize("queue", QUEUES)


@pytest.fixture
def upgrading(new_bench: Callable[..., Bench]) -> Bench:
    return new_bench(OLD_MESSAGE_FORMS="upgrade")


@each_queue
def test_a_stack_refuses_them_by_name(bench: Bench, queue: str) -> None:
    """Invariant 10: one dead letter that names the old form, its path, and what helps. Nothing is sent."""
    bench.send(queue, aged(QUEUES[queue]))
    bench.run()

    (letter,) = bench.letters()
    assert letter.error_type == "OldMessageForm"
    assert letter.external_id == NAME
    assert letter.fields
    assert all("is the old form" in field.problem for field in letter.fields)
    assert "massid migrate" in letter.reason
    assert not bench.carrot.calls
    assert not bench.steps.executions


@each_queue
def test_a_stack_that_upgrades_takes_both_spellings_for_one(upgrading: Bench, queue: str) -> None:
    """Invariant 1: the payload's hash and the derived ids are those of today's form, whichever comes first."""
    if queue == EVENTS:
        upgrading.send(DOCUMENTS, DOCUMENT)
    for message in (aged(QUEUES[queue]), QUEUES[queue], aged(QUEUES[queue])):
        upgrading.send(queue, message)
        upgrading.run()

    assert upgrading.dead == []
    record = upgrading.record(NAME)
    assert len(upgrading.steps.executions) == (queue == SUBMISSIONS)
    assert record.created is (queue != SUBMISSIONS)
    assert [entry.name for entry in record.events] == [event["name"] for event in TIMELINE if queue == EVENTS]
    assert not list(upgrading.queues.all())


def test_what_goes_out_is_todays_form(upgrading: Bench) -> None:
    upgrading.send(DOCUMENTS, aged(DOCUMENT))
    upgrading.send(EVENTS, aged(EVENTS_MESSAGE))
    upgrading.run()

    (document,) = upgrading.carrot.documents.values()
    assert document.body["category"] == "MassID"
    assert document.body["measurementUnit"] == "kg"
    assert [event["name"] for _, event in document.events] == [event["name"] for event in TIMELINE]


def test_what_is_uncertain_dies_on_a_stack_that_upgrades_too(upgrading: Bench) -> None:
    upgrading.send(EVENTS, EVENTS_MESSAGE | {"events": [TIMELINE[-1] | {"name": "MOVE"}]})
    upgrading.run()

    (letter,) = upgrading.letters()
    assert letter.error_type == "InvalidMessage"
    assert [field.path for field in letter.fields] == ["events.0.name"]


def test_a_dead_letter_of_an_older_form_goes_through_once_the_stack_upgrades(
    bench: Bench,
) -> None:
    """Invariant 2: the letter's body is the message as it came, so a redrive brings it to whatever setting holds by then."""
    bench.send(DOCUMENTS, aged(DOCUMENT))
    bench.run()
    (resting,) = bench.queues.resting()
    bench.environment["OLD_MESSAGE_FORMS"] = "upgrade"
    bench.relay = bench.container()
    bench.send(DOCUMENTS, resting.body)
    bench.run()

    assert bench.record(NAME).created


OPENED = next(event for event in aged(TODAY)["events"] if event["name"] == "OPEN")
OTHER = OPENED | {"name": "Pick-up", "externalId": "another-pick-up"}
OTHER["metadata"] = next(event["metadata"] for event in TIMELINE if event["name"] == "Pick-up")
WITHOUT_PICK_UP = [event for event in TODAY["events"] if event["name"] != "Pick-up"]


def refused_open(bench: Bench, path: str) -> None:
    """One dead letter names the OPEN, and no second Pick-up is on its way."""
    (letter,) = bench.letters()
    assert letter.error_type == "InvalidMessage"
    assert [field.path for field in letter.fields] == [path]
    assert "Pick-up" in letter.reason


def test_an_open_after_a_pick_up_of_its_timeline_is_refused_by_name(upgrading: Bench) -> None:
    """Invariant 10: one load, picked up once. The Pick-up came in another message, before."""
    upgrading.send(DOCUMENTS, DOCUMENT)
    upgrading.send(EVENTS, EVENTS_MESSAGE | {"events": [OTHER]})
    upgrading.run()
    upgrading.send(SUBMISSIONS, aged(TODAY))
    upgrading.run()

    refused_open(upgrading, f"events.{aged(TODAY)['events'].index(OPENED)}.name")
    assert not upgrading.steps.executions
    assert [entry.external_id for entry in upgrading.record(NAME).events] == ["another-pick-up"]


def test_an_open_beside_a_pick_up_that_is_still_on_its_way_is_refused_by_name(upgrading: Bench) -> None:
    """The open run's submission waits for its files: its events aren't in the timeline yet."""
    upgrading.send(SUBMISSIONS, TODAY | {"events": [*WITHOUT_PICK_UP, OTHER]})
    upgrading.run()
    assert upgrading.record(NAME).events == []
    upgrading.send(SUBMISSIONS, aged(TODAY))
    upgrading.run()

    refused_open(upgrading, f"events.{aged(TODAY)['events'].index(OPENED)}.name")
    assert len(upgrading.steps.executions) == 1


def test_the_same_open_once_more_with_more_events_is_no_other(upgrading: Bench) -> None:
    """A submission that grows brings its OPEN again."""
    grown = aged(TODAY)
    begun = grown | {"events": [event for event in grown["events"] if event["name"] != "CLOSE"]}
    for message in (begun, grown, TODAY):
        upgrading.send(SUBMISSIONS, message)
        upgrading.run()

    assert upgrading.dead == []
    assert [entry.name for entry in upgrading.record(NAME).events].count("Pick-up") <= 1


def test_an_open_of_an_events_message_dies_and_holds_its_document(upgrading: Bench) -> None:
    """Invariants 3 and 10: another message of the document may hold the Pick-up, before or after."""
    upgrading.send(DOCUMENTS, DOCUMENT)
    upgrading.send(EVENTS, EVENTS_MESSAGE | {"events": [OPENED]})
    upgrading.send(EVENTS, EVENTS_MESSAGE | {"events": [OTHER]})
    upgrading.run()

    refused_open(upgrading, "events.0.name")
    assert [entry.external_id for entry in upgrading.record(NAME).events] == ["another-pick-up"]
