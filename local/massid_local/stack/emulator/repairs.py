"""Small repairs of moto: writes one at a time, cheap transactions, one client per service, complete S3 events."""

import copy
import os
import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

import moto.dynamodb.models as dynamodb_models
import moto.dynamodb.responses as dynamodb_responses
import moto.s3.notifications as s3_notifications
import moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sqs as sqs_task
from moto.core.config import default_user_config
from moto.dynamodb.models.table import Table
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from massid_local.stack.environment import Clients

_MOST_WRITES = 100
"""In one transaction (docs.aws.amazon.com/amazondynamodb, "TransactWriteItems"); moto stops at 25."""


def install() -> None:
    """Change moto."""
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    _wrap(dynamodb_responses.DynamoHandler, "call_action", _one_at_a_time)
    _wrap(dynamodb_models.DynamoDBBackend, "transact_write_items", _noting_keys)
    _wrap(StepFunctionsParserBackend, "start_execution", _one_at_a_time)
    _wrap(s3_notifications, "_get_s3_event", _with_version)
    _wrap(sqs_task, "boto_client_for", lambda _: _client_for)
    _wrap(dynamodb_models, "copy", lambda _: _Copies)
    _wrap(dynamodb_responses, "TRANSACTION_MAX_ITEMS", lambda _: _MOST_WRITES)


def _wrap(owner: Any, name: str, wrapper: Callable[[Any], Any]) -> None:
    """Put `wrapper` of what `owner` has by that name in its place."""
    setattr(owner, name, wrapper(getattr(owner, name)))


def _one_at_a_time(method: Callable[..., Any]) -> Callable[..., Any]:
    """moto looks at a condition and then writes: two requests at once could both see it hold."""
    lock = threading.RLock()

    @wraps(method)
    def locked(*arguments: Any, **named: Any) -> Any:
        with lock:
            return method(*arguments, **named)

    return locked


_touched: set[str] = set()
"""The values in the keys of the transaction under way; requests come one at a time."""


def _noting_keys(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def noting(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        _touched.clear()
        for entry in transact_items:
            for operation in entry.values():
                _touched.update(_values(operation.get("Key") or operation.get("Item") or {}))
        method(backend, transact_items)

    return noting


def _values(attributes: dict[str, dict[str, Any]]) -> set[str]:
    return {str(value) for attribute in attributes.values() for value in attribute.values()}


class _Copies:
    """Stands for the module `copy`: before a transaction moto copies the whole table, of which only the touched
    items can change."""

    copy = staticmethod(copy.copy)

    @staticmethod
    def deepcopy(value: Any, memo: Any = None) -> Any:
        return _snapshot(value) if isinstance(value, Table) else copy.deepcopy(value, memo)


def _snapshot(table: Table) -> Table:
    saved = copy.copy(table)
    saved.items = table.items.copy()
    for partition, items in table.items.items():
        saved.items[partition] = copy.deepcopy(items) if partition.value in _touched else items
    return saved


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
