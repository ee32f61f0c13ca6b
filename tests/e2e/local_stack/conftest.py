"""A small system of the local stack's own: see system/template.yaml."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from massid_local.stack import LocalStack

SYSTEM = Path(__file__).parent / "system" / "template.yaml"


class Results:
    """What the fixture's functions told, read from their results queue."""

    def __init__(self, stack: LocalStack) -> None:
        self._sqs = stack.client("sqs")
        self._url = stack.resource("ResultsQueue")
        self.seen: list[dict[str, Any]] = []

    def wait_for(self, matches: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next fact that matches. Fails if none comes while two long polls last."""
        for _ in range(100):
            found = self._receive(20)
            self.seen += found
            for fact in found:
                if matches(fact):
                    return fact
            if not found:
                break
        raise AssertionError(f"nothing like that was told; seen: {self.seen}")

    def _receive(self, wait: int) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(QueueUrl=self._url, WaitTimeSeconds=wait)
        messages = answer.get("Messages", [])
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]


def _eventually(look: Callable[[], Any]) -> Any:
    """What `look` returns as soon as it is true. The pause only spares the processor; pytest's own timeout ends it."""
    pause = threading.Event()
    while not (found := look()):
        pause.wait(0.01)
    return found


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The small system, up. One for all tests of a process: each takes names of its own."""
    with LocalStack(SYSTEM, {"Patience": "9"}, run_dir=tmp_path_factory.mktemp("massid")) as running:
        yield running


@pytest.fixture
def results(stack: LocalStack) -> Results:
    return Results(stack)


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Any]:
    return _eventually


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return uuid.uuid4().hex


@pytest.fixture
def send(stack: LocalStack) -> Callable[..., str]:
    """Send a message to one of the queues; the answer is its id."""

    def send_message(queue: str, body: dict[str, Any], **options: Any) -> str:
        answer = stack.client("sqs").send_message(
            QueueUrl=stack.resource(queue), MessageBody=json.dumps(body), **options
        )
        return str(answer["MessageId"])

    return send_message
