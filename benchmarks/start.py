"""How long a container of each function takes to be ready: the import of its handler, and the clients that a message needs.

Each measurement is a clean interpreter with only the function's folder, the layer's code and the pinned runtime packages on its
path; beside it the stock set in the same order of clients. CPU seconds: on Lambda the start is computing, and a busy machine
here does not blur them.
"""

import importlib.metadata
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from benchmarks.rows import Figure, Row, at_most

ROOT = Path(__file__).parents[1]
LAYER = ROOT / "layers" / "relay"
AIM = 0.8
REPEATS, REPEATS_FULL = 3, 25
BOTO3 = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")
"""In the Lambda runtime, not in the layer."""

_CARROT = "relay.carrot, relay.slots"
PARTS: Mapping[str, tuple[str, tuple[str, ...], bool]] = {
    "submit_massid": ("relay.parts, relay.runs, relay.lifecycle", ("dynamodb", "stepfunctions"), False),
    "create_document": (
        f"relay.documents, relay.tokens, {_CARROT}",
        ("dynamodb", "stepfunctions", "secretsmanager"),
        True,
    ),
    "append_events": (
        f"relay.documents, relay.tokens, {_CARROT}",
        ("dynamodb", "stepfunctions", "secretsmanager"),
        True,
    ),
    "upload_evidence": (
        f"relay.documents, relay.tokens, relay.evidence, {_CARROT}",
        ("dynamodb", "stepfunctions", "s3", "secretsmanager"),
        True,
    ),
    "feed_bulk": ("relay.bulk, relay.bulk_files, relay.queues", ("dynamodb", "s3", "sqs"), False),
    "bury_dead_letter": ("relay.dead_letters, relay.queues", ("dynamodb", "sqs"), False),
    "sweep": ("relay.documents, relay.queues", ("dynamodb", "sqs"), False),
    "announce": ("relay.documents, relay.event_bus", ("dynamodb", "events"), False),
    "issue_order": (
        "relay.orders, relay.order_slots, relay.carbonext",
        ("dynamodb", "secretsmanager"),
        True,
    ),
}
"""Of each function: what a usual message makes of the relay, the AWS clients behind that, and whether it calls an outside API."""

_OURS = """
import app
from massid_relay.bootstrap import Relay
relay = Relay({environment!r})
relay._credentials = lambda arn: __import__("massid_relay.carrot.auth").carrot.auth.ClientCredentials("id", "secret")
{clients}
relay.settings, {parts}
"""
_STOCK = """
import boto3, httpx, pydantic
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
{clients}
{http}
"""
_TIMED = """
import sys, time
sys.path[:0] = {path!r}
wall, cpu = time.perf_counter(), time.process_time()
{code}
print(time.process_time() - cpu, time.perf_counter() - wall)
"""
_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def measure(full: bool) -> list[Row]:
    """Ours and the stock set by turns, the middle of each."""
    repeats = REPEATS_FULL if full else REPEATS
    with tempfile.TemporaryDirectory() as folder:
        packages = runtime_packages(Path(folder))
        return [_row(name, packages, repeats) for name in PARTS if (ROOT / "functions" / name).is_dir()]


def _row(name: str, packages: Path, repeats: int) -> Row:
    path = [str(ROOT / "functions" / name), str(LAYER), str(packages)]
    ours, stock = ours_of(name), stock_of(name)
    pairs = [(run(path, ours), run(path, stock)) for _ in range(repeats)]
    (our_cpu, our_wall), (stock_cpu, stock_wall) = (
        tuple(statistics.median(column) for column in zip(*side, strict=True)) for side in zip(*pairs, strict=True)
    )
    note = f"{1000 * our_wall:.0f} against {1000 * stock_wall:.0f} ms wall"
    details = {"wall": {"ours": round(1000 * our_wall), "baseline": round(1000 * stock_wall)}}
    aim = f"at most {AIM} of it"
    return Row(name, "ms CPU", 1000 * our_cpu, 1000 * stock_cpu, aim, at_most(AIM, our_cpu / stock_cpu), note, details)


def ours_of(name: str) -> str:
    """The code that makes one of our functions ready."""
    parts, services, _ = PARTS[name]
    clients = "; ".join(f"relay._client({service!r})" for service in services)
    return _OURS.format(environment=settings_of_a_stack(), clients=clients, parts=parts)


def stock_of(name: str) -> str:
    """The stock set, with the same clients made as their documentation shows."""
    _, services, calls_out = PARTS[name]
    clients = "; ".join(f"boto3.client({service!r})" for service in services)
    return _STOCK.format(clients=clients, http="httpx.Client()" if calls_out else "")


def run(path: list[str], code: str) -> tuple[float, float]:
    """CPU and wall seconds of that code in a clean interpreter."""
    timed = _TIMED.format(path=path, code=code)
    command = [sys.executable, "-S", "-E", "-c", timed]
    done = subprocess.run(command, capture_output=True, text=True, env=_ENVIRONMENT, check=True)  # noqa: S603
    cpu, wall = done.stdout.split()[-2:]
    return float(cpu), float(wall)


def runtime_packages(folder: Path) -> Path:
    """A folder with what is pinned for the layer, and boto3: nothing else that this environment happens to hold, for some
    packages import what they find."""
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8"), re.M)
    for name in (*pinned, *BOTO3):
        for file in importlib.metadata.files(name) or []:
            top = file.parts[0]
            place = folder / top
            if top not in {"..", "__pycache__"} and not place.exists():
                place.symlink_to(Path(str(importlib.metadata.distribution(name).locate_file(top))).resolve())
    return folder


def settings_of_a_stack() -> dict[str, str]:
    """What the template gives its functions: parameters by their defaults, resources by their logical ids."""
    template: Any = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    defaults = {name: str(rules.get("Default", "")) for name, rules in template["Parameters"].items()}
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    own = (resource["Properties"].get("Environment", {}).get("Variables", {}) for resource in _functions(template))
    return {name: _text(value, defaults) for each in (variables, *own) for name, value in each.items()}


def _functions(template: Any) -> list[Any]:
    return [found for found in template["Resources"].values() if found["Type"] == "AWS::Serverless::Function"]


def _text(value: Any, defaults: Mapping[str, str]) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    reference = str(value.get("Ref", "made-by-the-stack"))
    return defaults.get(reference, reference)


FIGURE = Figure("start", "import and clients of each function", "boto3, httpx, pydantic and powertools batch", measure)
