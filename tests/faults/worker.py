"""The world's end of a worker: a process forked from this warm one, that can be killed anywhere."""

import os
import signal
from multiprocessing.connection import Pipe
from typing import Any

from tests.faults.clock import SharedTime
from tests.faults.inside import Mutation, live
from tests.faults.protocol import Reply


class Worker:
    """One worker."""

    def __init__(self, number: int, clock: SharedTime, seed: str, mutation: Mutation | None) -> None:
        self.name = f"worker-{number}"
        self._connection, theirs = Pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._connection.close()
            live(theirs, clock, seed, mutation)
        theirs.close()

    def invoke(self, function: str, event: dict[str, Any]) -> None:
        """Start an invocation."""
        self._connection.send((function, event))

    def request(self) -> Any:
        """The worker's next request; waits for it."""
        return self._connection.recv()

    def reply(self, reply: Reply) -> None:
        """Answer it."""
        self._connection.send(reply)

    def kill(self) -> bool:
        """SIGKILL; whether that is how it ended."""
        os.kill(self.pid, signal.SIGKILL)
        return self.ended()

    def ended(self) -> bool:
        """Wait for the process; whether SIGKILL ended it."""
        _, status = os.waitpid(self.pid, 0)
        self._connection.close()
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
