"""The emulator's process: `python -m massid_local.stack.emulator <port> <clock file>`. Says its port on standard output."""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from massid_local.stack import lifeline
from massid_local.stack.emulator import shifted_time

if TYPE_CHECKING:
    from moto.backends import SERVICE_NAMES

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]

_PRELOADED: "tuple[SERVICE_NAMES, ...]" = (
    "sqs",
    "s3",
    "dynamodb",
    "dynamodbstreams",
    "secretsmanager",
    "stepfunctions",
    "events",
)
WAKE_PATH = "/_stack/wake"


def main(port: int, clock_file: Path) -> None:
    """Serve until the parent is gone."""
    lifeline.hold()
    shifted_time.install(clock_file)

    from massid_local.stack.emulator import (
        event_bus,
        queues,
        repairs,
        shortcuts,
        table_streams,
    )  # after the clock: they import moto's services

    queues.install()
    repairs.install()
    shortcuts.install()
    table_streams.install()
    event_bus.install(Path.cwd())

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    class Handler(MotoRequestHandler):
        protocol_version = "HTTP/1.1"  # connections stay open between calls

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing of each call."""

    application = DomainDispatcherApplication(create_backend_app)
    for service in _PRELOADED:
        application.app_instances[service] = create_backend_app(service)
    server = make_server(
        "127.0.0.1", port, _with_wake(application, queues.wake), threaded=True, request_handler=Handler
    )
    os.environ["MOTO_PORT"] = str(server.port)
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _with_wake(application: Wsgi, wake: Callable[[], None]) -> Wsgi:
    """One address of our own: told when the clock has moved."""

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == WAKE_PATH:
            wake()
            start_response("204 No Content", [("Content-Length", "0")])
            return [b""]
        return application(environ, start_response)

    return serve


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
