"""A MassID replaced on the local stack: while its first lifecycle runs, after it has ended, and after CLOSE."""

from typing import Any

import pytest
from massid_cli.operations.corrections import NotToBeCorrectedError, cancel, replace
from massid_local.samples import SampleMassID, generate
from massid_relay.core.jsons import dumps

from tests.e2e.conftest import TODAY, Running

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("e2e-lifecycle")]
WHY = "the load was entered twice"


def massid(number: int) -> SampleMassID:
    return generate(number + 41, seed=7, today=TODAY)[number + 40]


def drop_evidence(running: Running, sample: SampleMassID, *, but: str = "") -> None:
    for file in sample.files:
        if file.name != but:
            running.drop(f"evidence/{sample.external_id}/{file.name}", file.render())


def mended(sample: SampleMassID) -> str:
    document = sample.submission["document"] | {"title": "MassID, entered again"}
    return dumps(sample.submission | {"document": document})


def verified(running: Running, external_id: str, generation: int) -> Any:
    standing = running.standing(external_id)
    good = standing and standing.generation == generation and standing.status == "closed and verified"
    return standing if good and standing and standing.run.endswith("ended") else None


def statuses(running: Running, external_id: str) -> list[str]:
    return sorted(document["status"] for document in running.effects(external_id))


def test_it_is_replaced_while_its_first_lifecycle_still_waits_for_a_file(running: Running) -> None:
    """The old document is cancelled before the new one is created; the bucket's files go to the new one."""
    sample = massid(0)
    late = sample.files[-1]
    drop_evidence(running, sample, but=late.name)
    running.send("SubmissionsQueue", sample.submission)
    running.eventually(
        lambda: (found := running.standing(sample.external_id)) and found.files.get(late.name) == "awaited"
    )
    assert replace(running.target, sample.external_id, mended(sample), WHY) == 2
    running.eventually(lambda: (found := running.standing(sample.external_id)) and found.run == "run 2 open")
    running.drop(f"evidence/{sample.external_id}/{late.name}", late.render())

    standing = running.eventually(lambda: verified(running, sample.external_id, 2))
    assert statuses(running, sample.external_id) == ["CANCELLED", "CLOSED"]
    assert [(older.generation, older.status, older.why) for older in standing.replaced] == [(1, "cancelled", WHY)]
    assert running.dead_letters(sample.external_id) == []
    ended = running.eventually(lambda: _executions(running, sample.external_id))
    assert ended == {f"{sample.external_id}-g1-r1": "FAILED", f"{sample.external_id}-g2-r2": "SUCCEEDED"}


def _executions(running: Running, external_id: str) -> dict[str, str] | None:
    """The executions of that external id, once all have ended."""
    machine = running.stack.resource("MassidLifecycle")
    pages = running.stack.client("stepfunctions").get_paginator("list_executions").paginate(stateMachineArn=machine)
    found = {
        one["name"]: str(one["status"])
        for page in pages
        for one in page["executions"]
        if one["name"].startswith(f"{external_id}-g")
    }
    return None if "RUNNING" in found.values() else found


def test_it_is_replaced_after_its_first_run_has_ended(running: Running) -> None:
    sample = massid(1)
    drop_evidence(running, sample)
    running.send("SubmissionsQueue", sample.submission | {"events": sample.submission["events"][:8]})
    running.eventually(lambda: (found := running.standing(sample.external_id)) and found.run == "run 1 ended")
    replace(running.target, sample.external_id, mended(sample), WHY)
    running.eventually(lambda: verified(running, sample.external_id, 2))
    assert statuses(running, sample.external_id) == ["CANCELLED", "CLOSED"]


def test_once_it_is_closed_it_is_neither_replaced_nor_cancelled(running: Running) -> None:
    sample = massid(2)
    drop_evidence(running, sample)
    running.send("SubmissionsQueue", sample.submission)
    running.eventually(lambda: verified(running, sample.external_id, 1))
    with pytest.raises(NotToBeCorrectedError, match="what remains"):
        replace(running.target, sample.external_id, mended(sample), WHY)
    with pytest.raises(NotToBeCorrectedError, match="what remains"):
        cancel(running.target, sample.external_id, WHY)
    running.send("SubmissionsQueue", sample.submission | {"generation": 2, "replaceReason": WHY})
    (letter,) = running.eventually(lambda: running.dead_letters(sample.external_id))
    assert letter.error_type == "ForbiddenTransition"
    assert statuses(running, sample.external_id) == ["CLOSED"]


def test_cancel_ends_a_massid_that_is_open(running: Running) -> None:
    sample = massid(3)
    drop_evidence(running, sample)
    running.send("SubmissionsQueue", sample.submission | {"events": sample.submission["events"][:8]})
    running.eventually(lambda: (found := running.standing(sample.external_id)) and found.run == "run 1 ended")
    assert cancel(running.target, sample.external_id, WHY) == 1
    running.eventually(lambda: statuses(running, sample.external_id) == ["CANCELLED"])
