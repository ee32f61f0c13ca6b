"""Where the emulator was put right: queues by SQS's own rules, writes that don't race, queries that see their partition only."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from massid_local.stack import LocalStack

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("small stack")]


@pytest.fixture
def queue(stack: LocalStack, name: str) -> str:
    """A queue without a poller."""
    return str(stack.client("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": "60"})["QueueUrl"])


@pytest.fixture
def fifo(stack: LocalStack, name: str) -> str:
    """A FIFO queue without a poller."""
    attributes = {"FifoQueue": "true", "VisibilityTimeout": "60"}
    return str(stack.client("sqs").create_queue(QueueName=f"{name}.fifo", Attributes=attributes)["QueueUrl"])


@pytest.fixture
def sqs(stack: LocalStack) -> Any:
    return stack.client("sqs")


def received(sqs: Any, url: str, most: int = 10) -> list[dict[str, Any]]:
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, MessageSystemAttributeNames=["All"])
    return list(answer.get("Messages", []))


def bodies(sqs: Any, url: str) -> list[str]:
    return [message["Body"] for message in received(sqs, url)]


def put(sqs: Any, url: str, body: str, group: str, deduplication_id: str) -> str:
    answer = sqs.send_message(
        QueueUrl=url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=deduplication_id
    )
    return str(answer["MessageId"])


def test_a_message_in_flight_is_invisible_until_its_visibility_ends(stack: LocalStack, sqs: Any, queue: str) -> None:
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    assert bodies(sqs, queue) == ["a"]
    assert bodies(sqs, queue) == []
    stack.clock.advance(61)
    assert [message["Attributes"]["ApproximateReceiveCount"] for message in received(sqs, queue)] == ["2"]


def test_only_the_newest_receipt_handle_deletes(stack: LocalStack, sqs: Any, queue: str) -> None:
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    old = received(sqs, queue)[0]["ReceiptHandle"]
    stack.clock.advance(61)
    new = received(sqs, queue)[0]["ReceiptHandle"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=old)
    stack.clock.advance(61)
    assert bodies(sqs, queue) == ["a"]
    with pytest.raises(ClientError):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=new, VisibilityTimeout=5)


def test_a_deleted_message_never_comes_again(stack: LocalStack, sqs: Any, queue: str) -> None:
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    handle = received(sqs, queue)[0]["ReceiptHandle"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    stack.clock.advance(61)
    assert bodies(sqs, queue) == []


def test_a_visibility_can_be_set_days_after_sending_but_not_beyond_twelve_hours(
    stack: LocalStack, sqs: Any, queue: str
) -> None:
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    stack.clock.advance(2 * 86_400)
    handle = received(sqs, queue)[0]["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=600)
    stack.clock.advance(300)
    assert bodies(sqs, queue) == []
    with pytest.raises(ClientError, match="43200"):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=43_200)


def test_a_message_past_its_retention_is_gone(stack: LocalStack, sqs: Any, queue: str) -> None:
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    stack.clock.advance(5 * 86_400)
    assert bodies(sqs, queue) == []


def test_a_group_with_a_message_in_flight_gives_nothing_out(stack: LocalStack, sqs: Any, fifo: str) -> None:
    """Invariant 3."""
    for body, group in [("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b")]:
        put(sqs, fifo, body, group, body)
    first = received(sqs, fifo, most=1)[0]
    assert first["Body"] == "a1"
    assert bodies(sqs, fifo) == ["b1"]
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=first["ReceiptHandle"])
    assert bodies(sqs, fifo) == ["a2", "a3"]


def test_followers_set_free_wait_for_the_failed_one_before_them(stack: LocalStack, sqs: Any, fifo: str) -> None:
    for body in ("a1", "a2"):
        put(sqs, fifo, body, "a", body)
    failed, follower = received(sqs, fifo)
    sqs.change_message_visibility(QueueUrl=fifo, ReceiptHandle=follower["ReceiptHandle"], VisibilityTimeout=0)
    sqs.change_message_visibility(QueueUrl=fifo, ReceiptHandle=failed["ReceiptHandle"], VisibilityTimeout=5)
    assert bodies(sqs, fifo) == []
    stack.clock.advance(6)
    assert bodies(sqs, fifo) == ["a1", "a2"]


def test_a_deduplication_id_is_remembered_for_five_minutes_even_when_its_message_is_gone(
    stack: LocalStack, sqs: Any, fifo: str
) -> None:
    first = put(sqs, fifo, "a", "g", "same")
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=received(sqs, fifo)[0]["ReceiptHandle"])
    assert put(sqs, fifo, "a", "g", "same") == first
    assert bodies(sqs, fifo) == []
    stack.clock.advance(301)
    assert put(sqs, fifo, "a", "g", "same") != first
    assert bodies(sqs, fifo) == ["a"]


def test_a_batch_is_counted_while_it_waits_and_while_it_is_in_flight(sqs: Any, queue: str) -> None:
    entries = [{"Id": str(number), "MessageBody": str(number)} for number in range(10)]
    sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    received(sqs, queue, most=4)
    counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == "6"
    assert counts["ApproximateNumberOfMessagesNotVisible"] == "4"


def test_of_many_conditional_writes_at_once_one_wins(stack: LocalStack, name: str) -> None:
    """Invariant 1 rests on it."""

    def write(number: int) -> bool:
        try:
            stack.client("dynamodb").put_item(
                TableName=stack.resource("Table"),
                Item={"pk": {"S": name}, "sk": {"S": "one"}, "by": {"N": str(number)}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except stack.client("dynamodb").exceptions.ConditionalCheckFailedException:
            return False
        return True

    stack.client("dynamodb")
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(40))) == 1


def test_a_transaction_that_fails_leaves_everything_as_it_was(stack: LocalStack, name: str) -> None:
    client, table = stack.client("dynamodb"), stack.resource("Table")
    key = {"pk": {"S": name}, "sk": {"S": "old"}}
    client.put_item(TableName=table, Item={**key, "state": {"S": "before"}})
    client.put_item(TableName=table, Item={"pk": {"S": f"{name}-taken"}, "sk": {"S": "x"}})
    changes = [
        {
            "Update": {
                "TableName": table,
                "Key": key,
                "UpdateExpression": "SET #s = :s",
                "ExpressionAttributeNames": {"#s": "state"},
                "ExpressionAttributeValues": {":s": {"S": "after"}},
            }
        },
        {"Put": {"TableName": table, "Item": {"pk": {"S": name}, "sk": {"S": "new"}}}},
        {
            "Put": {
                "TableName": table,
                "Item": {"pk": {"S": f"{name}-taken"}, "sk": {"S": "x"}},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        },
    ]
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=changes)
    found = client.query(
        TableName=table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": name}}
    )["Items"]
    assert found == [{**key, "state": {"S": "before"}}]


@pytest.fixture
def table(stack: LocalStack, name: str) -> str:
    """A table whose index turns keys round; two partitions of five items each."""
    dynamodb = stack.client("dynamodb")
    schema = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    turned = [{"AttributeName": "sk", "KeyType": "HASH"}, {"AttributeName": "pk", "KeyType": "RANGE"}]
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=schema,
        GlobalSecondaryIndexes=[{"IndexName": "turned", "KeySchema": turned, "Projection": {"ProjectionType": "ALL"}}],
        BillingMode="PAY_PER_REQUEST",
    )
    for partition in "ab":
        for place in (3, 1, 5, 2, 4):
            dynamodb.put_item(TableName=name, Item={"pk": {"S": partition}, "sk": {"S": f"{place}"}})
    return name


@pytest.mark.parametrize(
    ("named", "wanted"),
    [
        ({"key": "pk", "value": "a"}, ["a1", "a2", "a3", "a4", "a5"]),
        ({"key": "pk", "value": "b", "ScanIndexForward": False}, ["b5", "b4", "b3", "b2", "b1"]),
        ({"key": "pk", "value": "absent"}, []),
        ({"key": "sk", "value": "4", "IndexName": "turned"}, ["a4", "b4"]),
        ({"key": "sk", "value": "4", "IndexName": "turned", "ScanIndexForward": False}, ["b4", "a4"]),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 10])
def test_a_query_gives_its_partition_in_order_page_by_page(
    stack: LocalStack, table: str, named: dict[str, Any], wanted: list[str], limit: int
) -> None:
    """As docs.aws.amazon.com/amazondynamodb, "Query", has it; moto itself looks through the whole table each time."""
    named = dict(named)
    key, value = named.pop("key"), named.pop("value")
    pages = (
        stack.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=table,
            KeyConditionExpression="#key = :value",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues={":value": {"S": value}},
            PaginationConfig={"PageSize": limit},
            **named,
        )
    )
    assert [item["pk"]["S"] + item["sk"]["S"] for page in pages for item in page["Items"]] == wanted
