"""What a run takes from template.yaml: each function's environment and the event source mappings (invariant 8).

Nothing is created: a queue's URL, a table's name is its logical id.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
QUEUES = "https://queues.invalid/"
MACHINES = "arn:aws:states:us-east-1:123456789012:stateMachine:"
TABLE = "Ledger"
BUCKET = "EvidenceBucket"
CARROT = "https://carrot.invalid"


@dataclass(frozen=True, slots=True)
class Mapping:
    """One queue that a function works on."""

    queue: str
    function: str
    batch_size: int
    concurrency: int


@dataclass(frozen=True, slots=True)
class Description:
    """The parts of the template that the worker tier needs. `folders`: a function's code, by its logical id.

    All functions share one environment, the sum of theirs."""

    environment: dict[str, str]
    mappings: tuple[Mapping, ...]
    folders: dict[str, Path]
    visibility: dict[str, float]
    """Seconds, by queue."""
    function_timeout: float
    """Seconds."""


def queue_url(logical_id: str) -> str:
    """What Ref gives for a queue."""
    return QUEUES + logical_id


def queue_name(url: str) -> str:
    """The other way round."""
    return url.removeprefix(QUEUES)


@cache
def description() -> Description:
    """Read the template."""
    template = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    resources, parameters = template["Resources"], template["Parameters"]
    functions = {name: r["Properties"] for name, r in resources.items() if r["Type"] == "AWS::Serverless::Function"}
    shared = template["Globals"]["Function"]
    names = {name: _ref(name, resource["Type"]) for name, resource in resources.items()}
    values = names | {name: str(rules.get("Default", "")) for name, rules in parameters.items()}
    variables = dict(shared["Environment"]["Variables"])
    for function in functions.values():
        variables |= function.get("Environment", {}).get("Variables", {})
    environment = {name: _value(value, values) for name, value in variables.items()}
    environment |= {"CARROT_BASE_URL": CARROT, "CARROT_TOKEN_URL": f"{CARROT}/oauth2/token"}
    return Description(
        environment=environment,
        mappings=tuple(m for name, function in functions.items() for m in _mappings(name, function)),
        folders={name: ROOT / function["CodeUri"] for name, function in functions.items()},
        visibility={
            name: float(r["Properties"].get("VisibilityTimeout", 30))
            for name, r in resources.items()
            if r["Type"] == "AWS::SQS::Queue"
        },
        function_timeout=float(shared["Timeout"]),
    )


def _ref(name: str, kind: str) -> str:
    prefixes = {"AWS::SQS::Queue": QUEUES, "AWS::Serverless::StateMachine": MACHINES}
    return prefixes.get(kind, "") + name


def _value(value: Any, values: dict[str, str]) -> str:
    """The few intrinsic functions that environments use; a condition holds, as it does by default."""
    match value:
        case {"Ref": name}:
            return values[name]
        case {"Fn::If": [_, then, _]}:
            return _value(then, values)
        case _:
            return str(value)


def _mappings(name: str, function: dict[str, Any]) -> list[Mapping]:
    found = [source["Properties"] for source in function.get("Events", {}).values() if source["Type"] == "SQS"]
    return [
        Mapping(
            queue=source["Queue"]["Fn::GetAtt"][0],
            function=name,
            batch_size=source.get("BatchSize", 10),
            concurrency=source["ScalingConfig"]["MaximumConcurrency"],
        )
        for source in found
    ]
