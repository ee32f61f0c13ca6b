"""The lifecycle's execution of a run: whether it goes on, and in which state it is since when."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from massid_relay.core.clock import iso
from massid_relay.core.identity import execution_name
from massid_relay.ledger.runs import Run

from massid_cli.operations.target import Target

_ENTERED = "StateEntered"
_GOING_ON = frozenset({"RUNNING", "PENDING_REDRIVE"})
_LOOKED_AT = 100
"""Events of the history, newest first; entering a state, its few retries and its end are a dozen."""


@dataclass(frozen=True, slots=True)
class Execution:
    """`status` is Step Functions' own (RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED), `state` the last one that was entered."""

    name: str
    status: str
    state: str | None
    since: str | None

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.status not in _GOING_ON

    @property
    def words(self) -> str:
        """As a person is told."""
        where = f", in {self.state} since {self.since}" if self.state and self.status == "RUNNING" else ""
        return f"{self.status}{where}"


def execution_of(target: Target, external_id: str, run: Run) -> Execution | None:
    """The execution of that run; None if Step Functions knows none (not begun yet, or ended more than 90 days ago)."""
    name = execution_name(external_id, run.generation, run.number)
    arn = target.resources["MassidLifecycle"].replace(":stateMachine:", ":execution:", 1) + f":{name}"
    client = target.client("stepfunctions")
    try:
        status = str(client.describe_execution(executionArn=arn)["status"])
        history = client.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=_LOOKED_AT)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
            return None
        raise
    entered: list[dict[str, Any]] = [event for event in history["events"] if event["type"].endswith(_ENTERED)]
    if not entered:
        return Execution(name, status, None, None)
    newest = max(entered, key=lambda event: int(event["id"]))
    return Execution(name, status, newest["stateEnteredEventDetails"]["name"], iso(newest["timestamp"]))
