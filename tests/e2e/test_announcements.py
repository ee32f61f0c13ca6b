"""What a run of the lifecycle tells the event bus, and what `massid status` and `massid announcements` say of it."""

import json
from collections import Counter
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from massid_cli.main import app
from massid_local.samples import SampleMassID
from massid_local.stack.run_directory import EVENT_BUS
from massid_relay.core.jsons import JsonObject, loads
from massid_relay.core.messages.schemas import schemas
from typer.testing import CliRunner, Result

from tests.e2e.conftest import Running
from tests.e2e.test_lifecycle import drop_evidence, massid

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("e2e-lifecycle")]
END = {"Lifecycle Completed", "Lifecycle Failed"}


def published(running: Running, external_id: str) -> list[JsonObject]:
    """The events of one document, in order."""
    lines = (running.stack.run_dir / EVENT_BUS).read_text(encoding="utf-8").splitlines(keepends=True)
    events = [loads(line) for line in lines if line.endswith("\n")]  # the last one may be half written
    return [event for event in events if event["detail"].get("externalId") == external_id]


def ended(running: Running, external_id: str) -> list[JsonObject]:
    """The same, once the lifecycle's end is among them; before, none."""
    events = published(running, external_id)
    return events if END & {event["detail-type"] for event in events} else []


def operations(events: list[JsonObject], kind: str) -> Counter[tuple[str, str]]:
    return Counter(
        (part["kind"], part.get("externalId") or part.get("fileName") or "")
        for event in events
        if event["detail-type"] == kind
        for part in event["detail"]["operations"]
    )


def asked_of(sample: SampleMassID) -> set[tuple[str, str]]:
    events = {("event", event["externalId"]) for event in sample.submission["events"]}
    files = {("file", file.name) for file in sample.files}
    return events | files | {("document", ""), ("verification", "")}


def run(running: Running, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--run-dir", str(running.stack.run_dir)])


def test_a_massid_is_told_whole_each_operation_once_and_then_its_end(running: Running) -> None:
    sample = massid(20)
    drop_evidence(running, sample)
    running.send("SubmissionsQueue", sample.submission)
    events = running.eventually(lambda: ended(running, sample.external_id))

    assert operations(events, "Operations Confirmed") == Counter(asked_of(sample))
    assert [event["detail-type"] for event in events][-1] == "Lifecycle Completed"
    assert len({event["detail"]["id"] for event in events}) == len(events)
    assert len({event["detail"]["documentId"] for event in events}) == 1
    schema = Draft202012Validator(schemas()["announcement.schema.json"])
    for event in events:
        schema.validate(event["detail"])

    watched = run(running, "status", sample.external_id, "--watch", "--json")
    found: Any = json.loads(watched.stdout)
    assert watched.exit_code == 0
    assert found["outcome"] == "verified"
    running.eventually(lambda: _execution(running, sample.external_id) == "SUCCEEDED")
    told = run(running, "announcements", "--external-id", sample.external_id)
    assert len(told.stdout.splitlines()) == len(events)


def _execution(running: Running, external_id: str) -> Any:
    return json.loads(run(running, "status", external_id, "--json").stdout)["execution"]["status"]


def test_a_massid_that_fails_is_told_dead_and_its_lifecycle_failed(running: Running) -> None:
    sample = massid(21)
    drop_evidence(running, sample, but=sample.files[0].name)
    running.drop(f"evidence/{sample.external_id}/{sample.files[0].name}", b"no document at all")
    running.send("SubmissionsQueue", sample.submission)
    events = running.eventually(lambda: ended(running, sample.external_id))

    assert [event["detail-type"] for event in events][-1] == "Lifecycle Failed"
    assert operations(events, "Operations Dead") == {("file", sample.files[0].name): 1}
    (dead,) = [part for e in events if e["detail-type"] == "Operations Dead" for part in e["detail"]["operations"]]
    assert dead["errorType"] == "EvidenceRefused"

    watched = run(running, "status", sample.external_id, "--watch")
    assert watched.exit_code == 1
    assert f"file {sample.files[0].name}" in watched.stdout.replace("\n", " ")


def test_status_tells_the_state_of_the_execution_the_missing_file_and_the_pause(running: Running) -> None:
    sample = massid(22)
    late = sample.files[0]
    drop_evidence(running, sample, but=late.name)
    running.send("SubmissionsQueue", sample.submission)

    def waiting() -> Any:
        found = running.standing(sample.external_id)
        return found if found and found.waits == [f"file {late.name}"] and found.execution else None

    found = running.eventually(waiting)
    assert (found.execution.status, found.execution.state) == ("RUNNING", "Await Evidence")
    assert found.outcome is None
    run(running, "pause", "--why", "a test")
    text = run(running, "status", sample.external_id).stdout.replace("\n", " ")
    run(running, "resume")
    assert "paused until massid resume: a test" in text
    assert "in Await Evidence since" in text
    running.drop(f"evidence/{sample.external_id}/{late.name}", late.render())
    running.eventually(lambda: ended(running, sample.external_id))
