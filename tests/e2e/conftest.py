"""One running stack for the tests of a module; each test brings its own external ids."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from massid_cli.operations.letters import discard, redrive
from massid_cli.operations.standing import Standing, standing
from massid_cli.operations.target import Target
from massid_local.stack import LocalStack
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.ledger.dead_letters import DeadLetter

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"
PATIENCE_SECONDS = 120
TEST_SECONDS = 600
"""A test waits several times, and the first one of a module for its stack too."""
TODAY = max(date(2026, 11, 20), date(datetime.now(UTC).year - 1, 11, 20))
"""The samples' day: the same from run to run, and never so old that the auditor's project period refuses it."""
_T = TypeVar("_T")


def sample(name: str) -> JsonObject:
    """One of the project's sample messages."""
    content: JsonObject = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return content


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`eventually` says what did not come to pass, before pytest's own timeout ends the test without a word."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TEST_SECONDS))


@dataclass(frozen=True)
class Running:
    """A stack and the few things that tests do with it."""

    stack: LocalStack

    @property
    def target(self) -> Target:
        return Target(self.stack.client, self.stack.resources)

    def send(self, queue: str, message: Any, group: str | None = None) -> None:
        """Put a message on a queue, named as in template.yaml."""
        extra = {"MessageGroupId": group} if group else {}
        body = message if isinstance(message, str) else dumps(message)
        self.stack.client("sqs").send_message(QueueUrl=self.stack.resource(queue), MessageBody=body, **extra)

    def drop(self, key: str, content: bytes) -> None:
        """Put an object into the evidence bucket."""
        self.stack.client("s3").put_object(Bucket=self.stack.resource("EvidenceBucket"), Key=key, Body=content)

    def eventually(self, look: Callable[[], _T]) -> _T:
        """What `look` gives as soon as it gives something. Awaits the condition, never a fixed time."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError("it did not come to pass")

    def dead_letters(self, external_id: str | None) -> list[DeadLetter]:
        """Dead letters of one document (None: of messages that name none)."""
        return [letter for letter in self.target.dead_letters.resting() if letter.external_id == external_id]

    def standing(self, external_id: str) -> Standing | None:
        return standing(self.target, external_id)

    def redrive(self, external_id: str) -> None:
        redrive(self.target, lambda letter: letter.external_id == external_id)

    def discard(self, dead_letter_id: str, why: str) -> None:
        discard(self.target, dead_letter_id, why)

    def effects(self, external_id: str) -> list[JsonObject]:
        """The documents of that external id as the sandbox counts them."""
        answer = httpx.get(f"{self.stack.carrot.url}/__sandbox__/effects")
        documents: list[JsonObject] = answer.json()["documents"]
        return [document for document in documents if document["externalId"] == external_id]

    def change_sandbox(self, **switches: object) -> None:
        """Set switches of the sandbox while it runs."""
        httpx.put(f"{self.stack.carrot.url}/__sandbox__/settings", json=switches).raise_for_status()


def with_unknown_party(submission: JsonObject, number: int) -> JsonObject:
    """The submission with one event that the platform refuses for good, whatever else it takes: it names a participant by an
    id that nobody has."""
    event = submission["events"][number]
    named = {name: value for name, value in event.items() if name not in {"participant", "address"}}
    nobody = named | {"participantId": "00000000-0000-4000-8000-000000000000"}
    events = [*submission["events"][:number], nobody, *submission["events"][number + 1 :]]
    return submission | {"events": events}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The real template on the local stack, with the sandbox's limit out of the way."""
    parameters = {"CarrotRequestsPerSecond": "100", "VisibilityDelaySeconds": "0"}
    with LocalStack(ROOT / "template.yaml", parameters, run_dir=tmp_path_factory.mktemp("stack")) as stack:
        yield Running(stack)
