"""One demo on a running stack, from the first submission to the verdict."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from massid_relay.core.jsons import JsonObject

from massid_local.carrot_sandbox import SandboxSettings
from massid_local.demo.doubled import duplicates, foreign_bytes, live_documents
from massid_local.demo.feeding import Feeder
from massid_local.demo.holdings import Holdings
from massid_local.demo.judging import Evidence, Judge
from massid_local.demo.outcome import MassidOutcome, Result, Summary
from massid_local.demo.platform import Platform, reader_of
from massid_local.demo.progress import EffectsSeen, Executions, Progress
from massid_local.demo.records import Records
from massid_local.demo.submitted import Submitted
from massid_local.samples import generate
from massid_local.stack import LocalStack
from massid_local.stack.carrot import REQUESTS_PER_SECOND

MOST_OPEN = 50
"""Submissions under way at once: the emulated state machine holds threads for each."""
CALLS_PER_SECOND = 10
FAULT_RATE = 0.2
"""Of writes."""
TICK_SECONDS = 0.4
PATIENCE_SECONDS = 180
"""Without a step forward; the longest backoff is 30 seconds."""
QUIET_SECONDS = 30
"""How long messages that were overtaken by events may still lie about."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Seed and today fix everything that is submitted, and with `faults` which write fails in which way.

    `called_at` is when the demo was called (seconds since the epoch).
    """

    count: int
    seed: int
    today: date
    faults: bool
    folder: Path
    called_at: float

    def parameters(self) -> dict[str, str]:
        """Template parameters of the demo's stack."""
        return {REQUESTS_PER_SECOND: str(CALLS_PER_SECOND)}

    def sandbox(self) -> SandboxSettings:
        """Settings of the demo's Carrot."""
        if not self.faults:
            return SandboxSettings(seed=self.seed)
        return SandboxSettings(seed=self.seed, fault_rate=FAULT_RATE, each_fault_first=True)


class Demo:
    """Feeds, watches, judges. `told` hears of each step forward. Raises ValueError for a count or seed out of range."""

    def __init__(self, options: DemoOptions, told: Callable[[Progress], None]) -> None:
        self._options = options
        self._told = told
        self._progress = Progress()
        self.massids = [Submitted.of(sample) for sample in generate(options.count, options.seed, options.today)]

    def run(self, stack: LocalStack) -> Result:
        """Carry every MassID to its end on a stack that is up. Raises httpx.HTTPError if the sandbox can't be read."""
        records = Records(self._options.folder)
        with reader_of(stack) as platform:
            holdings = Holdings(stack)
            executions = self._carry(stack, platform, holdings)
            _wait_for_quiet(holdings)
            effects = platform.effects()
            dead = holdings.dead_letters()
            judge = Judge(self._options.today, Evidence(executions.runs, dead, self._log_problems(effects)))
            outcomes = self._judged(judge, live_documents(effects), platform, records)
            summary = self._summary(outcomes, effects, holdings.count_dead(dead), holdings.redeliveries())
        records.summary(summary)
        return self._result(outcomes, summary, effects)

    def _carry(self, stack: LocalStack, platform: Platform, holdings: Holdings) -> Executions:
        """Feed and watch until every lifecycle has ended, or nothing has moved for too long."""
        feeder = Feeder(
            stack.client("s3"),
            stack.client("sqs"),
            bucket=stack.resource("EvidenceBucket"),
            queue_url=stack.resource("SubmissionsQueue"),
            massids=self.massids,
        )
        executions = Executions(stack.client("stepfunctions"), stack.resource("MassidLifecycle"))
        seen, sent, moved = EffectsSeen(), 0, time.monotonic()
        while not feeder.done or executions.ended() < len(self.massids):
            sent += feeder.feed(MOST_OPEN - (sent - executions.ended()))
            executions.look()
            seen.read(platform.log(seen.cursor))
            if self._tell(_progress(sent, seen, executions, holdings.crashes())):
                moved = time.monotonic()
            elif time.monotonic() - moved > PATIENCE_SECONDS:
                break
            if feeder.done:
                time.sleep(TICK_SECONDS)
        return executions

    def _tell(self, progress: Progress) -> bool:
        """Whether it is a step forward."""
        earlier, self._progress = self._progress, progress
        if progress != earlier:
            self._told(progress)
        return progress.is_further_than(earlier)

    def _log_problems(self, effects: JsonObject) -> dict[str, list[str]]:
        problems: dict[str, list[str]] = defaultdict(list)
        for external_id, problem in foreign_bytes(effects, self.massids):
            problems[external_id].append(problem)
        return problems

    def _judged(
        self, judge: Judge, ids: Mapping[str, str], platform: Platform, records: Records
    ) -> list[MassidOutcome]:
        outcomes: list[MassidOutcome] = []
        for one in self.massids:
            document_id = ids.get(one.external_id)
            content = platform.document(document_id) if document_id else None
            if content is not None:
                records.document(one.external_id, content)
            outcomes.append(judge.judge(one, document_id, content))
            self._tell(replace(self._progress, checked=len(outcomes)))
        return outcomes

    def _summary(
        self, outcomes: Sequence[MassidOutcome], effects: JsonObject, dead_letters: int, redeliveries: int
    ) -> Summary:
        return Summary(
            submitted=sum(one.sent_at is not None for one in self.massids),
            closed=sum(outcome.is_closed for outcome in outcomes),
            verified=sum(outcome.status == "verified" for outcome in outcomes),
            duplicates=duplicates(effects),
            dead_letters=dead_letters,
            redeliveries=redeliveries,
            paced_calls_per_massid=_rounded(effects["requests"]["counted"] / len(self.massids), 2),
            seconds=_rounded(time.time() - self._options.called_at, 1),
        )

    def _result(self, outcomes: Sequence[MassidOutcome], summary: Summary, effects: JsonObject) -> Result:
        first = min(one.sent_at for one in self.massids if one.sent_at is not None)
        requests = effects["requests"]
        return Result(
            outcomes=outcomes,
            summary=summary,
            first_submission_seconds=first - self._options.called_at,
            refused_by_limit=requests["throttled"],
            most_calls_in_a_second=requests["mostInASecond"],
            faults=requests["faults"],
        )


def _progress(sent: int, seen: EffectsSeen, executions: Executions, crashes: int) -> Progress:
    succeeded = executions.succeeded()
    return Progress(
        submitted=sent,
        documents=len(seen.documents),
        files=len(seen.files),
        events=len(seen.events),
        closed=succeeded,
        failed=executions.ended() - succeeded,
        calls=len(seen.calls),
        refused=len(seen.refused),
        crashes=crashes,
    )


def _wait_for_quiet(holdings: Holdings) -> None:
    """A late message could still double something, so the count waits for the queues."""
    until = time.monotonic() + QUIET_SECONDS
    while not holdings.is_quiet() and time.monotonic() < until:
        time.sleep(TICK_SECONDS)


def _rounded(number: float, digits: int) -> Decimal:
    return Decimal(str(round(number, digits)))
