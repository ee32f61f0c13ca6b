"""Whole MassIDs on the local stack: the real template, state machine and functions, over real HTTP."""

from typing import Any

import pytest
from massid_cli.operations.standing import Standing
from massid_local.samples import SampleMassID, generate

from tests.e2e.conftest import TODAY, Running, with_unknown_party

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("e2e-lifecycle")]
NOTHING = Standing("", None, "", "", {}, {}, "", [])


def massid(number: int) -> SampleMassID:
    return generate(number + 1, seed=7, today=TODAY)[number]


def drop_evidence(running: Running, sample: SampleMassID, *, but: str = "") -> None:
    for file in sample.files:
        if file.name != but:
            running.drop(f"evidence/{sample.external_id}/{file.name}", file.render())


def closed(running: Running, external_id: str) -> Any:
    standing = running.standing(external_id)
    return standing if standing and standing.status == "closed and verified" else None


def ours_in_order(running: Running, sample: SampleMassID) -> None:
    (document,) = running.effects(sample.external_id)
    sent = [event["externalId"] for event in document["events"]]
    assert sent == [event["externalId"] for event in sample.submission["events"]]


def test_a_submission_becomes_a_closed_and_verified_massid(running: Running) -> None:
    """Invariants 1 to 3: once, in order, with its evidence."""
    sample = massid(0)
    drop_evidence(running, sample)
    running.send("SubmissionsQueue", sample.submission)
    standing = running.eventually(lambda: closed(running, sample.external_id))
    assert set(standing.files.values()) == {"attached"}
    ours_in_order(running, sample)


def test_the_same_submission_again_changes_nothing(running: Running) -> None:
    sample = massid(1)
    drop_evidence(running, sample)
    running.send("SubmissionsQueue", sample.submission)
    running.send("SubmissionsQueue", sample.submission)
    first = running.eventually(lambda: _ended(running, sample))
    running.send("SubmissionsQueue", sample.submission)
    running.eventually(lambda: _ended(running, sample) not in {"", first})
    ours_in_order(running, sample)


def test_a_file_that_comes_late_lets_its_massid_go_on(running: Running) -> None:
    """Invariant 3: waiting happens in the ledger, and the file wakes what waited for it."""
    sample = massid(2)
    late = sample.files[0]
    drop_evidence(running, sample, but=late.name)
    running.send("SubmissionsQueue", sample.submission)
    waiting = running.eventually(lambda: _waiting_for(running, sample.external_id, f"file {late.name}"))
    assert waiting.run == "run 1 open"
    running.drop(f"evidence/{sample.external_id}/{late.name}", late.render())
    running.eventually(lambda: closed(running, sample.external_id))
    ours_in_order(running, sample)


def test_a_massid_grows_and_closes_when_close_is_in_it(running: Running) -> None:
    sample = massid(3)
    drop_evidence(running, sample)
    first_day = sample.submission | {"events": sample.submission["events"][:8]}
    running.send("SubmissionsQueue", first_day)
    running.eventually(lambda: (running.standing(sample.external_id) or NOTHING).run == "run 1 ended")
    assert (running.standing(sample.external_id) or NOTHING).status == "open"
    running.send("SubmissionsQueue", sample.submission)
    running.eventually(lambda: closed(running, sample.external_id))
    ours_in_order(running, sample)


def test_more_events_while_a_run_is_open_are_taken_up_beside_it(running: Running) -> None:
    sample = massid(4)
    late = sample.files[0]
    drop_evidence(running, sample, but=late.name)
    running.send("SubmissionsQueue", sample.submission | {"events": sample.submission["events"][:8]})
    running.eventually(lambda: _waiting_for(running, sample.external_id, f"file {late.name}"))
    running.send("SubmissionsQueue", sample.submission)
    running.eventually(lambda: (running.standing(sample.external_id) or NOTHING).events.get("waiting"))
    running.drop(f"evidence/{sample.external_id}/{late.name}", late.render())
    running.eventually(lambda: closed(running, sample.external_id))
    ours_in_order(running, sample)


def test_contradicting_content_is_a_conflict_that_names_the_event(running: Running) -> None:
    """Invariant 1."""
    sample = massid(5)
    drop_evidence(running, sample)
    running.send("SubmissionsQueue", sample.submission)
    running.eventually(lambda: closed(running, sample.external_id))
    events = [dict(event) for event in sample.submission["events"]]
    events[7]["value"] = 1
    running.send("SubmissionsQueue", sample.submission | {"events": events, "preflight": "off"})
    (letter,) = running.eventually(lambda: running.dead_letters(sample.external_id))
    assert letter.error_type == "PayloadConflict"
    assert letter.item == events[7]["externalId"]
    ours_in_order(running, sample)


def test_granular_messages_in_any_order_make_the_same_massid(running: Running) -> None:
    """Invariant 3: events wait in the inbox for their document and their files."""
    sample = massid(6)
    name, body = sample.external_id, sample.submission
    halves = body["events"][:6], body["events"][6:]
    for events in halves:
        message = {"version": 1, "documentExternalId": name, "events": events}
        running.send("EventsQueue", message, group=name)
    running.eventually(lambda: _waiting_for(running, name, "the document"))
    running.send("DocumentsQueue", {"version": 1, "externalId": name, "document": body["document"]})
    drop_evidence(running, sample)
    running.eventually(lambda: closed(running, name))
    ours_in_order(running, sample)


def test_a_rejected_event_holds_its_document_until_it_is_redriven(running: Running) -> None:
    """Invariants 3 and 5: a 400 is dead at once, and nothing goes out over the hole."""
    sample = massid(7)
    drop_evidence(running, sample)
    running.change_sandbox(events_per_document=5)
    running.send("SubmissionsQueue", sample.submission)
    (letter,) = running.eventually(lambda: running.dead_letters(sample.external_id))
    assert letter.error_type == "Rejected400"
    running.eventually(lambda: _run(running, sample) == "run 1 failed")
    (document,) = running.effects(sample.external_id)
    sent = [event["externalId"] for event in document["events"]]
    wanted = [event["externalId"] for event in sample.submission["events"]]
    assert sent == wanted[: len(sent)]
    assert letter.item == wanted[len(sent)]
    running.change_sandbox(events_per_document=100)
    running.redrive(sample.external_id)
    running.eventually(lambda: closed(running, sample.external_id))
    ours_in_order(running, sample)
    assert running.dead_letters(sample.external_id) == []


def test_a_failed_submission_that_asks_for_it_cancels_its_document(running: Running) -> None:
    sample = massid(8)
    drop_evidence(running, sample)
    running.send(
        "SubmissionsQueue", with_unknown_party(sample.submission, 5) | {"onFailure": "cancel", "preflight": "off"}
    )
    running.eventually(lambda: (running.standing(sample.external_id) or NOTHING).status == "cancelled")
    (document,) = running.effects(sample.external_id)
    assert document["status"] == "CANCELLED"
    (letter,) = running.dead_letters(sample.external_id)
    assert (letter.error_type, letter.item) == ("Rejected404", sample.submission["events"][5]["externalId"])


def _run(running: Running, sample: SampleMassID) -> str:
    return (running.standing(sample.external_id) or NOTHING).run


def _ended(running: Running, sample: SampleMassID) -> str:
    """Its newest run, once that has ended well: while it is open, the same submission is a repetition."""
    run = _run(running, sample)
    return run if run.endswith("ended") else ""


def _waiting_for(running: Running, external_id: str, what: str) -> Any:
    standing = running.standing(external_id)
    return standing if standing and standing.waits_for == what else None
