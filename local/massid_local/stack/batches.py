"""SQS batches as Lambda's event source mapping makes and reads them.

docs.aws.amazon.com/lambda, "Using Lambda with Amazon SQS" and "Implementing partial batch responses".
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from massid_local.stack.environment import REGION


def event_of(messages: Sequence[Mapping[str, Any]], queue_arn: str) -> bytes:
    """The event that a function gets for messages as ReceiveMessage returns them."""
    return json.dumps({"Records": [_record(message, queue_arn) for message in messages]}).encode()


def _record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }
    if "MD5OfMessageAttributes" in message:
        record["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return record


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "StringValue" in value:
        described["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        described["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return described


def failed_ids(response: bytes, ids: Sequence[str]) -> set[str]:
    """Which messages of a batch failed, by what the function returned with ReportBatchItemFailures.

    All succeeded: null, `{}`, or a null or empty `batchItemFailures`. All failed: not JSON, another shape, an item
    without `itemIdentifier`, or one that is empty, null or of no message in the batch.
    """
    try:
        named = _named_ids(json.loads(response))
    except (ValueError, TypeError, KeyError):
        return set(ids)
    return named if named <= set(ids) else set(ids)


def _named_ids(document: Any) -> set[str]:
    if document is None:
        return set()
    failures = document.get("batchItemFailures") if isinstance(document, dict) else None
    if failures is None and document != {} and document != {"batchItemFailures": None}:
        raise TypeError
    return {_identifier(item) for item in failures or []}


def _identifier(item: Mapping[str, Any]) -> str:
    identifier = item["itemIdentifier"]
    if not isinstance(identifier, str):
        raise TypeError
    return identifier
