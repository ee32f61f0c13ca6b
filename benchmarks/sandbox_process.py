"""A sandbox in a process of its own: it must not share an interpreter with what is measured."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


@contextmanager
def sandbox_process(settings: Mapping[str, Any]) -> Iterator[str]:
    """Its URL, on loopback. It ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    chosen = [part for name, value in settings.items() for part in ("--set", f"{name}={json.dumps(value)}")]
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "massid_local.carrot_sandbox", "--port", str(port), *chosen], stdout=subprocess.DEVNULL
    )
    try:
        _await(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _await(port: int) -> None:
    for _ in range(150):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the sandbox did not come up")
