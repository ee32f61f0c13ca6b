"""CPU time and DynamoDB requests per SQS record, against the same job written with powertools' batch and idempotency utilities.

Each side is a process of its own against the same emulator and a sandbox without limit or latency. Pacing is left out of the
comparison and shown apart, for the baseline has none.
"""

import json
import subprocess
import sys
from typing import Any

from massid_local.stack import LocalStack
from massid_local.stack.environment import sealed_environment

from benchmarks.powertools_tables import create_tables
from benchmarks.rows import Figure, Row, at_most
from benchmarks.sandbox_process import sandbox_process
from benchmarks.utilisation import ROOT, stack

RECORDS, RECORDS_FULL = 100, 2000
ROUNDS = 2
VARIANTS = ("unpaced", "powertools", "ours", "single")
UNLIMITED = {"requests_per_second": None, "keep_files": False}

Report = dict[str, dict[str, float]]


def measure(full: bool) -> list[Row]:
    """By turns, the least of each: whatever else the machine does can only add to it."""
    records = RECORDS_FULL if full else RECORDS
    reports: dict[str, list[Report]] = {variant: [] for variant in VARIANTS}
    for _ in range(ROUNDS):
        for variant in VARIANTS:
            with stack() as ledger, sandbox_process(UNLIMITED) as url:
                create_tables(ledger)
                reports[variant].append(_run(variant, records, ledger, url))
    return [row for job in ("documents", "events") for row in _rows(job, reports)]


def _rows(job: str, reports: dict[str, list[Report]]) -> list[Row]:
    least = {
        variant: {name: min(report[job][name] for report in runs) for name in runs[0][job]}
        for variant, runs in reports.items()
    }
    ours, rival, paced, single = least["unpaced"], least["powertools"], least["ours"], least["single"]
    cpu = {
        "withPacing": round(1000 * paced["cpu"], 3),
        "withoutThreads": round(1000 * single["cpu"], 3),
        "wall": {"ours": round(1000 * ours["wall"], 2), "baseline": round(1000 * rival["wall"], 2)},
    }
    requests = {"pacingRequests": round(paced["pacing"], 3)}
    aim = "not more"
    return [
        Row(
            f"{job}: CPU",
            "ms per record",
            1000 * ours["cpu"],
            1000 * rival["cpu"],
            aim,
            at_most(rival["cpu"], ours["cpu"]),
            f"{1000 * single['cpu']:.2f} without threads, {1000 * paced['cpu']:.2f} with pacing",
            cpu,
        ),
        Row(
            f"{job}: DynamoDB requests",
            "per record",
            ours["requests"],
            rival["requests"],
            aim,
            at_most(rival["requests"] + 0.01, ours["requests"]),
            f"and {paced['pacing']:.2f} of pacing",
            requests,
        ),
    ]


def _run(variant: str, records: int, ledger: LocalStack, url: str) -> Report:
    secret = ledger.client("secretsmanager").create_secret(
        Name=f"benchmark-{variant}",
        SecretString=json.dumps({"clientId": "sandbox-client", "clientSecret": "sandbox-secret"}),
    )["ARN"]
    variables = ledger.functions.specs["AppendEvents"].environment | {
        "CARROT_BASE_URL": url,
        "CARROT_TOKEN_URL": f"{url}/oauth2/token",
        "CARROT_CREDENTIALS_ARN": secret,
        "CARROT_REQUESTS_PER_SECOND": "100",
        "POWERTOOLS_LOG_LEVEL": "WARNING",
        "PYTHONPATH": ":".join([str(ROOT), *filter(None, sys.path)]),
    }
    environment = sealed_environment(ledger.endpoints, variables)
    command = [sys.executable, "-m", "benchmarks.cpu_worker", variant, str(records)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False, timeout=600)  # noqa: S603
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    report: Any = json.loads(done.stdout.splitlines()[-1])
    return dict(report)


FIGURE = Figure("cpu", "work per SQS record", "powertools batch and idempotency", measure)
