"""A function that does what its messages say, for the local stack's own tests."""

import json
import logging
import os
import time
from typing import Any

import boto3
from massid_relay.core.clock import SystemClock, iso

_LOG = logging.getLogger(__name__)


def lambda_handler(event: dict[str, Any], context: Any) -> Any:
    """Answer a test's question, or go through a batch."""
    if "Records" not in event:
        return _report(event, context)
    failed = [record["messageId"] for record in event["Records"] if not _obey(record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


_FAILED_BEFORE: set[str] = set()


def listen(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Go through changes of the table as their images say."""
    for record in event["Records"]:
        change = record["dynamodb"]
        _tell({"change": record})
        match change.get("NewImage", {}).get("do", {}).get("S"):
            case "die":
                os.kill(os.getpid(), 9)
            case "fail once" if change["SequenceNumber"] not in _FAILED_BEFORE:
                _FAILED_BEFORE.add(change["SequenceNumber"])
                return {"batchItemFailures": [{"itemIdentifier": change["SequenceNumber"]}]}
    return {"batchItemFailures": []}


def sleep_for_ever(event: dict[str, Any], context: Any) -> None:
    """Never answer."""
    time.sleep(3600)


def _report(event: dict[str, Any], context: Any) -> dict[str, Any]:
    if event.get("source") == "aws.events":
        _tell({"scheduled": event})
    if "log" in event:
        _LOG.info(event["log"])
    if "raise" in event:
        raise ValueError(event["raise"])
    return {
        "environment": dict(os.environ),
        "now": iso(SystemClock().now()),
        "pid": os.getpid(),
        "remaining": context.get_remaining_time_in_millis(),
        "arn": context.invoked_function_arn,
    }


def _obey(record: dict[str, Any]) -> bool:
    body = json.loads(record["body"])
    _LOG.info("obeying")
    match body["do"]:
        case "tell":
            _tell({"record": record})
        case "die once":
            _tell({"name": body["name"], "received": record["attributes"]["ApproximateReceiveCount"]})
            if record["attributes"]["ApproximateReceiveCount"] == "1":
                os.kill(os.getpid(), 9)
        case "fail":
            _tell({"failed": body.get("name")})
            return False
        case "wait once":
            _tell({"waiting": body["name"], "pid": os.getpid()})
            if record["attributes"]["ApproximateReceiveCount"] == "1":
                time.sleep(3600)
        case "answer":
            _answer(body)
    return True


def _tell(fact: dict[str, Any]) -> None:
    boto3.client("sqs").send_message(QueueUrl=os.environ["RESULTS_QUEUE_URL"], MessageBody=json.dumps(fact))


def _answer(body: dict[str, Any]) -> None:
    client = boto3.client("stepfunctions")
    if body["with"] == "no":
        client.send_task_failure(taskToken=body["taskToken"], error="Refused", cause="asked to")
    else:
        client.send_task_success(taskToken=body["taskToken"], output=json.dumps({"verdict": body["with"]}))
