"""Starting lifecycle executions and asking whether one still runs."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from massid_relay.core.jsons import JsonObject, dumps

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class Lifecycle:
    """The state machine `massid_lifecycle`."""

    def __init__(self, client: "SFNClient", state_machine_arn: str) -> None:
        self._client = client
        self._arn = state_machine_arn

    def start(self, name: str, execution_input: JsonObject) -> None:
        """Start one execution. The name is the run's identity: if it exists already, this run was started before."""
        try:
            self._client.start_execution(stateMachineArn=self._arn, name=name, input=dumps(execution_input))
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise

    def status(self, name: str) -> str | None:
        """RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED; None if no execution of that name is known."""
        arn = self._arn.replace(":stateMachine:", ":execution:", 1) + f":{name}"
        try:
            return str(self._client.describe_execution(executionArn=arn)["status"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                return None
            raise
