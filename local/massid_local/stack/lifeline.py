"""Ends a child process with its parent, however the parent ends.

The parent holds the writing end of the child's standard input and never writes. When the parent is gone, killed ones too,
the child reads an end of file and leaves. It works on every system and doesn't care which thread started the child.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

PIPE = subprocess.PIPE


def hold() -> None:
    """In the child: leave as soon as the parent is gone. Takes over standard input."""
    lifeline = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def watch() -> None:
        os.read(lifeline, 1)
        os._exit(1)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def start(
    module: str,
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    errors: IO[bytes],
    output: IO[bytes] | int,
) -> subprocess.Popen[bytes]:
    """In the parent: run `module`, which must call `hold`, with this Python."""
    options: dict[str, Any] = {} if os.name == "nt" else {"start_new_session": True}  # Ctrl-C is the parent's to handle
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", module, *arguments],
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=errors,
        **options,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """In the parent: kill the child if it still runs, and bury it."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
