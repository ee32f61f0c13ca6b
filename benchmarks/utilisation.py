"""How much of the limit a fleet uses. Three fleets side by side, each on a sandbox of its own: ours on the shared timeline, one
with a limiter per process at rate / N, one with none that backs off on 429.

The sandbox counts: what it accepted within the window, and what it refused.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from massid_local.stack import LocalStack, lifeline
from massid_local.stack.environment import sealed_environment

from benchmarks.guide_client import GuideClient
from benchmarks.rows import Figure, Row
from benchmarks.sandbox_process import sandbox_process

RATE = 10
LANES = 8
"""Calls that one worker overlaps. Few, so that no worker's stock of slots reaches far ahead."""
WARM_UP = 5.0
SETTLE = 1.0
"""Seconds after the window, so that what began in it has ended before the journal is read."""
VARIANTS = ("shared", "per-process", "backoff")
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Plan:
    """One comparison. `kills`: half of the workers are killed after a third of the time, and as many started after two."""

    workers: int
    latency_ms: int
    limiter: str
    seconds: float
    kills: bool = False

    @property
    def name(self) -> str:
        """As the table shows it."""
        kills = ", half killed and replaced" if self.kills else ""
        return f"{self.workers} workers, {self.latency_ms} ms, {self.limiter}{kills}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one fleet got out of its limit."""

    accepted: int
    refused: int
    seconds: float
    writes_per_call: float
    reads_per_call: float

    @property
    def share(self) -> float:
        """Of the limit."""
        return self.accepted / self.seconds / RATE

    @property
    def refused_share(self) -> float:
        """Of all calls."""
        return self.refused / max(1, self.accepted + self.refused)

    def as_json(self) -> dict[str, Any]:
        """For build/bench.json."""
        return {
            "callsPerSecond": round(self.accepted / self.seconds, 2),
            "share": round(self.share, 4),
            "refused": self.refused,
            "refusedShare": round(self.refused_share, 4),
            "ledgerWritesPerCall": round(self.writes_per_call, 3),
            "ledgerReadsPerCall": round(self.reads_per_call, 3),
        }


def plans(full: bool) -> list[Plan]:
    """By default one comparison in earnest and a glance at the others."""
    limiters = ("token-bucket", "sliding-second")
    main = [Plan(8, 300, limiter, 45 if kills else 60, kills) for limiter in limiters for kills in (False, True)]
    if full:
        matrix = itertools.product((1, 4, 8, 16), (50, 300, 1000), limiters)
        return main + [Plan(workers, latency, limiter, 60) for workers, latency, limiter in matrix]
    return [*main[:3], *(Plan(workers, 300, "token-bucket", 15) for workers in (1, 4, 16))]


def measure(full: bool) -> list[Row]:
    """Plan after plan; the three fleets of one plan side by side."""
    rows = []
    with stack() as ledger:
        for plan in plans(full):
            rows += _rows(plan, _run(plan, ledger))
    return rows


def _rows(plan: Plan, outcomes: dict[str, Outcome]) -> list[Row]:
    ours = outcomes["shared"]
    details = {variant: outcome.as_json() for variant, outcome in outcomes.items()}
    aim, met = _judged(plan, ours)
    rows = []
    for name in VARIANTS[1:]:
        rival = outcomes[name]
        what = f"{plan.name}: against {name}"
        rows.append(Row(what, "of the limit", ours.share, rival.share, aim, met, _note(ours, rival), details))
    return rows


def _note(ours: Outcome, rival: Outcome) -> str:
    return f"429s: {ours.refused} against {rival.refused}; {ours.writes_per_call:.2f} ledger writes a call"


def _judged(plan: Plan, ours: Outcome) -> tuple[str, bool | None]:
    if (plan.workers, plan.latency_ms) != (8, 300):
        return "", None
    few_writes = ours.writes_per_call <= 0.25
    if plan.limiter == "token-bucket":
        return "0.98, no 429, 0.25 writes", round(ours.share, 2) >= 0.98 and ours.refused == 0 and few_writes
    return "0.90, < 1 % 429s, 0.25 writes", ours.share >= 0.9 and ours.refused_share < 0.01 and few_writes


def _run(plan: Plan, ledger: LocalStack) -> dict[str, Outcome]:
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory()))
        fleets = {variant: undo.enter_context(fleet(plan, variant, ledger, folder)) for variant in VARIANTS}
        time.sleep(WARM_UP)
        began = time.time()
        _live_through(plan, list(fleets.values()))
        time.sleep(SETTLE + plan.latency_ms / 1000)
        return {variant: workers.outcome(began, plan.seconds) for variant, workers in fleets.items()}


def _live_through(plan: Plan, fleets: Sequence["Workers"]) -> None:
    third = plan.seconds / 3
    if not plan.kills:
        time.sleep(plan.seconds)
        return
    time.sleep(third)
    for workers in fleets:
        workers.kill(plan.workers // 2)
    time.sleep(third)
    for workers in fleets:
        workers.start(plan.workers // 2)
    time.sleep(third)


@dataclass
class Workers:
    """One fleet and the sandbox it works against."""

    plan: Plan
    variant: str
    url: str
    environment: dict[str, str]
    document_id: str
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, count: int) -> None:
        """Start that many."""
        for _ in range(count):
            report = self.folder / f"{self.variant}-{len(list(self.folder.iterdir()))}.report"
            report.touch()
            given = [self.variant, str(LANES), str(self.plan.workers), self.document_id, str(report)]
            log = (self.folder / f"{self.variant}.log").open("ab")
            with log:
                self.processes.append(
                    lifeline.start(
                        "benchmarks.paced_worker",
                        given,
                        environment=self.environment,
                        folder=ROOT,
                        errors=log,
                        output=log,
                    )
                )

    def kill(self, count: int) -> None:
        """SIGKILL, in the middle of whatever they do."""
        for process in self.processes[:count]:
            process.send_signal(signal.SIGKILL)

    def stop(self) -> None:
        """End all."""
        for process in self.processes:
            lifeline.end(process)

    def outcome(self, began: float, seconds: float) -> Outcome:
        """From the sandbox's journal and the workers' own reports."""
        entries = [e for e in self._entries() if e["counted"] and began <= _epoch(e["startedAt"]) < began + seconds]
        accepted = sum(200 <= e["effectStatus"] < 300 for e in entries)
        refused = len(entries) - accepted
        others = {e["status"] for e in entries} - {0, 201, 429}
        assert not others, f"calls ended with {others}"
        calls, writes, reads = (sum(column) for column in zip(*self._reports(began), strict=True))
        return Outcome(accepted, refused, seconds, writes / max(1, calls), reads / max(1, calls))

    def _entries(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/__sandbox__/log?since=0", timeout=30) as answer:  # noqa: S310 - loopback
            content: Any = json.load(answer)
        found: list[dict[str, Any]] = content["entries"] if isinstance(content, dict) else content
        return found

    def _reports(self, began: float) -> Iterator[tuple[int, int, int]]:
        """What each worker did since then: calls, ledger writes and reads."""
        yield 0, 0, 0
        for report in self.folder.glob(f"{self.variant}-*.report"):
            lines = [line.split() for line in report.read_text(encoding="ascii").splitlines()]
            numbers = [(float(at), int(calls), int(writes), int(reads)) for at, calls, writes, reads in lines]
            if not numbers:
                continue
            before = [line for line in numbers if line[0] <= began]
            first = before[-1] if before else (0, 0, 0, 0)
            yield tuple(after - earlier for after, earlier in zip(numbers[-1][1:], first[1:], strict=True))  # type: ignore[misc]


def _epoch(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()


@contextmanager
def stack() -> Iterator[LocalStack]:
    """The ledger and the functions' environment; nothing is polled."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalStack(ROOT / "template.yaml", run_dir=Path(folder) / "run", polling=False) as ledger,
    ):
        yield ledger


@contextmanager
def fleet(plan: Plan, variant: str, ledger: LocalStack, folder: Path) -> Iterator[Workers]:
    """A sandbox with one document to write to, and its workers."""
    with ExitStack() as undo:
        client_id = f"{variant}-{plan.limiter}-{time.time_ns()}"  # a timeline of its own
        url = undo.enter_context(sandbox_process(_settings(plan, client_id)))
        secret = ledger.client("secretsmanager").create_secret(
            Name=client_id, SecretString=json.dumps({"clientId": client_id, "clientSecret": "sandbox-secret"})
        )["ARN"]
        variables = ledger.functions.specs["AppendEvents"].environment | {
            "CARROT_BASE_URL": url,
            "CARROT_TOKEN_URL": f"{url}/oauth2/token",
            "CARROT_CREDENTIALS_ARN": secret,
            "CARROT_REQUESTS_PER_SECOND": str(RATE),
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
        }
        document_id = GuideClient(url, client_id).create_document(DOCUMENT, "benchmark")
        environment = sealed_environment(ledger.endpoints, variables)
        workers = Workers(plan, variant, url, environment, document_id, folder)
        undo.callback(workers.stop)
        workers.start(plan.workers)
        yield workers


def _settings(plan: Plan, client_id: str) -> dict[str, Any]:
    return {
        "credentials": [{"client_id": client_id, "client_secret": "sandbox-secret"}],
        "requests_per_second": RATE,
        "limiter": plan.limiter,
        "latency_ms": plan.latency_ms,
        "events_per_document": 1_000_000,
    }


DOCUMENT: dict[str, Any] = {
    "category": "MassID",
    "type": "Organic",
    "measurementUnit": "kg",
    "externalCreatedAt": "2026-03-01T10:00:00.000Z",
    "isPublic": True,
    "isPubliclySearchable": True,
    "participant": {
        "countryCode": "BR",
        "name": "Benchmark",
        "taxId": "11444777000161",
        "taxIdType": "CNPJ",
        "type": "COMPANY",
    },
    "address": {
        "name": "Sede",
        "street": "Rua A",
        "number": "1",
        "neighborhood": "Centro",
        "city": "Campinas",
        "countryState": "SP",
        "countryCode": "BR",
        "zipCode": "13010142",
        "latitude": -22.9,
        "longitude": -47.06,
    },
}

FIGURE = Figure("utilisation", f"share of {RATE} calls a second", "a limiter per process; backoff on 429", measure)
