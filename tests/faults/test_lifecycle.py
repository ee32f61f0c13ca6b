"""The end of a run is written although the ledger refuses for a while; what can't be written is left to the sweep."""

from typing import Any

import pytest

from tests.faults.lifecycle import Refused, StateMachine

ALWAYS = 1_000


class Ledger:
    """Refuses the first writes with one error, then takes them."""

    def __init__(self, refusals: int, code: str) -> None:
        self.left, self.code = refusals, code
        self.taken: list[str] = []
        self.asked = 0

    def update(self, call: dict[str, Any]) -> None:
        self.asked += 1
        if self.left:
            self.left -= 1
            raise Refused(self.code)
        self.taken.append(call["UpdateExpression"])


def played(ledger: Ledger, *, fails: bool, cancels: bool = False) -> tuple[StateMachine, list[dict[str, Any]]]:
    """A lifecycle whose steps all succeed, or whose second one fails."""
    sent: list[dict[str, Any]] = []
    machine = StateMachine(sent.append, ledger.update)
    data = {"externalId": "doc", "generation": 1, "submissionRef": "ref", "run": 1, "fileNames": []}
    machine.start("doc-g1-r1", data | {"cancelOnFailure": cancels})
    while machine.executions["doc-g1-r1"].token is not None:
        token = machine.executions["doc-g1-r1"].token
        if fails and len(sent) == 2:
            machine.fail(token, "Rejected400", "letter")
        else:
            machine.succeed(token, "{}")
    return machine, sent


TRANSIENT = ("DynamoDB.ProvisionedThroughputExceededException", "DynamoDB.AmazonDynamoDBException", "States.Timeout")


@pytest.mark.parametrize("code", TRANSIENT)
@pytest.mark.parametrize(("fails", "status"), [(False, "SUCCEEDED"), (True, "FAILED")])
def test_a_throttle_or_an_outage_of_the_ledger_delays_the_end_of_a_run(code: str, fails: bool, status: str) -> None:
    ledger = Ledger(3, code)
    machine, _ = played(ledger, fails=fails)
    assert machine.executions["doc-g1-r1"].status == status
    assert len(ledger.taken) == 1


@pytest.mark.parametrize("fails", [False, True])
def test_a_good_end_is_one_write_that_takes_the_run_off_the_index(fails: bool) -> None:
    ledger = Ledger(0, "")
    played(ledger, fails=fails)
    assert ledger.asked == 1
    assert ledger.taken[0].endswith("REMOVE gpk, gsk")


@pytest.mark.parametrize("fails", [False, True])
def test_a_run_that_a_replacement_has_taken_over_is_not_asked_about_again(fails: bool) -> None:
    ledger = Ledger(ALWAYS, "DynamoDB.ConditionalCheckFailedException")
    machine, sent = played(ledger, fails=fails, cancels=True)
    assert ledger.asked == 1
    assert machine.executions["doc-g1-r1"].status == "FAILED"
    assert all(call["MessageBody"].get("select") != "cancel" for call in sent)


def test_a_document_that_is_to_be_cancelled_is_cancelled_although_the_failure_could_not_be_written() -> None:
    """`onFailure`: the document counts more than our own note of it, which the sweep makes up for."""
    machine, sent = played(Ledger(ALWAYS, TRANSIENT[0]), fails=True, cancels=True)
    assert sent[-1]["MessageBody"]["select"] == "cancel"
    assert machine.executions["doc-g1-r1"].status == "FAILED"


@pytest.mark.parametrize("cancels", [False, True])
def test_a_step_that_failed_before_it_could_answer_asks_for_the_cancel_all_the_same(cancels: bool) -> None:
    """`Create Document` may fail after the document stands: the worker knows, the state machine doesn't."""
    sent: list[dict[str, Any]] = []
    machine = StateMachine(sent.append, Ledger(0, "").update)
    machine.start(
        "doc-g1-r1",
        {"externalId": "doc", "generation": 1, "submissionRef": "ref", "run": 1, "cancelOnFailure": cancels},
    )
    machine.fail(machine.executions["doc-g1-r1"].token or "", "Rejected403", "letter")
    assert [call["MessageBody"].get("select") for call in sent] == ([None, "cancel"] if cancels else [None])
