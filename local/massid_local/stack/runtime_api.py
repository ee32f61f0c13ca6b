"""The Lambda Runtime API for one worker: what AWS's runtime client asks for its next invocation.

docs.aws.amazon.com/lambda, "Using the Lambda runtime API". Each worker has a server of its own, so that no address needs
a path before `/2018-06-01` and a worker's end is the end of its server.
"""

import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PREFIX = "/2018-06-01/runtime/"


@dataclass(slots=True)
class Invocation:
    """One event on its way through a worker. `timeout` is in seconds and begins when the worker takes it;
    `ended` is set when there is an answer or there will be none."""

    request_id: str
    event: bytes
    timeout: float
    function_arn: str
    taken: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    payload: bytes | None = None
    error: bytes | None = None

    def headers(self) -> dict[str, str]:
        """What the runtime client insists on. It measures the remaining time on the machine's clock."""
        return {
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self.timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.function_arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-00000000-{self.request_id.replace('-', '')[:24]};Sampled=0",
            "Content-Type": "application/json",
        }


class RuntimeApi:
    """Serves one worker, on a port of its own."""

    def __init__(self) -> None:
        self.failed = False
        """The worker told that it couldn't start: it is on its way out."""
        self._changed = threading.Condition()
        self._waiting: Invocation | None = None
        self._current: Invocation | None = None
        self._closed = False
        self._server = _Server(("127.0.0.1", 0), self)
        self._accepting = threading.Thread(target=self._accept, name="runtime-api", daemon=True)
        self._accepting.start()

    @property
    def address(self) -> str:
        """What goes into AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.server_port}"

    def offer(self, invocation: Invocation) -> None:
        """Give the worker its next invocation, now or as soon as it has started."""
        with self._changed:
            self._waiting = self._current = invocation
            self._changed.notify_all()

    def abandon(self) -> None:
        """The worker is gone: whatever it was doing has no answer."""
        with self._changed:
            current, self._current = self._current, None
            self._waiting = None
        if current is not None:
            current.taken.set()
            current.ended.set()

    def close(self) -> None:
        """Stop serving."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        self.abandon()
        with socket.create_connection(("127.0.0.1", self._server.server_port)):
            self._accepting.join()

    def _accept(self) -> None:
        """Accept connections until `close` makes the last one. Unlike serve_forever it never wakes up for nothing."""
        while True:
            connection, address = self._server.get_request()
            if self._closed:
                break
            self._server.process_request(connection, address)
        connection.close()
        self._server.server_close()

    def next_invocation(self) -> Invocation | None:
        """Wait for the next invocation; None when the stack stops."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is not None or self._closed)
            invocation, self._waiting = self._waiting, None
        if invocation is not None:
            invocation.taken.set()
        return invocation

    def answer(self, request_id: str | None, *, payload: bytes | None = None, error: bytes | None = None) -> bool:
        """The worker's answer; `request_id` None is a failed start. False if nobody waits for it."""
        with self._changed:
            self.failed = self.failed or request_id is None
            current = self._current
            if current is None or request_id not in (None, current.request_id):
                return False
            self._current = None
        current.payload, current.error = payload, error
        current.taken.set()
        current.ended.set()
        return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], api: RuntimeApi) -> None:
        self.api = api
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that was killed leaves a broken connection; its end is noticed elsewhere."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path != f"{_PREFIX}invocation/next":
            return self._respond(404, {}, b"")
        invocation = self.server.api.next_invocation()
        if invocation is None:
            return self._respond(410, {}, b"")
        return self._respond(200, invocation.headers(), invocation.event)

    def do_POST(self) -> None:
        body = self._body()
        match self.path.removeprefix(_PREFIX).split("/"):
            case ["invocation", request_id, "response"]:
                known = self.server.api.answer(request_id, payload=body)
            case ["invocation", request_id, "error"]:
                known = self.server.api.answer(request_id, error=body)
            case ["init", "error"]:
                known = self.server.api.answer(None, error=body) or True
            case _:
                known = False
        self._respond(202 if known else 400, {"Content-Type": "application/json"}, b'{"status":"OK"}')

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _respond(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing of each call."""
