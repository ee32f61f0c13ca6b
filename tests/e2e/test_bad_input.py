"""Every message is answered: what is wrong is named by field, in one dead letter, and the rest goes through (invariant 10)."""

from copy import deepcopy
from typing import Any

import pytest
from massid_relay.core.jsons import JsonObject

from tests.e2e.conftest import Running, sample

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("e2e-bad-input")]


def document_message(external_id: str, **changes: Any) -> JsonObject:
    message = deepcopy(sample("document"))
    message["externalId"] = external_id
    message["document"].pop("externalId", None)
    message["document"] |= changes
    return message


def events_message(external_id: str, *events: JsonObject) -> JsonObject:
    return {"version": 1, "documentExternalId": external_id, "events": list(events)}


def actor(**changes: Any) -> JsonObject:
    event = deepcopy(next(event for event in sample("events")["events"] if event["name"] == "ACTOR"))
    event.pop("externalId", None)
    changed: JsonObject = event | changes
    return changed


@pytest.mark.parametrize(
    ("external_id", "changes", "field"),
    [
        pytest.param("both", {"participantId": "p"}, "document.participantId", id="participant and participantId"),
        pytest.param("wrong-type", {"isPublic": "yes"}, "document.isPublic", id="wrong type"),
        pytest.param("unknown-field", {"colour": "green"}, "document.colour", id="unknown field"),
    ],
)
def test_a_wrong_document_ends_in_one_dead_letter_that_names_the_field(
    running: Running, external_id: str, changes: JsonObject, field: str
) -> None:
    running.send("DocumentsQueue", document_message(external_id, **changes))
    (letter,) = running.eventually(lambda: running.dead_letters(external_id))
    assert letter.error_type == "InvalidMessage"
    assert [problem.path for problem in letter.fields] == [field]
    assert running.effects(external_id) == []


def test_a_wrong_version_is_named(running: Running) -> None:
    running.send("DocumentsQueue", document_message("wrong-version") | {"version": 2})
    (letter,) = running.eventually(lambda: running.dead_letters("wrong-version"))
    assert [problem.path for problem in letter.fields] == ["version"]


def test_what_names_no_document_is_answered_too_and_the_rest_of_its_batch_goes_through(running: Running) -> None:
    running.send("DocumentsQueue", "this is not JSON")
    running.send("DocumentsQueue", document_message("no good id!"))
    running.send("DocumentsQueue", document_message("good-neighbour"))
    letters = running.eventually(lambda: _two(running.dead_letters(None)))
    assert sorted(letter.fields[0].path for letter in letters) == ["externalId", "message"]
    assert running.eventually(lambda: running.effects("good-neighbour"))


def test_an_empty_batch_is_named(running: Running) -> None:
    running.send("EventsQueue", events_message("empty-batch"), group="empty-batch")
    (letter,) = running.eventually(lambda: running.dead_letters("empty-batch"))
    assert letter.fields[0].path == "events"


def test_a_wrong_event_leaves_its_neighbours_alone_but_nothing_closes_over_it(running: Running) -> None:
    """Invariant 3: nobody knows what the unreadable message held, so the document stays open until a person decides. Redriven as
    it is it holds by its new letter, and by that alone."""
    name = "one-bad-event"
    running.send("DocumentsQueue", document_message(name))
    running.send("EventsQueue", events_message(name, actor(isPublic=3)), group=name)
    weighing = {"name": "Weighing", "externalCreatedAt": "2026-06-01T12:00:00Z", "isPublic": True, "value": 10}
    running.send("EventsQueue", events_message(name, actor(), weighing), group=name)
    running.send("EventsQueue", events_message(name, {"name": "CLOSE", "isPublic": True}), group=name)
    standing = running.eventually(lambda: _with_events(running, name, {"confirmed": 2, "waiting": 1}))
    (letter,) = running.dead_letters(name)
    assert letter.fields[0].path == "events.0.isPublic"
    assert standing.waits_for == f"dead letter {letter.id}"
    running.redrive(name)
    again = running.eventually(lambda: [one for one in running.dead_letters(name) if one.id != letter.id])
    running.discard(again[0].id, "the event was a mistake")
    assert running.eventually(lambda: _closed(running, name))


def test_an_object_outside_the_convention_is_named(running: Running) -> None:
    running.drop("evidence/no-folder.pdf", b"%PDF-1.4")
    letters = running.eventually(
        lambda: [letter for letter in running.dead_letters(None) if letter.error_type == "EvidenceRefused"]
    )
    assert letters[0].fields[0].path == "Records.0.s3.object.key"


@pytest.mark.parametrize(
    ("file_name", "content", "problem"),
    [
        pytest.param("big.pdf", b"%PDF-1.4\n" + b"x" * 10_000_001, "is larger than", id="too large"),
        pytest.param("empty.pdf", b"", "is empty", id="empty"),
        pytest.param("picture.png", b"%PDF-1.4\n", "content of another type", id="not what its name says"),
    ],
)
def test_a_file_that_cannot_be_attached_is_named(
    running: Running, file_name: str, content: bytes, problem: str
) -> None:
    name = f"file-{file_name.split('.')[0]}"
    running.send("DocumentsQueue", document_message(name))
    running.eventually(lambda: running.effects(name))
    running.drop(f"evidence/{name}/{file_name}", content)
    request = {"version": 1, "documentExternalId": name, "fileNames": [file_name]}
    running.send("EvidenceQueue", request)
    (letter,) = running.eventually(lambda: running.dead_letters(name))
    assert (letter.error_type, letter.item) == ("EvidenceRefused", file_name)
    assert problem in letter.fields[0].problem


def _two(found: list[Any]) -> list[Any]:
    return found if len(found) >= 2 else []


def _with_events(running: Running, name: str, events: dict[str, int]) -> Any:
    standing = running.standing(name)
    return standing if standing and standing.events == events else None


def _closed(running: Running, name: str) -> Any:
    standing = running.standing(name)
    return standing if standing and standing.status == "closed and verified" else None
