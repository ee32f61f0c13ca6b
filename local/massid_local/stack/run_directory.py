"""The folder of a running stack: its logs, its clock, and `stack.json`, by which other commands find it."""

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

DEFAULT = Path(".massid")
EVENT_BUS = "event-bus.jsonl"
"""What was put on the event bus, an event a line."""


class StackRunningError(RuntimeError):
    """Another stack uses this folder; the message names its process."""


class NoStackError(RuntimeError):
    """No stack is running from this folder."""


@contextmanager
def claimed(run_dir: Path) -> Iterator[None]:
    """Take the folder for this process, with empty logs. Raises StackRunningError."""
    logs = run_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with (run_dir / "lock").open("a+") as lock:
        _lock(lock)
        for log in logs.glob("*.log"):
            log.unlink()
        with _logging_to(logs / "stack.log"):
            try:
                yield
            finally:
                (run_dir / "stack.json").unlink(missing_ok=True)


def _lock(lock: IO[str]) -> None:
    """The system lets go of it when the process ends, however it ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise StackRunningError(f"a stack is already running from this folder, as process {lock.read()}") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()


@contextmanager
def _logging_to(file: Path) -> Iterator[None]:
    handler = logging.FileHandler(file)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("massid_local.stack")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


def write_state(run_dir: Path, state: dict[str, Any]) -> None:
    """Write `stack.json`, whole or not at all."""
    new = run_dir / "stack.json.new"
    new.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
    new.replace(run_dir / "stack.json")


def running_stack(run_dir: Path = DEFAULT) -> dict[str, Any]:
    """What `LocalStack.describe` told of the stack that runs from this folder. Raises NoStackError."""
    try:
        state: dict[str, Any] = json.loads((run_dir / "stack.json").read_text(encoding="utf-8"))
        os.kill(state["pid"], 0)
    except (FileNotFoundError, ProcessLookupError):
        raise NoStackError(f"no stack is running from {run_dir}: start one with `massid local`") from None
    return state
