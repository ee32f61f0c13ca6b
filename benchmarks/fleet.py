"""A whole stack under load: submissions fed with at most fifty open, everything that its workers use counted."""

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from massid_local.carrot_sandbox import SandboxSettings
from massid_local.samples import SampleMassID, generate
from massid_local.stack import LocalStack
from massid_relay.core.jsons import dumps

OPEN_AT_ONCE = 50
TODAY = date(2026, 11, 21)
INSIDE = Path(__file__).parent / "inside"
UNPACED = {"CarrotRequestsPerSecond": "40"}
"""Twice what two cores can do, so it is out of the way. A still higher rate makes slots so narrow that a busy machine misses many
of them and pays for each again, which would measure the machine."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What the workers used, in all. `requests` counts by (service, operation, kind); `billed` is wall time in handlers,
    `invocations` counts by function."""

    requests: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    write_units: float = 0
    read_units: float = 0
    entries: float = 0
    """Entries on the event bus."""
    cpu: float = 0
    billed: float = 0
    invocations: Counter[str] = field(default_factory=Counter)

    def __sub__(self, before: "Usage") -> "Usage":
        return Usage(
            self.requests - before.requests,
            self.write_units - before.write_units,
            self.read_units - before.read_units,
            self.entries - before.entries,
            self.cpu - before.cpu,
            self.billed - before.billed,
            self.invocations - before.invocations,
        )

    def count(self, service: str, kind: str | None = None) -> int:
        """Requests to one service, of one kind if it is given."""
        return sum(n for (name, _, k), n in self.requests.items() if name == service and kind in {None, k})


class Fleet:
    """A stack that counts."""

    def __init__(self, stack: LocalStack, requests: Path) -> None:
        self.stack = stack
        self._requests = requests
        self._billed: list[tuple[str, float]] = []
        self._count_invocations()

    def usage(self) -> Usage:
        """So far."""
        requests: Counter[tuple[str, str, str]] = Counter()
        writes = reads = entries = 0.0
        for line in self._requests.read_text(encoding="ascii").splitlines() if self._requests.exists() else ():
            service, operation, kind, written, read = line.split()
            requests[service, operation, kind] += 1
            if service == "dynamodb":
                writes, reads = writes + float(written), reads + float(read)
            entries += float(written) if service == "events" else 0
        pids = [pid for pids in self.stack.functions.pids().values() for pid in pids]
        return Usage(
            requests=requests,
            write_units=writes,
            read_units=reads,
            entries=entries,
            cpu=sum(map(cpu_seconds, pids)),
            billed=sum(seconds for _, seconds in self._billed),
            invocations=Counter(name for name, _ in self._billed),
        )

    def carry(self, samples: Sequence[SampleMassID], patience: float) -> float:
        """Feed them and wait until each is closed; the seconds it took. Raises TimeoutError."""
        started = time.monotonic()
        waiting, closed = list(reversed(samples)), 0
        already = self._ended()
        while closed < len(samples):
            if time.monotonic() - started > patience:
                raise TimeoutError(f"{closed} of {len(samples)} submissions closed after {patience:.0f} s")
            for _ in range(min(len(waiting), OPEN_AT_ONCE - (len(samples) - len(waiting) - closed))):
                self._submit(waiting.pop())
            time.sleep(0.1)
            closed = self._ended() - already
        while self._running():
            time.sleep(0.2)
        return time.monotonic() - started

    def _submit(self, sample: SampleMassID) -> None:
        for file in sample.files:
            key = f"evidence/{sample.submission['externalId']}/{file.name}"
            self.stack.client("s3").put_object(
                Bucket=self.stack.resource("EvidenceBucket"), Key=key, Body=file.render()
            )
        queue = self.stack.resource("SubmissionsQueue")
        self.stack.client("sqs").send_message(QueueUrl=queue, MessageBody=dumps(sample.submission))

    def _ended(self) -> int:
        """Documents that are closed; counted at the platform, for that costs the stack nothing."""
        return sum(document.status == "CLOSED" for document in list(self.stack.carrot.sandbox.documents.values()))

    def states_entered(self) -> list[str]:
        """The states that the newest finished execution went through: what Step Functions bills as transitions."""
        client, machine = self.stack.client("stepfunctions"), self.stack.resource("MassidLifecycle")
        newest = client.list_executions(stateMachineArn=machine, statusFilter="SUCCEEDED")["executions"][0]
        events = client.get_execution_history(executionArn=newest["executionArn"], maxResults=1000)["events"]
        return [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]

    def _running(self) -> bool:
        """After CLOSE the document is read once more, and only then the lifecycle ends."""
        machine = self.stack.resource("MassidLifecycle")
        asked = {"stateMachineArn": machine, "statusFilter": "RUNNING"}
        return bool(self.stack.client("stepfunctions").list_executions(**asked)["executions"])

    def _count_invocations(self) -> None:
        """Billed is the time from an event's arrival to its answer; a cold start's import isn't in a warm container's bill,
        so the pool is warmed before anything counts."""
        invoke: Callable[[str, bytes], Any] = self.stack.functions.invoke

        def timed(logical_id: str, event: bytes) -> Any:
            started = time.monotonic()
            try:
                return invoke(logical_id, event)
            finally:
                self._billed.append((logical_id, time.monotonic() - started))

        self.stack.functions.invoke = timed  # type: ignore[method-assign]


@contextmanager
def counting_fleet(parameters: dict[str, str], sandbox: SandboxSettings) -> Iterator[Fleet]:
    """Bring a stack up whose workers count their AWS requests, and take it down."""
    with tempfile.TemporaryDirectory() as folder:
        requests = Path(folder) / "requests"
        stack = LocalStack(Path("template.yaml"), parameters, run_dir=Path(folder) / "run", sandbox=sandbox)
        with stack:
            for name, spec in stack.functions.specs.items():
                environment = spec.environment | {"BENCH_REQUESTS": str(requests)}
                stack.functions.specs[name] = replace(spec, path=(INSIDE, *spec.path), environment=environment)
            stack.kill_worker(busy_only=False)  # one that S3's test message woke already would not count
            yield Fleet(stack, requests)


def reference_massids(count: int, seed: int = 1) -> list[SampleMassID]:
    """The reference BOLD MassID: 5 ACTOR, 7 custom events, CLOSE, 3 files."""
    samples = generate(count, seed, TODAY)
    assert all(len(sample.submission["events"]) == 13 and len(sample.files) == 3 for sample in samples)
    return samples


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used; 0 if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
