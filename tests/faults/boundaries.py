"""Where a worker can be stopped, by name: what it is about to do, which time in this run, and how far it got.

`ledger.save#3:after` is the third write of a record in this run, done and not yet known to the worker.

Ledger writes, queue sends and token answers:
    before; after (done, its answer not seen).
Outside calls:
    before (not sent); late (a write: it takes effect when its sender is long dead); effect (done, its answer not seen);
    after (its answer seen).
Queue deletes:
    before (the handler's answer is lost); after.

Reads of the ledger, the bucket and the secret change nothing: stopping there is stopping after the step before.
"""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

AROUND = ("before", "after")
OUTSIDE_READ = ("before", "effect", "after")
OUTSIDE_WRITE = ("before", "late", "effect", "after")

_CALLS = (
    ("POST", r"/oauth2/token", "carrot.token"),
    ("POST", r"/documents/events", "carrot.batch"),
    ("POST", r"/documents", "carrot.create"),
    ("GET", r"/documents/[^/]+", "carrot.read"),
    ("POST", r"/documents/[^/]+/events", "carrot.append"),
    ("PUT", r"/documents/[^/]+/attachments/[^/]+", "carrot.attach"),
    ("PUT", r"/storage/.+", "carrot.upload"),
    ("GET", r"/documents/[^/]+/attachments/[^/]+", "carrot.show-file"),
    ("GET", r"/storage/.+", "carrot.download"),
)
_READS = frozenset({"carrot.token", "carrot.read", "carrot.show-file", "carrot.download"})
_LEDGER = {
    "PACING#": "pacing.write",
    "RUN#": "ledger.run",
    "PARTY#": "ledger.party",
    "DEAD#": "ledger.dead-letter",
    "TRACE#": "ledger.trace",
}
_STEPS = {
    "send_task_success": "token.succeed",
    "send_task_failure": "token.fail",
    "start_execution": "lifecycle.start",
}


class Names:
    """Numbers the steps of a run."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def next(self, step: str) -> str:
        """This step's name in this run."""
        self._counts[step] += 1
        return f"{step}#{self._counts[step]}"


def kind_of(boundary: str) -> str:
    """A boundary without its number: `ledger.save:after`."""
    step, _, rest = boundary.partition("#")
    return f"{step}:{rest.partition(':')[2]}"


def aws_step(service: str, operation: str, arguments: dict[str, Any], queue_name: Callable[[str], str]) -> str | None:
    """The step that a call of a boto3 client is; None for one that changes nothing. `queue_name` knows a queue by its URL."""
    match service:
        case "dynamodb":
            return _ledger_step(operation, arguments)
        case "sqs":
            kind = "send" if operation == "send_message" else "come-back"
            return f"{kind}.{queue_name(arguments['QueueUrl'])}"
        case _:
            return _STEPS.get(operation)


def outside_step(method: str, path: str) -> tuple[str, tuple[str, ...]]:
    """The step that a call of Carrot is, and its phases."""
    step = next(step for verb, pattern, step in _CALLS if verb == method and re.fullmatch(pattern, path))
    return step, OUTSIDE_READ if step in _READS else OUTSIDE_WRITE


def _ledger_step(operation: str, arguments: dict[str, Any]) -> str | None:
    if operation == "transact_write_items":
        return "ledger.save"
    if operation not in {"put_item", "update_item", "delete_item"}:
        return None
    key = arguments.get("Item") or arguments["Key"]
    known = next((step for prefix, step in _LEDGER.items() if key["pk"]["S"].startswith(prefix)), None)
    return known or ("ledger.part" if key["sk"]["S"].startswith("PART#") else "ledger.save")
