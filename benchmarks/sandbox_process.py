"""A sandbox in a process of its own: it must not share an interpreter with what is measured."""

import json
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from massid_local.stack import lifeline

ROOT = Path(__file__).parents[1]


@contextmanager
def sandbox_process(settings: Mapping[str, Any]) -> Iterator[str]:
    """Its URL, on loopback. It ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    chosen = [part for name, value in settings.items() for part in ("--set", f"{name}={json.dumps(value)}")]
    arguments = ["--port", str(port), *chosen]
    with Path(os.devnull).open("wb") as nothing:
        process = lifeline.start(
            "benchmarks.held_sandbox", arguments, environment=os.environ, folder=ROOT, errors=nothing, output=nothing
        )
    try:
        _await(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        lifeline.end(process)


def _await(port: int) -> None:
    for _ in range(150):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the sandbox did not come up")
