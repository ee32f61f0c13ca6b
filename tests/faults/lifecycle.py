"""Step Functions as far as statemachines/massid_lifecycle.asl.json uses it: the real definition, walked step by step.

What the definition doesn't use isn't known here and is an error, so that this can't drift from it unnoticed.
"""

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.faults.description import MACHINES, ROOT, TABLE, queue_url

QUEUE_TASK = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
UPDATE_TASK = "arn:aws:states:::dynamodb:updateItem"
Call = Callable[[dict[str, Any]], None]


class Refused(Exception):
    """An error as Step Functions names it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Execution:
    """One run of the state machine. `token` is the one that its present state waits for."""

    name: str
    data: dict[str, Any]
    status: str = "RUNNING"
    state: str = ""
    token: str | None = None


class StateMachine:
    """All executions. `send` and `update` do what its task states ask for."""

    def __init__(self, send: Call, update: Call) -> None:
        text = (ROOT / "statemachines/massid_lifecycle.asl.json").read_text(encoding="utf-8")
        filled = re.sub(r"\$\{(\w+)Url\}", lambda found: queue_url(found[1]), text).replace("${LedgerTable}", TABLE)
        self._definition: dict[str, Any] = json.loads(filled)
        self._tasks: dict[str, Call] = {QUEUE_TASK: send, UPDATE_TASK: update}
        self._tokens: dict[str, Execution] = {}
        self._numbers = itertools.count(1)
        self.executions: dict[str, Execution] = {}

    def start(self, name: str, data: dict[str, Any]) -> None:
        """StartExecution. Raises ExecutionAlreadyExists, whatever the input."""
        if name in self.executions:
            raise Refused("ExecutionAlreadyExists")
        execution = self.executions[name] = Execution(name, data)
        self._walk(execution, self._definition["StartAt"])

    def status(self, arn: str) -> str:
        """DescribeExecution."""
        name = arn.rpartition(":")[2]
        if not arn.startswith(MACHINES.replace("stateMachine", "execution")) or name not in self.executions:
            raise Refused("ExecutionDoesNotExist")
        return self.executions[name].status

    def succeed(self, token: str, output: str) -> None:
        """SendTaskSuccess. Raises InvalidToken, or TaskTimedOut for one that was answered."""
        execution = self._waiting(token)
        state = self._definition["States"][execution.state]
        _put(execution.data, state["ResultPath"], json.loads(output))
        self._walk(execution, state["Next"])

    def fail(self, token: str, error: str, cause: str) -> None:
        """SendTaskFailure."""
        execution = self._waiting(token)
        catch = self._definition["States"][execution.state]["Catch"][0]
        _put(execution.data, catch["ResultPath"], {"Error": error, "Cause": cause})
        self._walk(execution, catch["Next"])

    def _waiting(self, token: str) -> Execution:
        execution = self._tokens.get(token)
        if execution is None:
            raise Refused("InvalidToken")
        if execution.token != token:
            raise Refused("TaskTimedOut")
        execution.token = None
        return execution

    def _walk(self, execution: Execution, name: str | None) -> None:
        """Enter states until one waits or the execution ends."""
        while name is not None:
            execution.state = name
            state = self._definition["States"][name]
            match state["Type"]:
                case "Choice":
                    name = next((c["Next"] for c in state["Choices"] if _holds(c, execution.data)), state["Default"])
                case "Task":
                    name = self._perform(execution, state)
                case "Fail":
                    execution.status, name = "FAILED", None
                case other:
                    raise NotImplementedError(other)

    def _perform(self, execution: Execution, state: dict[str, Any]) -> str | None:
        """One task, and its retries. Nobody waits between them here."""
        used: Counter[int] = Counter()
        while True:
            try:
                return self._attempt(execution, state)
            except Refused as error:
                retrier = next((n for n, one in enumerate(state["Retry"]) if _names(one, error)), None)
                if retrier is None or used[retrier] == state["Retry"][retrier]["MaxAttempts"]:
                    return _caught(execution, state, error)
                used[retrier] += 1

    def _attempt(self, execution: Execution, state: dict[str, Any]) -> str | None:
        waits = state["Resource"] == QUEUE_TASK
        context = {"Task": {"Token": f"token-{next(self._numbers):03}"}}
        if waits:
            execution.token = context["Task"]["Token"]
            self._tokens[execution.token] = execution
        self._tasks[state["Resource"]](_filled(state["Parameters"], execution.data, context))
        if waits:
            return None
        if state.get("End"):
            execution.status = "SUCCEEDED"
        next_state: str | None = state.get("Next")
        return next_state


def _names(handler: dict[str, Any], error: Refused) -> bool:
    """Whether a retrier or a catcher is for this error."""
    return error.code in handler["ErrorEquals"] or handler["ErrorEquals"] == ["States.ALL"]


def _caught(execution: Execution, state: dict[str, Any], error: Refused) -> str | None:
    """Where a task's own error leads; one that nothing catches ends the execution."""
    for catch in state["Catch"]:
        if _names(catch, error):
            _put(execution.data, catch["ResultPath"], {"Error": error.code, "Cause": ""})
            found: str = catch["Next"]
            return found
    execution.status = "FAILED"
    return None


def _holds(choice: dict[str, Any], data: dict[str, Any]) -> bool:
    if "And" in choice:
        return all(_holds(part, data) for part in choice["And"])
    try:
        value = _read(choice["Variable"], data)
    except (KeyError, IndexError):
        return choice.get("IsPresent") is False
    return value == choice["BooleanEquals"] if "BooleanEquals" in choice else bool(choice["IsPresent"])


def _filled(template: Any, data: dict[str, Any], context: dict[str, Any]) -> Any:
    if not isinstance(template, dict):
        return template
    return {
        name.removesuffix(".$"): _evaluated(value, data, context)
        if name.endswith(".$")
        else _filled(value, data, context)
        for name, value in template.items()
    }


def _evaluated(expression: str, data: dict[str, Any], context: dict[str, Any]) -> Any:
    if formatted := re.fullmatch(r"States\.Format\('(.*)', (\S+)\)", expression):
        return formatted[1].replace("{}", str(_read(formatted[2], data)))
    return _read(expression[1:], context) if expression.startswith("$$") else _read(expression, data)


def _read(path: str, data: Any) -> Any:
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path.removeprefix("$")):
        data = data[name] if name else data[int(index)]
    return data


def _put(data: dict[str, Any], path: str | None, value: Any) -> None:
    if path is not None:
        data[path.removeprefix("$.")] = value
