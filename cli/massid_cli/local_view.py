"""What `massid local` prints: endpoints, and AWS CLI lines to paste. Everything in it comes from the running stack."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from massid_local.stack.environment import FAKE_KEY_ID, FAKE_SECRET, REGION
from rich.markup import escape

_COMMANDS = {
    "AWS::SQS::Queue": "sqs {message}",
    "AWS::S3::Bucket": "s3 ls --recursive s3://{ref}",
    "AWS::DynamoDB::Table": "dynamodb scan --table-name {ref}",
    "AWS::StepFunctions::StateMachine": "stepfunctions list-executions --state-machine-arn {ref}",
    "AWS::SecretsManager::Secret": "secretsmanager get-secret-value --secret-id {ref}",
}


def lines(state: Mapping[str, Any], run_dir: Path) -> Iterator[str]:
    """`state` is what `LocalStack.describe` tells."""
    yield f"[bold]{state['stackName']}[/bold] is up. Ctrl-C stops it."
    yield ""
    for name, url in _endpoints(state):
        yield f"{name:12} {url}"
    folder = escape(str(run_dir))
    yield f"{'logs':12} tail -f {folder}/logs/*.log"
    yield f"{'event bus':12} massid announcements --follow --run-dir {folder}"
    yield ""
    yield "[dim]# fake credentials for the lines below, once per shell[/dim]"
    yield f"unset AWS_PROFILE; export AWS_ACCESS_KEY_ID={FAKE_KEY_ID} AWS_SECRET_ACCESS_KEY={FAKE_SECRET}"
    yield f"export AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION}"
    yield ""
    for kind, command in _COMMANDS.items():
        yield from _commands(state, kind, command)
    yield ""
    yield "[dim]# move the stack's clock three minutes on[/dim]"
    yield f"curl -X POST {state['controlUrl']}/clock -d '{{\"advance\": 180}}'"


def _endpoints(state: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    addresses: dict[str, list[str]] = {}
    for service, url in state["endpoints"].items():
        addresses.setdefault(url, []).append(service)
    for url, services in addresses.items():
        yield ("control" if url == state["controlUrl"] else ", ".join(services) if len(services) < 3 else "AWS"), url
    if state.get("carrotUrl"):
        yield "Carrot", state["carrotUrl"]
    if state.get("carbonextUrl"):
        yield "Carbonext", state["carbonextUrl"]


def _commands(state: Mapping[str, Any], kind: str, command: str) -> Iterator[str]:
    service = command.split()[0]
    for name, ref in state["resources"].items():
        if state["types"][name] == kind:
            message = _message_command(name, ref, Path(state["template"]).parent / "events")
            yield f"[dim]# {name}[/dim]"
            endpoint = state["endpoints"][service]
            yield f"aws --endpoint-url {endpoint} {command.format(ref=ref, message=message)}"


def _message_command(name: str, url: str, samples: Path) -> str:
    """Send the queue's own sample; a queue that nobody sends to by hand is read instead."""
    word = name.removesuffix("Queue").lower()
    one = word.removesuffix("s")
    found = [samples / f"{stem}.json" for stem in (word, one, f"{word}-request", f"place-{one}")]
    sample = next((file for file in found if file.is_file()), None)
    if sample is None:
        return f"receive-message --queue-url {url} --visibility-timeout 0"
    group = ""
    if url.endswith(".fifo"):
        group = (
            f" --message-group-id {json.loads(sample.read_text(encoding='utf-8')).get('documentExternalId', 'GROUP')}"
        )
    return f"send-message --queue-url {url}{group} --message-body file://{escape(str(sample))}"
