"""Everything that a run told anybody: logs, execution histories, the ledger without its payloads, reports of bulk files, marks of
dead letters, the event bus, and what the operator's commands print."""

import base64
import json
import zlib
from collections.abc import Iterator
from typing import Any

from massid_cli.main import app
from massid_local.stack import LocalStack
from typer.testing import CliRunner

BUS_QUEUE = "what-the-bus-carries"


def listen_to_the_bus(stack: LocalStack) -> str:
    """A queue into which the account's event bus copies whatever is put on it; its URL."""
    sqs, events = stack.client("sqs"), stack.client("events")
    url: str = sqs.create_queue(QueueName=BUS_QUEUE)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=BUS_QUEUE, EventPattern=json.dumps({"source": [{"prefix": ""}]}), State="ENABLED")
    events.put_targets(Rule=BUS_QUEUE, Targets=[{"Id": "1", "Arn": arn}])
    return url


def told(stack: LocalStack, bus_url: str, external_ids: list[str]) -> dict[str, str]:
    """Texts by place."""
    return dict(
        [
            *_logs(stack),
            *_executions(stack),
            *_ledger(stack),
            *_reports(stack),
            *_messages("dead letter's marks", stack, stack.resource("DeadLetterQueue"), "MessageAttributes"),
            *_messages("event bus", stack, bus_url, "Body"),
            *_commands(stack, external_ids),
        ]
    )


def _logs(stack: LocalStack) -> Iterator[tuple[str, str]]:
    """Functions' logs, line by line; metrics are counted from these lines, and nothing else publishes any."""
    for file in sorted((stack.run_dir / "logs").glob("*.log")):
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            yield f"log {file.name}:{number}", line


def _executions(stack: LocalStack) -> Iterator[tuple[str, str]]:
    steps, machine = stack.client("stepfunctions"), stack.resource("MassidLifecycle")
    for execution in steps.list_executions(stateMachineArn=machine)["executions"]:
        arn, name = execution["executionArn"], execution["name"]
        yield f"execution {name}", _text(steps.describe_execution(executionArn=arn))
        yield f"execution history {name}", _text(steps.get_execution_history(executionArn=arn)["events"])


def _ledger(stack: LocalStack) -> Iterator[tuple[str, str]]:
    """Every item but the payloads themselves: those are what the rest refers to."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.resource("Ledger"))
    for page in pages:
        for item in page["Items"]:
            pk, sk = item["pk"]["S"], item["sk"]["S"]
            if not sk.startswith("PART#"):
                yield f"ledger {pk} {sk}", _text({name: _readable(value) for name, value in item.items()})


def _reports(stack: LocalStack) -> Iterator[tuple[str, str]]:
    """What is written about bulk files, beside the files themselves."""
    s3, bucket = stack.client("s3"), stack.resource("EvidenceBucket")
    for found in s3.list_objects_v2(Bucket=bucket, Prefix="bulk-reports/").get("Contents", []):
        body = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
        yield f"report {found['Key']}", body.decode()


def _readable(value: Any) -> Any:
    """A record's body is compressed."""
    if "B" not in value:
        return value
    try:
        return zlib.decompress(value["B"]).decode()
    except zlib.error:
        return base64.b64encode(value["B"]).decode()


def _messages(what: str, stack: LocalStack, url: str, member: str) -> Iterator[tuple[str, str]]:
    sqs, number = stack.client("sqs"), 0
    while True:
        asked: dict[str, Any] = {"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 60}
        messages = sqs.receive_message(**asked, MessageAttributeNames=["All"]).get("Messages", [])
        if not messages:
            return
        for message in messages:
            number += 1
            yield f"{what} {number}", _text(message.get(member, ""))


def _commands(stack: LocalStack, external_ids: list[str]) -> Iterator[tuple[str, str]]:
    asked = [["dead-letters"], ["dead-letters", "--json"], *(["status", one, "--json"] for one in external_ids)]
    for arguments in asked:
        done = CliRunner().invoke(app, [*arguments, "--run-dir", str(stack.run_dir)])
        assert done.exit_code == 0, done.output
        yield f"massid {' '.join(arguments)}", done.output


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
