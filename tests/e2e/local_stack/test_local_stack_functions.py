"""Invoking functions directly, the state machine, and the interface that other processes use."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from massid_local.stack import FunctionFailedError, LocalStack

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("small stack")]


def test_a_function_sees_the_templates_environment_as_strings(stack: LocalStack) -> None:
    environment = stack.invoke("Echo", {})["environment"]
    assert environment["PATIENCE"] == "9"
    assert environment["GREETING"] == "hello, massid-local"
    assert environment["SECRET"] == stack.resource("Secret")
    assert environment["MACHINE"] == stack.resource("Machine")
    assert environment["RESULTS_QUEUE_URL"] == stack.resource("ResultsQueue")
    assert environment["AWS_LAMBDA_LOG_FORMAT"] == "JSON"


def test_a_function_lives_by_the_stacks_clock(stack: LocalStack) -> None:
    stack.clock.advance(86_400)
    told = datetime.fromisoformat(stack.invoke("Echo", {})["now"])
    assert told > datetime.now(UTC) + timedelta(seconds=86_000)
    assert told <= stack.clock.now()


def test_the_context_tells_arn_and_remaining_time(stack: LocalStack) -> None:
    told = stack.invoke("Echo", {})
    assert told["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:massid-local-Echo"
    assert 0 < told["remaining"] <= 20_000


def test_an_exception_is_told_by_its_type(stack: LocalStack) -> None:
    with pytest.raises(FunctionFailedError) as raised:
        stack.invoke("Echo", {"raise": "on purpose"})
    assert raised.value.error_type == "ValueError"


def test_a_function_that_takes_too_long_is_killed(stack: LocalStack) -> None:
    with pytest.raises(FunctionFailedError) as raised:
        stack.invoke("Impatient", {})
    assert raised.value.error_type == "Sandbox.Timedout"
    assert stack.functions.pids()["Impatient"] == []


def test_a_function_that_cannot_be_imported_says_so(stack: LocalStack) -> None:
    with pytest.raises(FunctionFailedError) as raised:
        stack.invoke("Broken", {})
    assert raised.value.error_type == "Runtime.ImportModuleError"


def test_lambdas_own_invoke_works(stack: LocalStack) -> None:
    client = stack.client("lambda")
    answer = client.invoke(FunctionName="massid-local-Echo", Payload=b"{}")
    assert json.load(answer["Payload"])["environment"]["PATIENCE"] == "9"
    failed = client.invoke(FunctionName="massid-local-Echo", Payload=b'{"raise": "on purpose"}')
    assert failed["FunctionError"] == "Unhandled"
    assert json.load(failed["Payload"])["errorType"] == "ValueError"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="unheard-of")


def test_a_functions_log_can_be_followed(stack: LocalStack) -> None:
    stack.invoke("Echo", {"log": "a line of its own"})
    lines = [json.loads(line) for line in stack.log_file("Echo").read_text(encoding="utf-8").splitlines()]
    assert "a line of its own" in [line.get("message") for line in lines]


@pytest.mark.parametrize(
    ("answer", "status", "ended"),
    [("fine", "SUCCEEDED", None), ("no", "SUCCEEDED", "refused"), ("odd", "FAILED", None)],
)
def test_the_state_machine_waits_for_its_task_token(
    stack: LocalStack, name: str, eventually: Any, answer: str, status: str, ended: str | None
) -> None:
    """sendMessage.waitForTaskToken with a message group, SendTaskSuccess, SendTaskFailure, Catch and Choice."""
    client = stack.client("stepfunctions")
    arn = client.start_execution(
        stateMachineArn=stack.resource("Machine"), name=name, input=json.dumps({"group": name, "with": answer})
    )["executionArn"]
    execution = eventually(lambda: _finished(client.describe_execution(executionArn=arn)))
    assert execution["status"] == status
    assert json.loads(execution.get("output", "{}")).get("ended") == ended


def _finished(execution: dict[str, Any]) -> dict[str, Any] | None:
    return None if execution["status"] == "RUNNING" else execution


def test_other_processes_read_and_move_the_stack_over_http(stack: LocalStack) -> None:
    before = stack.clock.now()
    request = urllib.request.Request(f"{stack.control_url}/clock", data=b'{"advance": 3600}', method="POST")  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert datetime.fromisoformat(json.load(answer)["now"]) >= before + timedelta(hours=1)
    with urllib.request.urlopen(f"{stack.control_url}/counters") as answer:  # noqa: S310
        assert set(json.load(answer)) == {"InboxQueue", "OrderedQueue"}
    with urllib.request.urlopen(stack.control_url) as answer:  # noqa: S310
        assert json.load(answer)["resources"]["Table"] == stack.resource("Table")
