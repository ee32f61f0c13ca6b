"""The literal design of `price`: a state machine with one state per API call, each a function whose writes go through powertools'
idempotency decorator. It is really run, call by call, against an emulator and a sandbox; only its transitions are not: one each.

`python -m benchmarks.literal_design LATENCY_MS` prints what one MassID used.
"""

import json
import subprocess
import sys
import time
from typing import Any

from massid_local.samples import SampleMassID
from massid_local.stack.environment import sealed_environment

from benchmarks.powertools_tables import create_tables
from benchmarks.sandbox_process import sandbox_process


def carry_literally(sample: SampleMassID, latency_ms: int) -> dict[str, float]:
    """What the literal design uses for one MassID, by the field names of `price.Used`."""
    from benchmarks.utilisation import ROOT, stack

    settings = {"requests_per_second": None, "latency_ms": latency_ms, "ids_in_answers": True}
    with stack() as emulator, sandbox_process(settings) as url:
        create_tables(emulator)
        variables = {"CARROT_BASE_URL": url, "PYTHONPATH": ":".join([str(ROOT), *filter(None, sys.path)])}
        environment = sealed_environment(emulator.endpoints, variables)
        command = [sys.executable, "-m", "benchmarks.literal_design", url]
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False, timeout=120
        )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    used: Any = json.loads(done.stdout.splitlines()[-1])
    return dict(used)


def main(url: str) -> None:
    """Carry two MassIDs; the second counts: its participants are known, and connections are warm."""
    from aws_lambda_powertools.utilities.idempotency import (
        DynamoDBPersistenceLayer,
        IdempotencyConfig,
        idempotent_function,
    )

    from benchmarks.calls import renamed
    from benchmarks.cpu_worker import context, count_requests
    from benchmarks.fleet import reference_massids
    from benchmarks.guide_client import GuideClient
    from benchmarks.powertools_tables import IDEMPOTENCY

    requests = count_requests()
    store = DynamoDBPersistenceLayer(table_name=IDEMPOTENCY)
    config = IdempotencyConfig(event_key_jmespath="key", payload_validation_jmespath="body")
    lambda_context: Any = context
    config.register_lambda_context(lambda_context)
    client: Any = GuideClient(url)
    plain, invocations, billed = client._call, 0, 0.0

    @idempotent_function(data_keyword_argument="asked", config=config, persistence_store=store)  # type: ignore[untyped-decorator]
    def write(asked: dict[str, Any]) -> Any:
        return plain(asked["method"], asked["path"], asked["body"])

    def call(method: str, path: str, body: Any) -> Any:
        nonlocal invocations, billed
        started = time.perf_counter()
        asked = {"key": (body or {}).get("deduplicationId", path), "method": method, "path": path, "body": body}
        answer = plain(method, path, body) if method == "GET" else write(asked=asked)
        invocations, billed = invocations + 1, billed + time.perf_counter() - started
        return answer

    client._call = call
    sample = reference_massids(1)[0]
    client.submit(renamed(sample, "first"), "first")
    requests.clear()
    invocations, billed = 0, 0.0
    client.submit(renamed(sample, "second"), "second")
    used = {
        "transitions": invocations,
        "invocations": invocations,
        "billed_seconds": billed,
        "write_units": requests["dynamodb"],
        "read_units": 0,
        "s3": len(sample.files),
    }
    print(json.dumps(used))


if __name__ == "__main__":
    main(sys.argv[1])
