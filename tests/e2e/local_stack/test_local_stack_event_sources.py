"""The local stack's pollers, workers and clock: what Lambda's event source mappings do with a queue."""

from collections.abc import Callable
from typing import Any

import pytest
from massid_local.stack import LocalStack

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("small stack")]

VISIBILITY = 181
"""Seconds: one more than the queues' visibility timeout."""

Send = Callable[..., str]


def test_a_message_reaches_the_function_as_lambda_would_hand_it_over(
    stack: LocalStack, results: Any, send: Send, name: str
) -> None:
    attributes = {
        "colour": {"DataType": "String", "StringValue": "green"},
        "blob": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    message_id = send("InboxQueue", {"do": "tell", "name": name}, MessageAttributes=attributes)
    record = results.wait_for(lambda fact: fact.get("record", {}).get("messageId") == message_id)["record"]
    assert set(record) == {
        "attributes",
        "awsRegion",
        "body",
        "eventSource",
        "eventSourceARN",
        "md5OfBody",
        "md5OfMessageAttributes",
        "messageAttributes",
        "messageId",
        "receiptHandle",
    }
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == "arn:aws:sqs:us-east-1:123456789012:massid-local-inbox"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"]["colour"] == {
        "stringValue": "green",
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": "String",
    }
    assert record["messageAttributes"]["blob"]["binaryValue"] == "AAE="


def test_only_the_message_that_failed_comes_again_and_only_after_its_visibility(
    stack: LocalStack, results: Any, send: Send, name: str, eventually: Any
) -> None:
    """Invariant 2: what succeeded is deleted, what failed stays."""
    url = stack.resource("InboxQueue")
    stack.client("sqs").purge_queue(QueueUrl=url)
    before = stack.counters["InboxQueue"]
    send("InboxQueue", {"do": "fail", "name": name})
    told = send("InboxQueue", {"do": "tell"})
    results.wait_for(lambda fact: fact.get("failed") == name)
    eventually(lambda: _in_queue(stack, url) == 1)
    stack.clock.advance(VISIBILITY)
    results.wait_for(lambda fact: fact.get("failed") == name)
    assert [fact["record"]["messageId"] for fact in results.seen if "record" in fact] == [told]
    after = stack.counters["InboxQueue"]
    assert after.receives - after.messages > before.receives - before.messages


def _in_queue(stack: LocalStack, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(count) for count in answer["Attributes"].values())


def test_a_message_that_always_fails_moves_to_its_dead_letter_queue(
    stack: LocalStack, results: Any, send: Send, name: str, eventually: Any
) -> None:
    message_id = send("InboxQueue", {"do": "fail", "name": name})
    for _ in range(3):
        results.wait_for(lambda fact: fact.get("failed") == name)
        stack.clock.advance(VISIBILITY)
    sqs = stack.client("sqs")

    def given_up() -> set[str]:
        answer = sqs.receive_message(
            QueueUrl=stack.resource("GivenUpQueue"), MaxNumberOfMessages=10, VisibilityTimeout=0, WaitTimeSeconds=1
        )
        return {message["MessageId"] for message in answer.get("Messages", [])}

    assert eventually(lambda: message_id in given_up())


def test_a_killed_worker_is_a_crash_after_which_the_message_comes_to_a_new_worker(
    stack: LocalStack, results: Any, send: Send, name: str
) -> None:
    send("InboxQueue", {"do": "wait once", "name": name})
    first = results.wait_for(lambda fact: fact.get("waiting") == name)
    assert stack.kill_worker("Echo") >= 1
    stack.clock.advance(VISIBILITY)
    second = results.wait_for(lambda fact: fact.get("waiting") == name)
    assert second["pid"] != first["pid"]
    assert first["pid"] not in stack.functions.pids()["Echo"]


def test_a_group_waits_for_its_failed_message_while_other_groups_go_on(
    stack: LocalStack, results: Any, send: Send, name: str
) -> None:
    """Invariant 3: order within a group holds over a crash."""
    held, free = f"held-{name}", f"free-{name}"
    send("OrderedQueue", {"do": "die once", "name": name}, MessageGroupId=held)
    follower = send("OrderedQueue", {"do": "tell", "name": f"follower {name}"}, MessageGroupId=held)
    results.wait_for(lambda fact: fact.get("name") == name and fact["received"] == "1")
    other = send("OrderedQueue", {"do": "tell", "name": f"other {name}"}, MessageGroupId=free)
    results.wait_for(lambda fact: fact.get("record", {}).get("messageId") == other)
    assert follower not in [fact.get("record", {}).get("messageId") for fact in results.seen]
    stack.clock.advance(VISIBILITY)
    results.wait_for(lambda fact: fact.get("record", {}).get("messageId") == follower)
    assert [fact["received"] for fact in results.seen if fact.get("name") == name] == ["1", "2"]


def test_the_schedule_follows_the_stacks_clock(stack: LocalStack, results: Any) -> None:
    stack.clock.advance(300)
    event = results.wait_for(lambda fact: "scheduled" in fact)["scheduled"]
    assert event["detail-type"] == "Scheduled Event"
    assert event["resources"] == ["arn:aws:events:us-east-1:123456789012:rule/massid-local-EchoEveryFiveMinutes"]


def test_an_object_in_the_bucket_is_told_with_its_key_encoded_and_its_version(
    stack: LocalStack, results: Any, name: str
) -> None:
    key = f"in/{name}/a b+c.pdf"
    version = stack.client("s3").put_object(Bucket=stack.resource("Bucket"), Key=key, Body=b"%PDF")["VersionId"]
    stack.client("s3").put_object(Bucket=stack.resource("Bucket"), Key=f"elsewhere/{name}", Body=b"%PDF")
    told = results.wait_for(lambda fact: name in str(fact.get("Records")))
    described = told["Records"][0]["s3"]["object"]
    assert described["key"] == f"in%2F{name}%2Fa+b%2Bc.pdf"
    assert described["versionId"] == version
    assert described["sequencer"]
