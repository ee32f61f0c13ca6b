"""Starts and stops the emulator's process, from the side of the stack."""

import http.client
import threading
from pathlib import Path

from massid_local.stack import lifeline
from massid_local.stack.environment import port_of, sealed_environment

_WAKE_PATH = "/_stack/wake"
_LONGEST_START = 60.0


class EmulatorError(RuntimeError):
    """The emulator didn't come up; its log tells why."""


class Emulator:
    """moto, in a process of its own. `replaced` are the services that the caller serves elsewhere."""

    def __init__(self, run_dir: Path, clock_file: Path, port: int, replaced: dict[str, str]) -> None:
        self._log = run_dir / "logs" / "emulator.log"
        with self._log.open("ab") as log:
            self._process = lifeline.start(
                "massid_local.stack.emulator",
                [str(port), str(clock_file)],
                environment=sealed_environment(replaced, {"HOME": str(run_dir)}),
                folder=run_dir,
                errors=log,
                output=lifeline.PIPE,
            )
        self._url: str | None = None

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def url(self) -> str:
        """Where it listens; waits until it does. Raises EmulatorError."""
        if self._url is None:
            patience = threading.Timer(_LONGEST_START, self._process.kill)
            patience.start()
            try:
                assert self._process.stdout is not None  # noqa: S101 - it was started with a pipe
                line = self._process.stdout.readline()
            finally:
                patience.cancel()
            if not line.strip():
                code = self._process.wait()
                raise EmulatorError(f"the emulator ended with {code} as it started (is the port taken?): {self._log}")
            self._url = f"http://127.0.0.1:{int(line)}"
        return self._url

    def wake(self) -> None:
        """Tell it that the clock has moved."""
        connection = http.client.HTTPConnection("127.0.0.1", port_of(self.url()), timeout=10)
        try:
            connection.request("POST", _WAKE_PATH)
            connection.getresponse().read()
        finally:
            connection.close()

    def stop(self) -> None:
        """End it. What it held is gone."""
        lifeline.end(self._process)
