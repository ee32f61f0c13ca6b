"""SQS delivers at least once: any message again, at any point, changes nothing (invariants 1 to 3).

Seen from outside: what stands on the network, what the lifecycle was told, and what lies dead.
"""

import logging
from collections.abc import Callable
from datetime import date

import pytest
from massid_local.samples import SampleMassID, generate
from massid_relay.core.errors import OutcomeUnknown, Throttled
from massid_relay.core.jsons import JsonObject

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, SUBMISSIONS, WORK_QUEUES, Bench
from tests.integration.workers.fake_carrot import BATCH, CREATE, UPLOAD, Call

SAMPLE = generate(1, 1, date(2026, 11, 20))[0]
STEPS = ("create", "files", "timeline", "closing")


def drive(bench: Bench, sample: SampleMassID = SAMPLE, work: Callable[[], None] | None = None) -> None:
    """A whole submission, its steps asked for as the state machine does. `work`: how the workers run after each step."""
    work = work or bench.run
    for file in sample.files:
        bench.drop(sample.external_id, file.name, file.render())
    bench.send(SUBMISSIONS, sample.submission)
    bench.run()
    (execution,) = bench.steps.executions.values()
    for step in STEPS:
        bench.send(*step_message(step, execution))
        work()


def step_message(step: str, execution: JsonObject) -> tuple[str, JsonObject]:
    """What the state machine sends (statemachines/massid_lifecycle.asl.json)."""
    name, reference = execution["externalId"], execution["submissionRef"]
    common: JsonObject = {"version": 1, "taskToken": f"token-{step}"}
    match step:
        case "create":
            return DOCUMENTS, common | {"externalId": name, "submissionRef": reference}
        case "files":
            return EVIDENCE, common | {"documentExternalId": name, "fileNames": execution["fileNames"]}
        case _:
            return EVENTS, common | {"documentExternalId": name, "submissionRef": reference, "select": step}


def is_whole(bench: Bench, sample: SampleMassID = SAMPLE) -> None:
    """Each document, event and file exactly once, in order, closed, verified, and every step answered once."""
    document = bench.carrot.document
    assert document.event_ids == [event["externalId"] for event in sample.submission["events"]]
    assert sorted(name for name, _ in bench.carrot.uploads) == sorted(file.name for file in sample.files)
    assert document.status == "CLOSED"
    assert bench.record(sample.external_id).verified_at is not None
    assert sorted(bench.steps.answers) == sorted((f"token-{step}", "succeeded") for step in STEPS)
    assert bench.dead == []


def test_a_whole_submission_becomes_a_closed_document(bench: Bench) -> None:
    drive(bench)
    is_whole(bench)


def test_every_message_handled_twice_changes_nothing(bench: Bench) -> None:
    """The handlers' answers are lost, every one of them, before the poller deletes."""

    def twice() -> None:
        for queue in WORK_QUEUES:
            bench.work(queue, delete=False)
        bench.move(seconds=181)
        bench.run()

    drive(bench, work=twice)
    is_whole(bench)


def test_every_step_once_more_after_the_end_makes_no_write(bench: Bench) -> None:
    """A run that is resumed: finished steps answer from the ledger."""
    drive(bench)
    bench.move(minutes=10)
    writes = len(bench.carrot.writes)
    (execution,) = bench.steps.executions.values()
    for step in STEPS:
        queue, message = step_message(step, execution)
        bench.send(queue, message | {"taskToken": f"again-{step}"})
        bench.run()

    assert len(bench.carrot.writes) == writes
    assert bench.steps.answers[-4:] == [(f"again-{step}", "succeeded") for step in STEPS]


def test_the_steps_in_the_wrong_order_come_to_the_same(bench: Bench) -> None:
    """Invariant 3: what isn't ready waits in the ledger."""
    for file in SAMPLE.files:
        bench.drop(SAMPLE.external_id, file.name, file.render())
    bench.send(SUBMISSIONS, SAMPLE.submission)
    bench.run()
    (execution,) = bench.steps.executions.values()
    for step in ("closing", "files", "timeline", "create"):
        bench.send(*step_message(step, execution))
        bench.run()

    is_whole(bench)


@pytest.mark.parametrize("place", range(0, 12, 2))
def test_a_message_that_comes_again_while_a_call_is_out_changes_nothing(bench: Bench, place: int) -> None:
    """Another worker gets a copy of whatever was sent last, in the middle of a call."""
    copies: list[str] = []
    sent: list[tuple[str, str, str | None]] = []
    original = bench.queues.send

    def send(queue: str, body: str, **more: object) -> str:
        sent.append((queue, body, more.get("group")))  # type: ignore[arg-type]
        return original(queue, body, **more)  # type: ignore[arg-type]

    bench.queues.send = send  # type: ignore[method-assign]

    def again(call: Call) -> None:
        if len(bench.carrot.calls) == place + 1 and not copies:
            copies.extend(queue for queue, _, _ in sent[-3:])
            for queue, body, group in sent[-3:]:
                original(queue, body, group=group, deduplication_id=f"copy-{queue}-{len(sent)}" if group else None)
            bench.work(relay=bench.container())

    bench.carrot.before = again
    drive(bench)
    assert copies
    is_whole(bench)


def test_faults_on_the_way_change_nothing(bench: Bench) -> None:
    for name in (CREATE, BATCH, UPLOAD):
        bench.carrot.next_fails(name, OutcomeUnknown("timeout"), takes_effect=True)
        bench.carrot.next_fails(name, OutcomeUnknown("500", status=500))
        bench.carrot.next_fails(name, Throttled("429", retry_after=1))
    drive(bench)
    is_whole(bench)


SENSITIVE = ("Plate", "Driver", "Identifier")


def secrets(value: object) -> set[str]:
    """Texts of a payload that are personal data or come close to it."""
    if isinstance(value, list):
        return {text for item in value for text in secrets(item)}
    if not isinstance(value, dict):
        return set()
    own = {str(value[name]) for name in ("taxId", "street", "zipCode", "neighborhood") if name in value}
    if "taxId" in value:
        own.add(value["name"])
    if any(word in str(value.get("name")) for word in SENSITIVE) and "value" in value:
        own.add(str(value["value"]))
    return own.union(*(secrets(item) for item in value.values()))


PRIVATE = {text for text in secrets(SAMPLE.submission) if len(text) > 4}


def test_no_personal_data_in_a_log_a_reason_or_an_execution(
    bench: Bench, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Invariant 7: whatever goes wrong."""
    caplog.set_level(logging.DEBUG, logger="massid-relay")
    for file in SAMPLE.files:
        bench.drop(SAMPLE.external_id, file.name, file.render())
    bench.carrot.next_fails(CREATE, OutcomeUnknown("timeout"))
    bench.carrot.refuses = {SAMPLE.submission["events"][2]["externalId"]}

    def bug(call: Call) -> None:
        if len(bench.carrot.calls) == 1:
            raise ValueError(str(call.bodies))

    bench.carrot.before = bug
    drive(bench)
    bench.send(DOCUMENTS, {**SAMPLE.submission, "events": 1})
    bench.send(SUBMISSIONS, SAMPLE.submission | {"typo": SAMPLE.submission["document"]})
    changed = SAMPLE.submission["document"] | {"type": "Other"}
    bench.send(DOCUMENTS, {"version": 1, "externalId": SAMPLE.external_id, "document": changed})
    bench.run()

    assert len(PRIVATE) > 20
    assert {"InvalidMessage", "Rejected422", "PayloadConflict"} <= set(bench.dead)
    told = [str(vars(record)) for record in caplog.records] + list(capsys.readouterr())
    told += [str(letter) for letter in bench.letters()]
    told += [str(message.attributes) for message in bench.queues.resting()]
    told += [str(bench.steps.executions), str(bench.steps.causes), str(bench.steps.answers)]
    assert len(caplog.records) > 5
    found = {text for text in PRIVATE for line in told if text in line}
    assert found == set()


def test_the_ledgers_record_and_keys_hold_no_personal_data(bench: Bench) -> None:
    """Payloads lie compressed in parts of their own; records hold ids, hashes and states."""
    drive(bench)
    items = bench.dynamodb.scan(TableName=bench.name)["Items"]
    plain = [str({name: value for name, value in item.items() if name != "content"}) for item in items]

    assert {text for text in PRIVATE for line in plain if text in line} == set()
