"""Put on the path of a stack's workers: writes down every AWS request they make, one line each, where `BENCH_REQUESTS` says.

A worker is killed at the end, so nothing may wait for its exit: each line is one write to a file opened for appending.
"""

import os
import sys
from typing import Any

_FILE = os.environ.get("BENCH_REQUESTS")


def _units(operation: str, arguments: dict[str, Any], answer: dict[str, Any]) -> tuple[float, float]:
    """DynamoDB's write and read request units (docs.aws.amazon.com, amazondynamodb, read-write-capacity-mode): a KB written,
    4 KB read consistently, twice as much in a transaction. The index holds keys only, a unit for each write of them."""
    if operation == "TransactWriteItems":
        puts = [item.get("Put", {}).get("Item", {}) for item in arguments["TransactItems"]]
        return 2 * sum(_kilobytes(item) + ("gpk" in item) for item in puts), 0
    if operation == "PutItem":
        return _kilobytes(arguments["Item"]) + ("gpk" in arguments["Item"]), 0
    if operation in {"UpdateItem", "DeleteItem"}:
        return _kilobytes(answer.get("Attributes", {})), 0
    half = 1 if arguments.get("ConsistentRead") else 0.5
    if operation == "GetItem":
        return 0, half * _quarters(answer.get("Item", {}))
    if operation == "BatchGetItem":
        return 0, sum(_quarters(item) for items in answer["Responses"].values() for item in items) or 1
    return 0, half * _quarters({"all": {"L": [{"M": item} for item in answer.get("Items", [])]}})


def _kilobytes(item: dict[str, Any]) -> int:
    return max(1, -(-_size(item) // 1024))


def _quarters(item: dict[str, Any]) -> int:
    return max(1, -(-_size(item) // 4096))


def _size(value: Any) -> int:
    """Names and values in UTF-8, as the guide counts an item's size; type names don't count."""
    if isinstance(value, dict):
        return sum(len(name) * (len(name) > 2 or name in {"pk", "sk"}) + _size(part) for name, part in value.items())
    if isinstance(value, list):
        return sum(map(_size, value))
    return len(value) if isinstance(value, (bytes, bytearray)) else len(str(value).encode())


def _install(file: str) -> None:
    from botocore.client import BaseClient  # in a worker it is needed anyway

    lines = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    botocore_client: Any = BaseClient  # its stubs don't know the method that all calls go through
    make = botocore_client._make_api_call

    def counted(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        service = client.meta.service_model.service_name
        paced = "PACING#" in str(arguments.get("Key", ""))
        answer: dict[str, Any] = {}
        try:
            answer = make(client, operation, arguments)
        finally:
            entries = len(arguments.get("Entries", ())) if service == "events" else 1
            counts = service == "dynamodb" and "ResponseMetadata" in answer
            units = _units(operation, arguments, answer) if counts else (entries, 0)
            fifo = str(arguments.get("QueueUrl", "")).endswith(".fifo")
            kind = "fifo" if fifo else "pacing" if paced else "-"
            os.write(lines, f"{service} {operation} {kind} {units[0]} {units[1]}\n".encode())
        return answer

    botocore_client._make_api_call = counted


if _FILE and "massid_local.stack.worker" in " ".join(sys.orig_argv):
    _install(_FILE)
