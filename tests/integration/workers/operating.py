"""The bench as an operator's command line sees it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from massid_cli.operations.target import Target
from massid_relay.core.jsons import JsonObject
from massid_relay.ledger.dead_letters import DeadLetter

from tests.faults.description import queue_url
from tests.faults.queues import StaleReceipt
from tests.integration.workers.bench import WORK_QUEUES, Bench, Sqs

DEAD_LETTERS = "DeadLetterQueue"


class OperatorsSqs(Sqs):
    """The calls that the command line makes besides the workers': it reads a queue and takes messages from it."""

    def receive_message(self, **asked: Any) -> JsonObject:
        """Messages and their attributes, out of sight for as long as is asked for."""
        found = self.queues.receive(asked["QueueUrl"].removeprefix(queue_url("")), asked["MaxNumberOfMessages"])
        for message in found:
            self.queues.change_visibility(message.receipts[-1], asked["VisibilityTimeout"])
        return {
            "Messages": [
                {"MessageAttributes": one.attributes, "Body": one.body, "ReceiptHandle": one.receipts[-1]}
                for one in found
            ]
        }

    def delete_message(self, **asked: Any) -> None:
        """It is done with."""
        with suppress(StaleReceipt):
            self.queues.delete(asked["ReceiptHandle"])


def operated(bench: Bench) -> Target:
    """The stack, for the command line's operations."""
    if not isinstance(bench.sqs, OperatorsSqs):
        bench.sqs = OperatorsSqs(bench.queues)
        bench.relay = bench.container()
    resources = {name: queue_url(name) for name in (*WORK_QUEUES, DEAD_LETTERS)}
    return Target(bench.relay._make_client, resources | {"Ledger": bench.name})


def as_soon_as_told(bench: Bench, act: Callable[[DeadLetter], object]) -> None:
    """Do it to the next letter that is written, before its worker does anything else."""
    index = bench.relay.dead_letters
    put = index.put

    def put_and_act(letter: DeadLetter) -> None:
        put(letter)
        index.put = put  # type: ignore[method-assign]
        act(letter)

    index.put = put_and_act  # type: ignore[method-assign]
