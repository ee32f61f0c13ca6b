"""Runs the template's functions: worker processes that start when needed, serve one invocation at a time, and may die."""

import json
import subprocess
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from massid_local.stack import lifeline
from massid_local.stack.environment import sealed_environment
from massid_local.stack.runtime_api import Invocation, RuntimeApi
from massid_local.stack.specs import FunctionSpec

_LONGEST_START = 60.0
"""Seconds for a worker to import its handler, beside the function's own timeout."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an invocation ended: `payload` on success, else the error's type and its document as the function wrote it."""

    payload: bytes | None
    error_type: str | None = None
    error: bytes = b""

    @property
    def ok(self) -> bool:
        """Whether the function returned."""
        return self.error_type is None


@dataclass(frozen=True, slots=True)
class Place:
    """Where workers run: the stack's run directory, its clock and its endpoints."""

    run_dir: Path
    clock_file: Path
    endpoints: Mapping[str, str]

    def log_file(self, function: str) -> Path:
        """The log that one can follow."""
        return self.run_dir / "logs" / f"{function}.log"


class Worker:
    """One process of one function."""

    def __init__(self, spec: FunctionSpec, place: Place) -> None:
        self.spec = spec
        self.busy = False
        self._api = RuntimeApi()
        with place.log_file(spec.logical_id).open("ab") as log:
            self._process = lifeline.start(
                "massid_local.stack.worker",
                [str(place.clock_file), spec.handler],
                environment=sealed_environment(place.endpoints, self._variables(place)),
                folder=spec.folder,
                errors=log,
                output=log,
            )
        threading.Thread(target=self._watch, name=f"watch-{spec.logical_id}", daemon=True).start()

    def _variables(self, place: Place) -> dict[str, str]:
        spec = self.spec
        return {
            "AWS_EXECUTION_ENV": "massid-local",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory),
            "AWS_LAMBDA_FUNCTION_NAME": spec.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{spec.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "HOME": str(place.run_dir),
            "LAMBDA_TASK_ROOT": str(spec.folder),
            "PYTHONPATH": ":".join(str(part) for part in spec.path),
            "TZ": ":UTC",
            "_HANDLER": spec.handler,
            **spec.environment,
        }

    @property
    def alive(self) -> bool:
        """Whether the process runs and is of use."""
        return not self._api.failed and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def invoke(self, event: bytes) -> Outcome:
        """One invocation. A worker that takes too long is killed; one that dies is an outcome, not an exception."""
        invocation = Invocation(str(uuid.uuid4()), event, self.spec.timeout, self.spec.arn)
        self._api.offer(invocation)
        if not self.alive:
            self._api.abandon()
        invocation.taken.wait(_LONGEST_START)
        if not invocation.ended.wait(self.spec.timeout):
            self.stop()
            return Outcome(None, "Sandbox.Timedout", _error(f"timed out after {self.spec.timeout:g} seconds"))
        if invocation.payload is not None:
            return Outcome(invocation.payload)
        if invocation.error is not None:
            return Outcome(None, _type_of(invocation.error), invocation.error)
        return Outcome(None, "Runtime.ExitError", _error("the worker ended without an answer"))

    def kill(self) -> None:
        """A real crash: SIGKILL."""
        self._process.kill()

    def stop(self) -> None:
        """Kill the process and clean up."""
        lifeline.end(self._process)
        self._api.close()

    def _watch(self) -> None:
        try:
            self._process.wait()
        except (OSError, subprocess.SubprocessError):
            return
        self._api.abandon()


class Functions:
    """A pool of workers per function. Workers start one after another as concurrency asks for them."""

    def __init__(self, specs: Mapping[str, FunctionSpec], place: Place, wanted: Callable[[], bool]) -> None:
        self.specs = dict(specs)
        self._place = place
        self._wanted = wanted
        self._lock = threading.Lock()
        self._workers: dict[str, list[Worker]] = {logical_id: [] for logical_id in specs}

    def invoke(self, logical_id: str, event: bytes) -> Outcome:
        """Invoke a function and wait for its outcome. KeyError if the template has no such function."""
        worker = self._take(logical_id)
        try:
            return worker.invoke(event)
        finally:
            self._give_back(worker)

    def kill(self, logical_id: str | None = None, *, busy_only: bool = True) -> int:
        """Kill workers of one function, or of all, in the middle of what they do; says how many it hit."""
        with self._lock:
            hit = [
                worker
                for name, workers in self._workers.items()
                for worker in workers
                if logical_id in (None, name) and (worker.busy or not busy_only) and worker.alive
            ]
        for worker in hit:
            worker.kill()
        return len(hit)

    def pids(self) -> dict[str, list[int]]:
        """The processes that run, by function."""
        with self._lock:
            return {name: [worker.pid for worker in workers if worker.alive] for name, workers in self._workers.items()}

    def stop(self) -> None:
        """End all workers."""
        with self._lock:
            workers = [worker for pool in self._workers.values() for worker in pool]
            for pool in self._workers.values():
                pool.clear()
        for worker in workers:
            worker.stop()

    def _take(self, logical_id: str) -> Worker:
        """The warm worker that was used last, else a new one."""
        with self._lock:
            pool = self._workers[logical_id]
            for worker in reversed(pool):
                if not worker.busy and worker.alive:
                    worker.busy = True
                    return worker
            if not self._wanted():
                raise RuntimeError("the stack is stopping")
            worker = Worker(self.specs[logical_id], self._place)
            worker.busy = True
            pool.append(worker)
            return worker

    def _give_back(self, worker: Worker) -> None:
        with self._lock:
            pool = self._workers[worker.spec.logical_id]
            worker.busy = False
            if worker.alive or worker not in pool:
                return
            pool.remove(worker)
        worker.stop()


def _error(message: str) -> bytes:
    return json.dumps({"errorMessage": message}).encode()


def _type_of(error: bytes) -> str:
    try:
        return str(json.loads(error)["errorType"])
    except (ValueError, KeyError, TypeError):
        return "Unhandled"
