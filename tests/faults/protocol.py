"""What a worker and the world say to each other over their pipe."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class AwsCall:
    """A call of a boto3 client."""

    service: str
    operation: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request as a worker let go of it."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer; `broken`: the connection died or timed out without a whole one."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes = b""
    broken: Literal["", "closed", "timed out"] = ""


@dataclass(frozen=True, slots=True)
class Sleep:
    """The worker waits for its slot."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """What the handler returned: the invocation's answer, on its way to the poller. `error`: it raised instead.
    `last`: the worker is free after it."""

    value: Any
    error: str | None = None
    last: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """The world's answer. `die`: the answer is seen, and the process ends right after."""

    value: Any = None
    error: dict[str, Any] | None = None
    die: bool = False
