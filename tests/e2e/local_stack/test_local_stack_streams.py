"""The local stack's streams: what DynamoDB tells of a table, and what Lambda's event source mapping makes of it."""

import json
from typing import Any

import pytest
from massid_local.stack import LocalStack

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("small stack")]


def put(stack: LocalStack, name: str, sk: str, **attributes: Any) -> None:
    item = {"pk": {"S": name}, "sk": {"S": sk}, **attributes}
    stack.client("dynamodb").put_item(TableName=stack.resource("Table"), Item=item)


def heard(results: Any, name: str, sk: str) -> dict[str, Any]:
    """The change of that item, as the function got it."""
    keys = {"pk": {"S": name}, "sk": {"S": sk}}
    found = results.wait_for(lambda fact: fact.get("change", {}).get("dynamodb", {}).get("Keys") == keys)
    change: dict[str, Any] = found["change"]
    return change


def seen(results: Any, name: str) -> list[str]:
    """Sort keys of the changes that the function has got, in order."""
    keys = [fact["change"]["dynamodb"]["Keys"] for fact in results.seen if "change" in fact]
    return [key["sk"]["S"] for key in keys if key["pk"]["S"] == name]


def test_a_change_reaches_the_function_as_lambda_would_hand_it_over(stack: LocalStack, results: Any, name: str) -> None:
    put(stack, name, "told", body={"B": b"\x00\x01"})
    record = heard(results, name, "told")
    put(stack, name, "told", body={"B": b"\x02"})
    again = heard(results, name, "told")
    assert (record["eventName"], again["eventName"], record["eventSource"]) == ("INSERT", "MODIFY", "aws:dynamodb")
    assert record["eventSourceARN"].startswith(
        "arn:aws:dynamodb:us-east-1:123456789012:table/massid-local-table/stream/"
    )
    assert "OldImage" not in record["dynamodb"]
    assert record["dynamodb"]["NewImage"]["body"] == again["dynamodb"]["OldImage"]["body"] == {"B": "AAE="}
    assert record["dynamodb"]["ApproximateCreationDateTime"] == int(record["dynamodb"]["ApproximateCreationDateTime"])


def test_what_the_filter_does_not_name_calls_nobody(stack: LocalStack, results: Any, name: str) -> None:
    put(stack, name, "quiet")
    put(stack, name, "told")
    heard(results, name, "told")
    assert seen(results, name) == ["told"]


def test_a_reported_failure_and_what_is_behind_it_come_again_in_order(
    stack: LocalStack, results: Any, name: str
) -> None:
    put(stack, name, "told-1")
    put(stack, name, "told-2", do={"S": "fail once"})
    put(stack, name, "told-3")
    heard(results, name, "told-3")
    assert seen(results, name) == ["told-1", "told-2", "told-2", "told-3"]


def test_a_change_that_kills_its_worker_is_given_up_and_stops_no_other(
    stack: LocalStack, results: Any, name: str
) -> None:
    put(stack, name, "told-1", do={"S": "die"})
    put(stack, name, "told-2")
    heard(results, name, "told-2")
    answer = stack.client("sqs").receive_message(QueueUrl=stack.resource("UntoldQueue"), WaitTimeSeconds=20)
    where = json.loads(answer["Messages"][0]["Body"])["DDBStreamBatchInfo"]
    assert (where["batchSize"], where["startSequenceNumber"]) == (1, where["endSequenceNumber"])


def test_a_transaction_that_fails_is_never_told(stack: LocalStack, results: Any, name: str) -> None:
    """Announcing rests on it: the stream tells nothing that isn't so."""
    client, table = stack.client("dynamodb"), stack.resource("Table")
    first = {"Put": {"TableName": table, "Item": {"pk": {"S": name}, "sk": {"S": "told-never"}}}}
    second = {
        "ConditionCheck": {
            "TableName": table,
            "Key": {"pk": {"S": name}, "sk": {"S": "nothing"}},
            "ConditionExpression": "attribute_exists(pk)",
        }
    }
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=[first, second])
    client.transact_write_items(
        TransactItems=[{"Put": {"TableName": table, "Item": {"pk": {"S": name}, "sk": {"S": "told"}}}}]
    )
    heard(results, name, "told")
    assert seen(results, name) == ["told"]
