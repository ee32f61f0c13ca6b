"""Inside a worker: the real handlers, wired as ever, with the world at the end of every wire.

The crash hooks are these ends, so nothing of them is deployed.
"""

import gc
import importlib.util
import logging
import os
import random
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any, Self
from unittest.mock import patch

import httpx
from botocore.exceptions import ClientError
from massid_relay import bootstrap
from massid_relay.bootstrap import Relay
from massid_relay.carrot import client as carrot_client
from massid_relay.carrot.transport import new_http_client
from massid_relay.work import handling

from tests.faults.clock import SharedTime
from tests.faults.description import Description, description
from tests.faults.protocol import AwsCall, Reply, Request, Response, Result, Sleep

Handler = Callable[[dict[str, Any], Any], Any]
Mutation = Callable[[], None]


def live(connection: Connection, clock: SharedTime, seed: str, mutation: Mutation | None) -> None:
    """Handle invocations until killed. Never returns into the world's code."""
    try:
        random.seed(seed)
        line = Line(connection)
        patch.object(bootstrap, "_container", _relay(line, clock)).start()
        if mutation is not None:
            mutation()
        while True:
            function, event = connection.recv()
            handle(line, _handlers(description())[function], event, clock)
    except EOFError:
        pass
    finally:
        os._exit(0)


def answer_last(line: "Line", handler: Handler, event: dict[str, Any], clock: SharedTime) -> None:
    """One invocation: the work, then its answer."""
    line.ask(invoked(handler, event, clock))


handle = answer_last
"""How an invocation is handled; one mutation puts another way in its place."""


class Line:
    """The pipe to the world."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def ask(self, request: Any) -> Any:
        """One request, one answer, one thread at a time."""
        with self._lock:
            self._connection.send(request)
            reply: Reply = self._connection.recv()
        if reply.die:
            os.kill(os.getpid(), signal.SIGKILL)
        if reply.error is not None:
            raise ClientError(reply.error, "call")  # type: ignore[arg-type]
        return reply.value


def _relay(line: Line, clock: SharedTime) -> Callable[[], Relay]:
    """The real wiring, with the ends of its wires changed."""
    patch.object(carrot_client, "new_http_client", lambda: new_http_client(_Transport(line))).start()
    relay = Relay(description().environment, _WaitingClock(line, clock), lambda service: _Client(line, service))
    return lambda: relay


class _WaitingClock:
    """The run's clock; waiting is done by the world."""

    def __init__(self, line: Line, clock: SharedTime) -> None:
        self._line = line
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        self._line.ask(Sleep(seconds))


class _ConditionalCheckFailed(ClientError):
    """As boto3 makes it for its clients."""


class _Client:
    """A boto3 client whose every call is a request to the world."""

    exceptions = SimpleNamespace(ConditionalCheckFailedException=_ConditionalCheckFailed)

    def __init__(self, line: Line, service: str) -> None:
        self._line = line
        self._service = service

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            try:
                answer = self._line.ask(AwsCall(self._service, operation, arguments))
            except ClientError as error:
                if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                    raise _ConditionalCheckFailed(error.response, operation) from None
                raise
            return answer | {"Body": _Body(answer["Body"])} if operation == "get_object" else answer

        return call


@dataclass(frozen=True, slots=True)
class _Body:
    """A streaming body of S3."""

    content: bytes

    def read(self) -> bytes:
        return self.content

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        return (self.content[start : start + size] for start in range(0, len(self.content), size))


class _Transport(httpx.BaseTransport):
    """httpx's lowest layer: the request goes to the world."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = Request(request.method, str(request.url), dict(request.headers), request.read())
        answer: Response = self._line.ask(asked)
        if answer.broken == "timed out":
            raise httpx.ReadTimeout("no answer")
        if answer.broken:
            raise httpx.RemoteProtocolError("closed without an answer")
        return httpx.Response(answer.status, headers=list(answer.headers), content=answer.content)


def invoked(handler: Handler, event: dict[str, Any], clock: SharedTime) -> Result:
    ends = clock.now() + timedelta(seconds=description().function_timeout)
    context = SimpleNamespace(
        get_remaining_time_in_millis=lambda: max(0, (ends - clock.now()) / timedelta(milliseconds=1))
    )
    try:
        return Result(handler(event, context))
    except Exception as error:
        return Result(None, f"{type(error).__name__}: {error}")


_loaded: dict[str, Handler] = {}


def _handlers(described: Description) -> dict[str, Handler]:
    """The functions' handlers, each loaded from its folder as Lambda does."""
    for name, folder in described.folders.items():
        if name not in _loaded:
            spec = importlib.util.spec_from_file_location(f"{folder.name}_app", folder / "app.py")
            if spec is None or spec.loader is None:
                raise ImportError(folder)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            _loaded[name] = module.lambda_handler
    return _loaded


class _OneAfterTheOther:
    """In place of a pool of threads: which thread comes first is chance that no seed repeats. Overlap is between workers."""

    def __init__(self, threads: int) -> None:
        self._threads = threads

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        return [work(item) for item in items]


def warm_up() -> None:
    """Import everything before the first fork, and keep the workers' voices down."""
    _handlers(description())
    patch.object(handling, "ThreadPoolExecutor", _OneAfterTheOther).start()
    logging.getLogger("massid-relay").setLevel(logging.CRITICAL)
    gc.freeze()  # what lives now is never looked at again, so forked processes keep sharing it
