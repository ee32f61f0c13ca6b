"""The AWS side of a run. It lives in the world's process, so whatever a dead worker has done stays done.

DynamoDB is moto's, expressions, conditions and transactions included. The rest are the few calls that we use.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

from botocore.exceptions import ClientError
from massid_relay.core.jsons import dumps
from moto.core.model_instances import reset_model_data

from tests.faults.clock import SharedTime
from tests.faults.description import BUCKET, TABLE, description, queue_name
from tests.faults.lifecycle import Refused, StateMachine
from tests.faults.queues import Queues, StaleReceipt

Arguments = dict[str, Any]
DROPPED_AT = datetime(2026, 3, 1, tzinfo=UTC)
"""Of every file: it only tells apart the spellings of one name."""


class Failed(Exception):
    """A call that AWS answered with an error, as a worker is to see it."""

    def __init__(self, response: dict[str, Any]) -> None:
        super().__init__(response["Error"]["Code"])
        self.response = response


def failed(code: str) -> Failed:
    """An error of that code."""
    return Failed({"Error": {"Code": code, "Message": code}})


def create_table(dynamodb: Any) -> None:
    """The ledger, empty."""
    if TABLE in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=TABLE)
        reset_model_data()  # moto keeps what it ever made
    names = ("pk", "sk", "gpk", "gsk")
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=_keys("pk", "sk"),
        GlobalSecondaryIndexes=[
            {"IndexName": "index", "KeySchema": _keys("gpk", "gsk"), "Projection": {"ProjectionType": "KEYS_ONLY"}}
        ],
    )


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


class Cloud:
    """Queues, ledger, bucket, state machine and secret of one run. `dynamodb` is a client of moto's."""

    def __init__(self, dynamodb: Any, clock: SharedTime, random: Random, *, duplicates: float, reorder: bool) -> None:
        create_table(dynamodb)
        self._dynamodb = dynamodb
        self._clock = clock
        visibility = description().visibility
        self.queues = Queues(clock, visibility, random=random, duplicates=duplicates, reorder=reorder)
        self.machine = StateMachine(self._send_step, self._update_step)
        self.objects: dict[str, list[bytes]] = {}
        self._services: dict[str, Callable[[str, Arguments], Any]] = {
            "dynamodb": self._dynamo,
            "sqs": self._sqs,
            "s3": self._s3,
            "stepfunctions": self._stepfunctions,
            "secretsmanager": self._secret,
        }

    def call(self, service: str, operation: str, arguments: Arguments) -> Any:
        """One call of a boto3 client. Raises Failed."""
        return self._services[service](operation, arguments)

    def put_object(self, key: str, content: bytes) -> None:
        """A file is dropped into the evidence bucket, which tells the evidence queue (KMS and duplicates aside)."""
        versions = self.objects.setdefault(key, [])
        versions.append(content)
        stored = {"key": key, "size": len(content), "eTag": _etag(content), "versionId": str(len(versions))}
        record = {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": BUCKET}, "object": stored},
        }
        self.queues.send("EvidenceQueue", dumps({"Records": [record]}))

    def put(self, queue: str, body: Any, group: str | None = None) -> None:
        """What the integrator does: put a message on a queue."""
        self.queues.send(queue, body if isinstance(body, str) else dumps(body), group=group)

    def _send_step(self, asked: Arguments) -> None:
        """Step Functions writes the body with json.dumps' spacing of its own; any will do."""
        self._sqs("send_message", {**asked, "MessageBody": json.dumps(asked["MessageBody"])})

    def _update_step(self, asked: Arguments) -> None:
        try:
            self._dynamo("update_item", asked)
        except Failed as error:
            raise Refused(f"DynamoDB.{error}") from None

    def _dynamo(self, operation: str, arguments: Arguments) -> Any:
        try:
            return getattr(self._dynamodb, operation)(**arguments)
        except ClientError as error:
            raise Failed(dict(error.response)) from None

    def _sqs(self, operation: str, arguments: Arguments) -> Any:
        queue = queue_name(arguments["QueueUrl"])
        if operation == "send_message":
            message_id = self.queues.send(
                queue,
                arguments["MessageBody"],
                group=arguments.get("MessageGroupId"),
                deduplication_id=arguments.get("MessageDeduplicationId"),
                attributes=arguments.get("MessageAttributes"),
            )
            return {"MessageId": message_id}
        if operation == "change_message_visibility":
            try:
                self.queues.change_visibility(arguments["ReceiptHandle"], arguments["VisibilityTimeout"])
            except StaleReceipt:
                raise failed("ReceiptHandleIsInvalid") from None
            return {}
        raise NotImplementedError(operation)

    def _s3(self, operation: str, arguments: Arguments) -> Any:
        versions = self.objects.get(arguments["Key"])
        if not versions:
            raise failed("404")
        content = versions[int(arguments.get("VersionId", len(versions))) - 1]
        if operation == "get_object":
            return {"Body": content[: 4096 if "Range" in arguments else None]}
        etag, version = _etag(content), str(len(versions))
        return {"ETag": etag, "ContentLength": len(content), "VersionId": version, "LastModified": DROPPED_AT}

    def _stepfunctions(self, operation: str, arguments: Arguments) -> Any:
        try:
            match operation:
                case "start_execution":
                    self.machine.start(arguments["name"], json.loads(arguments["input"]))
                case "describe_execution":
                    return {"status": self.machine.status(arguments["executionArn"])}
                case "send_task_success":
                    self.machine.succeed(arguments["taskToken"], arguments["output"])
                case "send_task_failure":
                    self.machine.fail(arguments["taskToken"], arguments["error"], arguments["cause"])
                case _:
                    raise NotImplementedError(operation)
        except Refused as error:
            raise failed(error.code) from None
        return {}

    def _secret(self, operation: str, arguments: Arguments) -> Any:
        return {"SecretString": dumps({"clientId": "sandbox-client", "clientSecret": "sandbox-secret"})}


def _etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
