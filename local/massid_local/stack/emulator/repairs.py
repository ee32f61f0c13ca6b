"""Small repairs of moto: writes one at a time, long transactions, one client per service, complete S3 events."""

import os
import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

import moto.dynamodb.responses as dynamodb_responses
import moto.s3.notifications as s3_notifications
import moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sqs as sqs_task
from moto.core.config import default_user_config
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from massid_local.stack.emulator.patches import wrap
from massid_local.stack.environment import Clients

_MOST_WRITES = 100
"""In one transaction (docs.aws.amazon.com/amazondynamodb, "TransactWriteItems"); moto stops at 25."""


def install() -> None:
    """Change moto."""
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    wrap(dynamodb_responses.DynamoHandler, "call_action", _one_at_a_time)
    wrap(StepFunctionsParserBackend, "start_execution", _one_at_a_time)
    wrap(s3_notifications, "_get_s3_event", _with_version)
    wrap(sqs_task, "boto_client_for", lambda _: _client_for)
    wrap(dynamodb_responses, "TRANSACTION_MAX_ITEMS", lambda _: _MOST_WRITES)


def _one_at_a_time(method: Callable[..., Any]) -> Callable[..., Any]:
    """moto looks at a condition and then writes: two requests at once could both see it hold."""
    lock = threading.RLock()

    @wraps(method)
    def locked(*arguments: Any, **named: Any) -> Any:
        with lock:
            return method(*arguments, **named)

    return locked


@lru_cache
def _clients(endpoint: str, sqs_endpoint: str) -> Clients:
    return Clients({"sqs": sqs_endpoint or endpoint})


def _client_for(region: str, service: str, state_credentials: Any = None) -> Any:
    """One client for all tasks; moto makes one per task, which costs more than the task."""
    endpoint = f"http://127.0.0.1:{os.environ['MOTO_PORT']}"
    return _clients(endpoint, os.environ.get("AWS_ENDPOINT_URL_SQS", ""))(service)


def _with_version(make: Callable[..., Any]) -> Callable[..., Any]:
    """S3 names the version of an object in a versioned bucket, and a sequencer
    (docs.aws.amazon.com/AmazonS3, "Event message structure")."""

    @wraps(make)
    def complete(event_name: str, bucket: Any, key: Any, notification_id: str) -> Any:
        event = make(event_name, bucket, key, notification_id)
        described = event["Records"][0]["s3"]["object"]
        described["sequencer"] = f"{int(key.last_modified.timestamp() * 1_000_000):016X}"
        if bucket.is_versioned:
            described["versionId"] = key.version_id
        return event

    return complete
