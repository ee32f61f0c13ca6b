"""What the local stack does with a batch of a stream that fails: in halves, from the first failure, and not for ever."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from massid_local.stack.functions import Outcome
from massid_local.stack.specs import StreamSpec
from massid_local.stack.streams import StreamPoller

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SPEC = StreamSpec(
    function="Announce",
    function_arn="arn:function",
    table="Ledger",
    stream_arn="arn:stream",
    starts_at="TRIM_HORIZON",
    batch_size=10,
    window=0,
    patterns=(),
    bisects=True,
    most_age=None,
    most_retries=None,
    reports_failures=True,
    failures_queue_url="destination",
)


def change(number: int) -> dict[str, Any]:
    at = NOW.timestamp()
    return {"dynamodb": {"SequenceNumber": str(number), "ApproximateCreationDateTime": at}}


@dataclass
class Lambda:
    """Answers as told, one answer for each call, the last one for ever. Notes what it was given."""

    answers: list[Outcome]
    given: list[list[str]] = field(default_factory=list)

    def invoke(self, function: str, event: bytes) -> Outcome:
        records = json.loads(event)["Records"]
        self.given.append([record["dynamodb"]["SequenceNumber"] for record in records])
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Sqs:
    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803 - boto3's names
        self.sent.append((QueueUrl, json.loads(MessageBody)["DDBStreamBatchInfo"]))


class Clock:
    """Some time after the changes."""

    def __init__(self, after: timedelta) -> None:
        self._after = after

    def now(self) -> datetime:
        return NOW + self._after


GOOD = Outcome(b'{"batchItemFailures": []}')
BAD = Outcome(None, "Runtime.ExitError")


def failing(number: int) -> Outcome:
    return Outcome(json.dumps({"batchItemFailures": [{"itemIdentifier": str(number)}]}).encode())


@pytest.fixture
def sqs() -> Sqs:
    return Sqs()


def handle(functions: Lambda, sqs: Sqs, spec: StreamSpec = SPEC, after: timedelta = timedelta(0)) -> list[list[str]]:
    clients: Any = {"sqs": sqs}
    poller = StreamPoller(spec, clients.__getitem__, functions, Clock(after))  # type: ignore[arg-type]
    setattr(poller._stopped, "wait", lambda seconds: False)  # noqa: B010 - time passes at once
    poller._handle([change(number) for number in range(1, 5)])
    return functions.given


def test_a_function_that_fails_gets_the_batch_in_halves_and_in_order(sqs: Sqs) -> None:
    assert handle(Lambda([BAD, GOOD]), sqs) == [["1", "2", "3", "4"], ["1", "2"], ["3", "4"]]


def test_from_the_first_reported_failure_on_all_comes_again(sqs: Sqs) -> None:
    assert handle(Lambda([failing(3), failing(4), GOOD]), sqs) == [["1", "2", "3", "4"], ["3", "4"], ["4"]]


def test_an_answer_that_names_no_change_of_the_batch_fails_all_of_it(sqs: Sqs) -> None:
    spec = replace(SPEC, bisects=False)
    assert handle(Lambda([failing(9), GOOD]), sqs, spec) == [["1", "2", "3", "4"], ["1", "2", "3", "4"]]


def test_what_is_too_old_is_given_up_and_its_place_is_told(sqs: Sqs) -> None:
    spec = replace(SPEC, bisects=False, most_age=43_200)
    assert len(handle(Lambda([BAD]), sqs, spec, timedelta(hours=13))) == 1
    assert sqs.sent == [
        (
            "destination",
            {"startSequenceNumber": "1", "endSequenceNumber": "4", "batchSize": 4, "streamArn": "arn:stream"},
        )
    ]


def test_what_was_tried_often_enough_is_given_up(sqs: Sqs) -> None:
    spec = replace(SPEC, bisects=False, most_retries=2, failures_queue_url=None)
    assert len(handle(Lambda([BAD]), sqs, spec)) == 3
    assert sqs.sent == []
