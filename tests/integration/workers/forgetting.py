"""What the tests of forgetting share: the bench as an operator sees it, and a document that is finished."""

import itertools
from pathlib import Path
from typing import Any

import boto3
import pytest
from massid_cli.main import app
from massid_cli.operations.target import Target
from typer.testing import CliRunner

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, Bench
from tests.integration.workers.payloads import (
    PDF,
    actor,
    close,
    document_message,
    event,
    events_message,
    files_message,
    party,
)

_NUMBERS = itertools.count(1)


def as_operator(bench: Bench) -> Target:
    """The bench's ledger and bucket as an operator sees them, with queues of their own."""
    sqs: Any = boto3.Session(region_name="us-east-1").client("sqs")
    clients = {"dynamodb": bench.dynamodb, "s3": bench.s3, "sqs": sqs}
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    number = next(_NUMBERS)
    resources = {
        "Ledger": bench.name,
        "EvidenceBucket": bench.name,
        "DeadLetterQueue": sqs.create_queue(QueueName=f"forget-{number}")["QueueUrl"],
        "EventsQueue": sqs.create_queue(QueueName=f"forget-{number}.fifo", Attributes=fifo)["QueueUrl"],
    }
    return Target(clients.__getitem__, resources)


def finish(bench: Bench) -> Bench:
    """A closed and verified document with parties that it introduced, and a file in two versions."""
    bench.drop("doc", "a.pdf", PDF, tell=False)
    bench.drop("doc", "a.pdf", PDF + b"%", tell=False)
    bench.drop("another", "a.pdf", PDF, tell=False)
    bench.send(DOCUMENTS, document_message(**party()))
    bench.send(EVIDENCE, files_message("a.pdf"))
    bench.send(EVENTS, events_message(actor(), event("weighing", 2, **party()), close()))
    bench.run()
    assert bench.record("doc").verified_at is not None
    return bench


def payloads(bench: Bench) -> int:
    """How many payloads of the document are stored."""
    return len(bench.container().parts.stored("doc"))


def command(monkeypatch: pytest.MonkeyPatch, target: Target, *arguments: str) -> Any:
    """What `massid forget` says and returns."""
    monkeypatch.setattr("massid_cli.forget.target_of", lambda stack, run_dir: target)
    return CliRunner().invoke(app, ["forget", *arguments, "--run-dir", str(Path("nowhere"))])
