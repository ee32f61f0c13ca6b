"""The stack tier: whole lifecycles on the local stack, with the real state machine, the real runtime, and processes that die.

Lifecycles go in waves, one armed boundary each. When all workers rest, the clock is moved past visibility and lease.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from massid_local.carrot_sandbox.effects import effects
from massid_local.samples import SampleMassID, generate
from massid_local.stack import LocalStack
from massid_relay.core.evidence import evidence_key
from massid_relay.core.jsons import dumps

from tests.faults.boundaries import kind_of
from tests.faults.description import ROOT, description
from tests.faults.findings import Fault, Finding
from tests.faults.oracle_effects import judge_effects
from tests.faults.plan import MEMORIES, Plan
from tests.faults.runner import Ended
from tests.faults.scenarios import Asked

HOOKS = Path(__file__).parent / "stack_hooks"
WAVE = 4
PATIENCE_SECONDS = 90
"""Real ones, for a wave."""
BEYOND_VISIBILITY = 181
RESTING_SECONDS = 0.4
"""So long no worker must have been busy before the clock is moved."""
DAY = date(2026, 11, 20)
ONCE = "ledger.party"
"""Only a stack that knows no participants yet learns their ids: this comes first, and once."""


def run_stack_tier(boundaries: Sequence[str], least: int, tell: Callable[[Ended], None]) -> list[Ended]:
    """Every kind of boundary of a lifecycle, and so many runs at least."""
    kinds = list(
        dict.fromkeys(kind for name in boundaries if not (kind := kind_of(name)).endswith((":late", ":effect")))
    )
    once = [kind for kind in kinds if kind.startswith(ONCE)]
    often = [kind for kind in kinds if kind not in once]
    many = once + list(islice(cycle(often), max(least - len(once), len(often))))
    samples = generate(len(many), seed=3, today=DAY)
    ended = []
    with tempfile.TemporaryDirectory() as folder, _stack(Path(folder)) as stack:
        tier = StackTier(stack, Path(folder) / "armed")
        for number, wave in enumerate(_waves(list(zip(many, samples, strict=True)))):
            ended += tier.run(wave, MEMORIES[number % len(MEMORIES)], tell)
    return ended


def _stack(folder: Path) -> LocalStack:
    return LocalStack(ROOT / "template.yaml", {"CarrotRequestsPerSecond": "100"}, run_dir=folder / "run")


def _waves(runs: list[tuple[str, SampleMassID]]) -> Iterator[list[tuple[str, SampleMassID]]]:
    return (runs[start : start + WAVE] for start in range(0, len(runs), WAVE))


class StackTier:
    """A running stack whose workers look for armed boundaries."""

    def __init__(self, stack: LocalStack, armed: Path) -> None:
        self._stack = stack
        self._armed = armed
        armed.mkdir()
        queues = {mapping.function: mapping.queue for mapping in description().mappings}
        specs = stack.functions.specs
        for name, spec in specs.items():
            hooks = {"FAULTS_ARMED": str(armed), "FAULTS_QUEUE": queues.get(name, "")}
            environment = spec.environment | hooks
            specs[name] = replace(spec, path=(HOOKS, ROOT, *spec.path), environment=environment)

    def run(
        self, wave: Sequence[tuple[str, SampleMassID]], memory: dict[str, Any], tell: Callable[[Ended], None]
    ) -> list[Ended]:
        """Some lifecycles at once, with a worker's death for each."""
        carrot = self._stack.carrot.sandbox
        carrot.settings = carrot.settings.changed({**UNSET, **memory})
        if any("carrot.token" in kind for kind, _ in wave):
            self._stack.kill_worker(busy_only=False)  # who has a token asks for none
        for kind, sample in wave:
            (self._armed / kind).touch()
            self._submit(sample)
        self._wait([sample.external_id for _, sample in wave])
        ended = [self._ended(kind, sample) for kind, sample in wave]
        for run in ended:
            tell(run)
        return ended

    def _submit(self, sample: SampleMassID) -> None:
        for file in sample.files:
            self._stack.client("s3").put_object(
                Bucket=self._stack.resource("EvidenceBucket"),
                Key=evidence_key(sample.external_id, file.name),
                Body=file.render(),
            )
        self._stack.client("sqs").send_message(
            QueueUrl=self._stack.resource("SubmissionsQueue"), MessageBody=dumps(sample.submission)
        )

    def _wait(self, external_ids: Sequence[str]) -> None:
        """Until all have ended, or patience has. What a dead worker held comes again when the clock is moved."""
        ends, rested = time.monotonic() + PATIENCE_SECONDS, time.monotonic()
        while time.monotonic() < ends and not self._all_ended(external_ids):
            time.sleep(0.1)
            if self._busy():
                rested = time.monotonic()
            elif time.monotonic() - rested > RESTING_SECONDS:
                self._stack.clock.advance(BEYOND_VISIBILITY)
                rested = time.monotonic()

    def _busy(self) -> bool:
        return any(worker.busy for workers in self._stack.functions._workers.values() for worker in workers)

    def _status(self, external_id: str) -> str:
        executions = self._stack.client("stepfunctions").list_executions(
            stateMachineArn=self._stack.resource("MassidLifecycle"), maxResults=1000
        )["executions"]
        return next((e["status"] for e in executions if e["name"].startswith(f"{external_id}-g")), "not started")

    def _all_ended(self, external_ids: Sequence[str]) -> bool:
        return all(self._status(external_id) not in {"RUNNING", "not started"} for external_id in external_ids)

    def _died(self, kind: str) -> bool:
        """Whether a worker got to that boundary and is no more. Disarms it."""
        (self._armed / kind).unlink(missing_ok=True)
        taken = list(self._armed.glob(f"{kind}.*"))
        for file in taken:
            file.unlink()
        return bool(taken) and not any(_lives(int(file.name.rpartition(".")[2])) for file in taken)

    def _ended(self, kind: str, sample: SampleMassID) -> Ended:
        missed = not self._died(kind)
        events = tuple(event["externalId"] for event in sample.submission["events"])
        asked = Asked(sample.external_id, events, {file.name: file.render() for file in sample.files})
        findings = judge_effects([asked], effects(self._stack.carrot.sandbox))
        status = self._status(sample.external_id)
        if status != "SUCCEEDED":
            findings.append(Finding(Fault.LOST, f"lifecycle {sample.external_id} is {status}"))
        step, _, phase = kind.rpartition(":")
        kills = [] if missed else [f"{step}#1:{phase}"]
        return Ended(Plan("lifecycle on the stack", kill_at=kind), kills, missed, findings)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


UNSET: dict[str, Any] = {"deduplication_in_batch": "honoured", "deduplication_seconds": None, "batch": "atomic"}
"""The sandbox's own ways, before each wave's are set."""
