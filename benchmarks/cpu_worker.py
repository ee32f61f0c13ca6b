"""One side of `cpu`, in a process of its own: `python -m benchmarks.cpu_worker VARIANT RECORDS`. Prints JSON: per job the CPU
seconds, the wall seconds and the DynamoDB requests per record, pacing's apart.

Variants: `ours`, `unpaced` (ours with a permit that lets everything pass), `single` (that with one record per invocation, which
ours handles without threads), `powertools`.
"""

import importlib.util
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from botocore.client import BaseClient
from massid_relay.core.jsons import dumps

from benchmarks.fleet import reference_massids
from benchmarks.rival_limiters import Unlimited

ROOT = Path(__file__).parents[1]
Handler = Callable[[dict[str, Any], Any], Any]
JOBS = {"documents": 2, "events": 5}
"""Records of one invocation, as template.yaml says."""
WARM_UP = 20
MILLISECONDS_LEFT = 30_000
context = SimpleNamespace(
    get_remaining_time_in_millis=lambda: MILLISECONDS_LEFT,
    function_name="benchmark",
    aws_request_id="1",
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:benchmark",
    memory_limit_in_mb=512,
)


def main(variant: str, records: int) -> None:
    """Do both jobs; the events go to the documents of the first."""
    requests = count_requests()
    handlers = _powertools() if variant == "powertools" else _ours(paced=variant == "ours")
    report = {job: measured(handlers[job], job, variant, records, requests) for job in JOBS}
    print(json.dumps(report))


def measured(handler: Handler, job: str, variant: str, records: int, requests: Counter[str]) -> dict[str, float]:
    """Warm up, then handle that many records."""
    bodies = list(messages(job, variant, WARM_UP + records))
    size = 1 if variant == "single" else JOBS[job]
    _handle(handler, size, bodies[:1])  # introduces the participant and the address; the others know them
    _handle(handler, size, bodies[1:WARM_UP])
    requests.clear()
    wall, cpu = time.perf_counter(), time.process_time()
    _handle(handler, size, bodies[WARM_UP:])
    return {
        "cpu": (time.process_time() - cpu) / records,
        "wall": (time.perf_counter() - wall) / records,
        "requests": requests["dynamodb"] / records,
        "pacing": requests["pacing"] / records,
    }


def _handle(handler: Handler, size: int, bodies: list[tuple[str, str]]) -> None:
    for start in range(0, len(bodies), size):
        event = {"Records": [_record(*body) for body in bodies[start : start + size]]}
        answer = handler(event, context)
        assert not answer["batchItemFailures"], "a record failed; the log above tells why"


def messages(job: str, variant: str, count: int) -> Iterator[tuple[str, str]]:
    """Document and body. One participant and address in all of them: after the first message they are known."""
    submission = reference_massids(1)[0].submission
    pick_up = next(event for event in submission["events"] if event["name"] == "Pick-up")
    for number in range(count):
        external_id = f"{variant}-{number:05}"
        event = {**pick_up, "externalId": f"{external_id}.pick-up"}
        body: dict[str, Any] = {"version": 1, "externalId": external_id, "document": submission["document"]}
        if job == "events":
            body = {"version": 1, "documentExternalId": external_id, "events": [event]}
        yield external_id, dumps(body)


def _record(document: str, body: str) -> dict[str, Any]:
    return {
        "messageId": f"message-{document}",
        "receiptHandle": "handle",
        "body": body,
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:benchmark",
        "awsRegion": "us-east-1",
        "md5OfBody": "",
        "messageAttributes": {},
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1790000000000",
            "SenderId": "local",
            "ApproximateFirstReceiveTimestamp": "1790000000000",
            "MessageGroupId": document,
        },
    }


def count_requests() -> Counter[str]:
    """Counts every request of every client from now on."""
    requests: Counter[str] = Counter()
    client_class: Any = BaseClient  # its stubs don't know the method that all calls go through
    make = client_class._make_api_call

    def counted(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        service = client.meta.service_model.service_name
        requests["pacing" if "PACING#" in str(arguments.get("Key", "")) else service] += 1
        return make(client, operation, arguments)

    client_class._make_api_call = counted
    return requests


def _ours(*, paced: bool) -> dict[str, Handler]:
    if not paced:
        from massid_relay.bootstrap import Relay

        relay_class: Any = Relay
        relay_class.permit_until = lambda relay, until: Unlimited()
    return {"documents": _app("create_document"), "events": _app("append_events")}


def _app(function: str) -> Handler:
    spec = importlib.util.spec_from_file_location(function, ROOT / "functions" / function / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Handler = module.lambda_handler
    return handler


def _powertools() -> dict[str, Handler]:
    from benchmarks import powertools_handlers

    return {"documents": powertools_handlers.documents_handler, "events": powertools_handlers.events_handler}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
