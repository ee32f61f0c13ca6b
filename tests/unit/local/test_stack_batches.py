"""Lambda's table of partial batch responses, and the shape of its SQS event."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_local.stack.batches import event_of, failed_ids

IDS = ["m1", "m2", "m3"]


@pytest.mark.parametrize(
    "response",
    [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}],
    ids=["null", "empty response", "null list", "empty list"],
)
def test_all_succeeded(response: Any) -> None:
    assert failed_ids(json.dumps(response).encode(), IDS) == set()


def test_exactly_the_named_messages_failed() -> None:
    response = {"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m3"}]}
    assert failed_ids(json.dumps(response).encode(), IDS) == {"m1", "m3"}


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"(not JSON",
        b'"a string"',
        b"[]",
        b"0",
        b'{"failures": []}',
        b'{"batchItemFailures": "m1"}',
        b'{"batchItemFailures": {"itemIdentifier": "m1"}}',
        b'{"batchItemFailures": 1}',
        b'{"batchItemFailures": ["m1"]}',
        b'{"batchItemFailures": [null]}',
        b'{"batchItemFailures": [{}]}',
        b'{"batchItemFailures": [{"itemIdentifier": ""}]}',
        b'{"batchItemFailures": [{"itemIdentifier": null}]}',
        b'{"batchItemFailures": [{"itemIdentifier": 1}]}',
        b'{"batchItemFailures": [{"itemidentifier": "m1"}]}',
        b'{"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "of no message"}]}',
    ],
)
def test_what_is_malformed_fails_the_whole_batch(response: bytes) -> None:
    """Invariant 2: a function whose answer can't be read has confirmed nothing."""
    assert failed_ids(response, IDS) == set(IDS)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["itemIdentifier", "x"]), inner),
    max_leaves=5,
)


@given(failures=json_values, ids=st.lists(st.uuids().map(str), min_size=1, max_size=10, unique=True))
def test_whatever_a_function_returns_only_messages_of_the_batch_fail(failures: Any, ids: list[str]) -> None:
    failed = failed_ids(json.dumps({"batchItemFailures": failures}).encode(), ids)
    assert failed in (set(), set(ids))


def test_a_record_has_lambdas_names() -> None:
    message = {
        "MessageId": "m1",
        "ReceiptHandle": "handle",
        "Body": "body",
        "MD5OfBody": "md5",
        "Attributes": {"ApproximateReceiveCount": "2", "MessageGroupId": "g"},
    }
    event = json.loads(event_of([message], "arn:aws:sqs:us-east-1:123456789012:queue"))
    assert event == {
        "Records": [
            {
                "messageId": "m1",
                "receiptHandle": "handle",
                "body": "body",
                "attributes": {"ApproximateReceiveCount": "2", "MessageGroupId": "g"},
                "messageAttributes": {},
                "md5OfBody": "md5",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:queue",
                "awsRegion": "us-east-1",
            }
        ]
    }
