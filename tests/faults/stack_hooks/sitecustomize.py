"""Crash hooks for the workers of the local stack. Python imports this by itself where it is on the path, and only the stack
tier of the fault runs puts it there.

A boundary is armed by an empty file of its name in the folder FAULTS_ARMED. The first process that gets there puts its own
number behind the name and ends by SIGKILL.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient
from botocore import xform_name
from botocore.client import BaseClient

from tests.faults.boundaries import aws_step, outside_step

ARMED = Path(os.environ["FAULTS_ARMED"])
WORKS_ON = os.environ["FAULTS_QUEUE"]
QUEUES = {
    url: "".join(word.title() for word in name.removesuffix("_URL").split("_"))
    for name, url in os.environ.items()
    if name.endswith("_QUEUE_URL")
}


def reached(step: str | None, phase: str) -> None:
    """Die here, if this boundary is armed."""
    try:
        armed = ARMED / f"{step}:{phase}"
        armed.rename(f"{armed}.{os.getpid()}")
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def around(original: Callable[..., Any], step_of: Callable[..., str | None]) -> Callable[..., Any]:
    """The same, with a boundary before and one after."""

    def hooked(*arguments: Any, **named: Any) -> Any:
        step = step_of(*arguments)
        if step is None:
            return original(*arguments, **named)
        reached(step, "before")
        answer = original(*arguments, **named)
        reached(step, "after")
        return answer

    return hooked


def _aws(client: Any, operation: str, arguments: dict[str, Any]) -> str | None:
    service = client.meta.service_model.service_name
    return aws_step(service, xform_name(operation), arguments, lambda url: QUEUES.get(url, ""))


def _outside(_: Any, request: httpx.Request) -> str | None:
    return outside_step(request.method, request.url.path)[0]


def _delete(*_: Any) -> str | None:
    """The handler's answer goes to the poller, which deletes."""
    return f"delete.{WORKS_ON}" if WORKS_ON else None


for owner, name, step_of in (
    (BaseClient, "_make_api_call", _aws),
    (httpx.HTTPTransport, "handle_request", _outside),
    (LambdaRuntimeClient, "post_invocation_result", _delete),
):
    setattr(owner, name, around(getattr(owner, name), step_of))
