"""The stack's own small HTTP interface on loopback: state, clock, crashes, and Lambda's Invoke."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote

from massid_relay.core.clock import iso

from massid_local.stack.clock import StackClock
from massid_local.stack.functions import Functions
from massid_local.stack.pollers import Counters

_INVOKE = "/2015-03-31/functions/"


@dataclass(frozen=True, slots=True)
class Controlled:
    """What the interface reaches."""

    functions: Functions
    clock: StackClock
    counters: Counters
    describe: Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class ControlServer:
    """Serves `GET /`, `GET /counters`, `POST /clock {"advance": seconds}`, `POST /workers/kill {"function", "busyOnly"}`
    and `POST /2015-03-31/functions/{name}/invocations`, which is what `aws lambda invoke` calls."""

    def __init__(self, controlled: Controlled) -> None:
        self._server = _Server(("127.0.0.1", 0), controlled)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], controlled: Controlled) -> None:
        self.controlled = controlled
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        controlled = self.server.controlled
        match self.path:
            case "/":
                self._send(_json({**controlled.describe(), "workers": controlled.functions.pids()}))
            case "/counters":
                self._send(_json({name: asdict(counts) for name, counts in controlled.counters.snapshot().items()}))
            case _:
                self._send(_Answer(404, b""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith(_INVOKE):
            name = unquote(self.path.removeprefix(_INVOKE).removesuffix("/invocations"))
            return self._send(self._invoke(name, body or b"{}"))
        try:
            return self._send(self._command(json.loads(body or b"{}")))
        except (ValueError, TypeError, KeyError):
            return self._send(_Answer(400, b""))

    def _command(self, request: dict[str, Any]) -> _Answer:
        controlled = self.server.controlled
        match self.path:
            case "/clock":
                controlled.clock.advance(float(request["advance"]))
                return _json({"now": iso(controlled.clock.now())})
            case "/workers/kill":
                hit = controlled.functions.kill(request.get("function"), busy_only=request.get("busyOnly", True))
                return _json({"killed": hit})
        return _Answer(404, b"")

    def _invoke(self, name: str, event: bytes) -> _Answer:
        """docs.aws.amazon.com/lambda, "Invoke"."""
        functions = self.server.controlled.functions
        known = {
            key: spec.logical_id for spec in functions.specs.values() for key in (spec.name, spec.arn, spec.logical_id)
        }
        if name not in known:
            return _Answer(404, b'{"Type": "User"}', (("X-Amzn-ErrorType", "ResourceNotFoundException"),))
        if self.headers.get("X-Amz-Invocation-Type") == "Event":
            Thread(target=functions.invoke, args=(known[name], event), daemon=True).start()
            return _Answer(202, b"")
        outcome = functions.invoke(known[name], event)
        if outcome.payload is not None:
            return _Answer(200, outcome.payload)
        return _Answer(200, outcome.error, (("X-Amz-Function-Error", "Unhandled"),))

    def _send(self, answer: _Answer) -> None:
        self.send_response(answer.status)
        for name, value in (
            *answer.headers,
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(answer.body))),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing of each call."""


def _json(document: dict[str, Any]) -> _Answer:
    return _Answer(200, json.dumps(document).encode())
