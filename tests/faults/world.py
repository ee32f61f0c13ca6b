"""A run: pollers, workers, time and death, all decided here, so that a run with the same plan goes the same way.

Workers really are processes and may overlap, but between two of their requests nothing happens that anyone else could see.
So the world waits until every busy worker has asked for something, chooses one, serves it, and goes on: every interleaving is
one of these choices. Time passes only by what is served (a call takes its time) or when nothing else is left to do.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import httpx
from massid_local.carrot_sandbox import SandboxSettings

from tests.faults.boundaries import AROUND, Names, aws_step, kind_of, outside_step
from tests.faults.carrot import Platform
from tests.faults.clock import SharedTime
from tests.faults.cloud import Cloud, Failed
from tests.faults.description import Mapping, description, queue_name
from tests.faults.inside import Mutation
from tests.faults.plan import MOST_KILLS, Plan
from tests.faults.protocol import AwsCall, Reply, Request, Response, Result, Sleep
from tests.faults.queues import Message
from tests.faults.recorder import Recorder
from tests.faults.scenarios import Deed
from tests.faults.worker import Worker

AWS_SECONDS = 0.005
MOST_STEPS = 30_000
PATIENCE = timedelta(hours=8)
"""After the last deed. Long enough for every backoff, lease and visibility in a row; what isn't done by then is lost."""
FREEZE_SECONDS = (5, 250)
"""From less than a lease to more than a visibility."""
SWEEP_EVERY = timedelta(minutes=5)
SWEEP = Mapping(queue="", function="Sweep", batch_size=0, concurrency=1)


class WorkerFailed(Exception):
    """A handler raised. It never should: its answer would make the whole batch come back."""


@dataclass(slots=True)
class Busy:
    """A worker and its invocation. `asked`: its request that has not been served; `answer`: what it gets, from `ready` on."""

    worker: Worker
    mapping: Mapping
    batch: Sequence[Message] = ()
    receipts: tuple[str, ...] = ()
    asked: Any = None
    answer: Reply | None = None
    ready: datetime | None = None
    boundary: str = ""
    attempt: int | None = None
    frozen: bool = False
    """Whether it stood still in this invocation already."""


@dataclass(slots=True)
class Outcome:
    """What came of the plan's kills."""

    kills: list[str] = field(default_factory=list)
    missed: bool = False
    boundaries: list[str] = field(default_factory=list)


class World:
    """One run. `dynamodb` is a client of moto's."""

    def __init__(self, plan: Plan, dynamodb: Any, mutation: Mutation | None = None) -> None:
        self.plan = plan
        self.clock = SharedTime()
        self.random = Random(f"world {plan.seed}")
        self.cloud = Cloud(dynamodb, self.clock, self.random, duplicates=plan.duplicates, reorder=plan.reorder)
        settings = {"seed": plan.seed, "requests_per_second": None, "hold_seconds": 0.001, "slow_seconds": 0}
        self.platform = Platform(SandboxSettings.model_validate(settings | dict(plan.sandbox)), self.clock)
        self.recorder = Recorder(self.clock)
        self.outcome = Outcome()
        self._mutation = mutation
        self._names = Names()
        self._idle: dict[str, list[Worker]] = {}
        self._busy: list[Busy] = []
        self._later: list[tuple[datetime, Callable[[], Any]]] = []
        self._forked = self._frozen = 0
        self._next_sweep = self.clock.now() + SWEEP_EVERY

    # ------------------------------------------------------------------------------------------------------- the main loop

    def run(self, deeds: Sequence[Deed], satisfied: Callable[[], bool]) -> Outcome:
        """Until all deeds are done, the queues are empty and `satisfied()`, or patience ends."""
        start = self.clock.now()
        self._later = [(start + timedelta(seconds=deed.after), lambda deed=deed: deed.do(self.cloud)) for deed in deeds]  # type: ignore[misc]
        for after, rate in zip(self.plan.outage or (), (1, 0), strict=False):
            self._later.append((start + timedelta(seconds=after), lambda rate=rate: self._fail(rate)))  # type: ignore[misc]
        ends = max(moment for moment, _ in self._later) + PATIENCE
        try:
            for _ in range(MOST_STEPS):
                self._move_to(self.clock.now())
                self._deliver()
                if self._busy:
                    self._serve_one()
                elif not self._pass_time(satisfied) or self.clock.now() > ends:
                    break
        finally:
            self._end_all()
        self.outcome.missed = (self.plan.kill_at or self.plan.poison) is not None and not self.outcome.kills
        return self.outcome

    def _fail(self, rate: float) -> None:
        """From now on so many of the platform's answers to writes are faults."""
        self.platform.sandbox.settings = self.platform.sandbox.settings.changed({"fault_rate": rate})

    def _pass_time(self, satisfied: Callable[[], bool]) -> bool:
        """To the next thing that happens by itself; whether there is one."""
        queued = self.cloud.queues.next_visible()
        if queued is None and not self._later and satisfied():
            return False
        moments = [moment for moment, _ in self._later] + [self._next_sweep] + ([queued] if queued else [])
        self._move_to(min(moments))
        return True

    def _move_to(self, moment: datetime) -> None:
        """What is due on the way happens in its time: deeds of the integrator, requests of the dead."""
        for due in sorted((deed for deed in self._later if deed[0] <= moment), key=lambda deed: deed[0]):
            self.clock.move_to(due[0])
            self._later.remove(due)
            due[1]()
        self.clock.move_to(moment)

    # ---------------------------------------------------------------------------------------------------------- the pollers

    def _deliver(self) -> None:
        """Start invocations, while workers are left, for what lies on the queues."""
        while len(self._busy) < self.plan.workers and (mapping := self._next_queue()):
            if self.plan.moves and self.random.random() < self.plan.moves and not self._busy:
                self._move_to(self.clock.now() + timedelta(hours=1))
            batch = self.cloud.queues.receive(mapping.queue, mapping.batch_size)
            self._invoke(mapping, {"Records": [_record(message) for message in batch]}, batch)
        if self.clock.now() >= self._next_sweep and len(self._busy) < self.plan.workers:
            self._next_sweep = self.clock.now() + SWEEP_EVERY
            self._invoke(SWEEP, {})

    def _next_delivery(self) -> list[datetime]:
        """When the next message could be given to a worker that is free."""
        queued = self.cloud.queues.next_visible()
        return [queued] if queued and len(self._busy) < self.plan.workers else []

    def _next_queue(self) -> Mapping | None:
        ready = [m for m in description().mappings if self.cloud.queues.receivable(m.queue) and self._room(m)]
        if not ready:
            return None
        return self.random.choice(ready) if self.plan.reorder else ready[0]

    def _room(self, mapping: Mapping) -> bool:
        return sum(busy.mapping == mapping for busy in self._busy) < mapping.concurrency

    def _invoke(self, mapping: Mapping, event: dict[str, Any], batch: Sequence[Message] = ()) -> None:
        idle = self._idle.setdefault(mapping.function, [])
        worker = idle.pop() if idle else self._fork()
        worker.invoke(mapping.function, event)
        self._busy.append(Busy(worker, mapping, batch, tuple(message.receipts[-1] for message in batch)))

    def _fork(self) -> Worker:
        self._forked += 1
        return Worker(self._forked, self.clock, f"{self.plan.seed} {self._forked}", self._mutation)

    # ---------------------------------------------------------------------------------------------------------- the workers

    def _serve_one(self) -> None:
        """Let one of the busy workers take one step."""
        for busy in self._busy:
            if busy.asked is None and busy.answer is None:
                busy.asked = busy.worker.request()
        now = self.clock.now()
        able = [busy for busy in self._busy if busy.ready is None or busy.ready <= now]
        if not able:
            self._move_to(min([busy.ready for busy in self._busy if busy.ready] + self._next_delivery()))
            return
        busy = self.random.choice(able)
        if busy.answer is not None:
            self._hand_over(busy)
        else:
            self._serve(busy, busy.asked)

    def _serve(self, busy: Busy, asked: Any) -> None:
        busy.asked = busy.ready = None
        match asked:
            case AwsCall() if self._freezes(busy, asked):
                busy.asked = asked
            case AwsCall():
                self._aws(busy, asked)
            case Request():
                self._outside(busy, asked)
            case Sleep(seconds):
                busy.answer, busy.ready = Reply(), self.clock.now() + timedelta(seconds=seconds)
            case Result():
                self._finish(busy, asked)
            case _:
                raise TypeError(asked)

    def _freezes(self, busy: Busy, call: AwsCall) -> bool:
        """Whether the worker's machine stands still right before this call, perhaps for longer than its lease.

        Not before it reads a file: its last look at the lease lies behind it then, and nothing could protect that request.
        """
        if busy.frozen or call.service == "s3" or not self.plan.freezes:
            return False
        if not self._may_harm() or self.random.random() >= self.plan.freezes:
            return False
        busy.frozen = True
        self._frozen += 1
        busy.ready = self.clock.now() + timedelta(seconds=self.random.uniform(*FREEZE_SECONDS))
        return True

    def _aws(self, busy: Busy, call: AwsCall) -> None:
        step = aws_step(call.service, call.operation, call.arguments, queue_name)
        name = self._names.next(step) if step else ""
        if self._dies(busy, name, AROUND[0]):
            return
        try:
            reply = Reply(self.cloud.call(call.service, call.operation, call.arguments))
            self.recorder.called(busy.worker.name, call)
        except Failed as error:
            reply = Reply(error=error.response)
        self.clock.advance(AWS_SECONDS)
        if not self._dies(busy, name, AROUND[1]):
            busy.worker.reply(reply)

    def _outside(self, busy: Busy, request: Request) -> None:
        """The request goes out and takes effect; its answer arrives in a later step, so that others come in between."""
        step, phases = outside_step(request.method, httpx.URL(request.url).path)
        name = self._names.next(step)
        if self._dies(busy, name, "before"):
            return
        timeout = _timeout(step)
        busy.attempt = self.recorder.attempted(busy.worker.name, self.platform.operations(request), timeout)
        if "late" in phases and self._dies(busy, name, "late"):
            self._later.append((self.clock.now() + timeout * 0.9, lambda: self.platform.serve(request)))
            return
        answer: Response = self.platform.serve(request)
        if self._dies(busy, name, "effect"):
            return
        busy.answer, busy.boundary = Reply(answer), name
        busy.ready = self.clock.now() + timedelta(seconds=self.plan.latency)

    def _hand_over(self, busy: Busy) -> None:
        """Give an answer that has been on its way. A worker may see it and die."""
        reply, name = busy.answer or Reply(), busy.boundary
        busy.answer = busy.ready = None
        busy.boundary = ""
        if busy.attempt is not None:
            self.recorder.answered(busy.worker.name, busy.attempt)
            busy.attempt = None
        if name and self._shall_die(name, "after"):
            busy.worker.reply(Reply(reply.value, die=True))
            self._bury_worker(busy, f"{name}:after", ended=busy.worker.ended())
            return
        busy.worker.reply(reply)

    def _finish(self, busy: Busy, result: Result) -> None:
        """The handler's answer reaches the poller, which deletes what did not fail."""
        if result.error is not None:
            raise WorkerFailed(result.error)
        name = self._names.next(f"delete.{busy.mapping.queue}") if busy.batch else ""
        if self._dies(busy, name, "before"):
            return
        failures = {item["itemIdentifier"] for item in (result.value or {}).get("batchItemFailures", [])}
        for message, receipt in zip(busy.batch, busy.receipts, strict=True):
            if message.id not in failures and self.cloud.queues.delete(receipt):
                self.recorder.deleted(busy.worker.name, message)
        if self._dies(busy, name, "after"):
            return
        busy.worker.reply(Reply())
        busy.batch = busy.receipts = ()
        if not result.last:
            return
        self._busy.remove(busy)
        self._idle[busy.mapping.function].append(busy.worker)

    # ---------------------------------------------------------------------------------------------------------------- death

    def _dies(self, busy: Busy, name: str, phase: str) -> bool:
        """Kill the worker here if the plan says so; whether it ended."""
        if not name or not self._shall_die(name, phase):
            return False
        self._bury_worker(busy, f"{name}:{phase}", ended=busy.worker.kill())
        return True

    def _shall_die(self, name: str, phase: str) -> bool:
        boundary = f"{name}:{phase}"
        self.outcome.boundaries.append(boundary)
        if self.plan.kill_at is not None:
            return boundary == self.plan.kill_at
        if self.plan.poison is not None:
            return kind_of(boundary) == self.plan.poison
        return self._may_harm() and self.random.random() < self.plan.kill_share

    def _may_harm(self) -> bool:
        """Whether another worker may die or stand still by chance: the third lease that runs out would be a dead letter."""
        return len(self.outcome.kills) + self._frozen < MOST_KILLS

    def _bury_worker(self, busy: Busy, boundary: str, *, ended: bool) -> None:
        self._busy.remove(busy)
        if ended:
            self.outcome.kills.append(boundary)
            self.recorder.killed(busy.worker.name, boundary)

    def _end_all(self) -> None:
        for worker in [busy.worker for busy in self._busy] + [w for idle in self._idle.values() for w in idle]:
            worker.kill()
        self.platform.close()


def _timeout(step: str) -> timedelta:
    upload = step == "carrot.upload"
    name = "CARROT_UPLOAD_TIMEOUT_SECONDS" if upload else "CARROT_CALL_TIMEOUT_SECONDS"
    return timedelta(seconds=float(description().environment[name]))


def _record(message: Message) -> dict[str, Any]:
    attributes = {
        "ApproximateReceiveCount": str(message.receives),
        "SentTimestamp": str(int(message.sent_at.timestamp() * 1000)),
    }
    if message.group is not None:
        attributes["MessageGroupId"] = message.group
        attributes["MessageDeduplicationId"] = message.deduplication_id or ""
    record = {
        "messageId": message.id,
        "receiptHandle": message.receipts[-1],
        "body": message.body,
        "attributes": attributes,
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{message.queue}",
    }
    return dict(json.loads(json.dumps(record)))
