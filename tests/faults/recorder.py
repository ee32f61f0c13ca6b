"""Writes the trace of a run from what the world serves."""

import itertools
import json
from datetime import timedelta
from typing import Any

from massid_relay.ledger.documents import unpacked

from tests.faults.clock import SharedTime
from tests.faults.protocol import AwsCall
from tests.faults.queues import Message
from tests.faults.trace import (
    Answered,
    Attempted,
    Buried,
    Deleted,
    Happening,
    Killed,
    Operation,
    Saved,
    Started,
    TokenAnswered,
    Trace,
)


class Recorder:
    """The trace while it grows."""

    def __init__(self, clock: SharedTime) -> None:
        self.trace = Trace()
        self._clock = clock
        self._numbers = itertools.count(1)

    def called(self, worker: str, call: AwsCall) -> None:
        """An AWS call succeeded."""
        match call.service, call.operation:
            case "dynamodb", "put_item":
                self._put(worker, call.arguments["Item"])
            case "dynamodb", "transact_write_items":
                for item in call.arguments["TransactItems"]:
                    self._put(worker, item["Put"]["Item"])
            case "stepfunctions", "start_execution":
                self._add(Started, worker, document=json.loads(call.arguments["input"])["externalId"])
            case "stepfunctions", "send_task_success" | "send_task_failure":
                self._add(TokenAnswered, worker, token=call.arguments["taskToken"])

    def attempted(self, worker: str, operations: tuple[Operation, ...], timeout: timedelta) -> int | None:
        """A request that writes was let go of; the number of the attempt."""
        if not operations:
            return None
        until = self._clock.now() + timeout
        return self._add(Attempted, worker, operations=operations, until=until)

    def answered(self, worker: str, attempt: int) -> None:
        """Its answer was handed over."""
        self._add(Answered, worker, attempt=attempt)

    def deleted(self, worker: str, message: Message) -> None:
        """A message left its queue."""
        self._add(Deleted, worker, queue=message.queue, message_id=message.id, body=message.body)

    def killed(self, worker: str, boundary: str) -> None:
        """A worker died."""
        self._add(Killed, worker, boundary=boundary)

    def _put(self, worker: str, item: dict[str, Any]) -> None:
        key, sort = item["pk"]["S"], item["sk"]["S"]
        if sort.startswith("GEN#"):
            self._add(Saved, worker, record=unpacked(item["body"]["B"]))
        elif sort == "DEAD":
            self._add(Buried, worker, dead_letter_id=key.removeprefix("DEAD#"))

    def _add(self, kind: type[Happening], worker: str, **values: Any) -> int:
        number = next(self._numbers)
        self.trace.add(kind(number, self._clock.now(), worker, **values))
        return number
