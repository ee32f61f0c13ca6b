"""Makes the resources of a template at the emulator, through the services' own APIs, in order of their references.

Through the APIs and not through the emulator's CloudFormation, which lacks secrets and notifications, starts a mapping of
its own that eats messages, and couldn't make a resource at a service that the caller serves elsewhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from massid_local.stack.environment import ACCOUNT, REGION, Clients
from massid_local.stack.intrinsics import Physical, Resolver, references
from massid_local.stack.specs import FunctionSpec, MappingSpec, ScheduleSpec, StreamSpec
from massid_local.stack.template import Template, TemplateError

NAMED_ONLY: Mapping[str, tuple[str, str]] = {
    "AWS::CloudWatch::Alarm": ("AlarmName", "cloudwatch"),
    "AWS::CloudWatch::CompositeAlarm": ("AlarmName", "cloudwatch"),
    "AWS::CloudWatch::Dashboard": ("DashboardName", "cloudwatch"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "iam"),
    "AWS::IAM::Policy": ("PolicyName", "iam"),
    "AWS::IAM::Role": ("RoleName", "iam"),
    "AWS::Lambda::EventInvokeConfig": ("", "lambda"),
    "AWS::Lambda::Permission": ("", "lambda"),
    "AWS::Logs::LogGroup": ("LogGroupName", "logs"),
    "AWS::Logs::MetricFilter": ("FilterName", "logs"),
    "AWS::Logs::QueryDefinition": ("Name", "logs"),
    "AWS::S3::BucketPolicy": ("", "s3"),
    "AWS::SNS::Topic": ("TopicName", "sns"),
    "AWS::SNS::TopicPolicy": ("", "sns"),
    "AWS::SQS::QueuePolicy": ("", "sqs"),
}
"""Types that only get a name and an ARN: permissions, logs and alarms have no effect locally.
Each with the property that names it and its service. docs/local-stack.md lists them; a test compares."""


@dataclass(slots=True)
class Resources:
    """A template in the making: what exists, and what the stack is to run."""

    template: Template
    stack_name: str
    clients: Clients
    resolve: Resolver
    functions: dict[str, FunctionSpec] = field(default_factory=dict)
    mappings: list[MappingSpec] = field(default_factory=list)
    schedules: list[ScheduleSpec] = field(default_factory=list)
    streams: list[StreamSpec] = field(default_factory=list)

    @classmethod
    def of(cls, template: Template, stack_name: str, clients: Clients) -> "Resources":
        """Nothing made yet."""
        return cls(template, stack_name, clients, Resolver(template, _pseudo_parameters(stack_name)))

    @property
    def made(self) -> dict[str, Physical]:
        """Each resource by its logical id."""
        return self.resolve.made

    def outputs(self) -> dict[str, str]:
        """The template's outputs."""
        wanted = {
            name: output["Value"]
            for name, output in self.template.outputs.items()
            if "Condition" not in output or self.resolve.condition(output["Condition"])
        }
        return {name: str(value) for name, value in self.resolve(wanted).items()}

    def logical_id(self, arn_or_ref: str) -> str:
        """Which resource a reference means; TemplateError if none of ours."""
        for logical_id, physical in self.made.items():
            if arn_or_ref in (physical.ref, physical.attributes.get("Arn")):
                return logical_id
        raise TemplateError("a mapping or schedule points outside the template")

    def arn(self, service: str, rest: str) -> str:
        """An ARN in the stack's account and region."""
        region = "" if service in ("iam", "s3") else REGION
        return f"arn:aws:{service}:{region}:{ACCOUNT}:{rest}"


Maker = Callable[[Resources, str, dict[str, Any]], Physical]
"""Makes one resource: what is there so far, its logical id, its resolved properties."""


def make_resources(resources: Resources, makers: Mapping[str, Maker]) -> None:
    """Make everything. Raises TemplateError for a type, property or reference that the stack can't honour."""
    wanted = {
        logical_id: resource
        for logical_id, resource in resources.template.resources.items()
        if "Condition" not in resource or resources.resolve.condition(resource["Condition"])
    }
    for logical_id, resource in wanted.items():
        if resource["Type"] not in makers and resource["Type"] not in NAMED_ONLY:
            raise TemplateError(f"{logical_id}: the local stack doesn't know the resource type {resource['Type']}")
    for logical_id in _in_order(wanted):
        resource = wanted[logical_id]
        properties = resources.resolve(resource.get("Properties", {}))
        maker = makers.get(resource["Type"])
        resources.made[logical_id] = (
            maker(resources, logical_id, properties)
            if maker
            else _name_only(resources, logical_id, resource["Type"], properties)
        )


def only(logical_id: str, properties: Mapping[str, Any], honoured: set[str], harmless: set[str]) -> None:
    """Refuse what would silently behave in another way than at AWS."""
    unknown = sorted(set(properties) - honoured - harmless)
    if unknown:
        raise TemplateError(f"{logical_id}: the local stack doesn't know the property {', '.join(unknown)}")


def _in_order(wanted: Mapping[str, dict[str, Any]]) -> list[str]:
    graph = {}
    for logical_id, resource in wanted.items():
        depends = resource.get("DependsOn", [])
        named = set(references(resource.get("Properties", {}))) | {
            *([depends] if isinstance(depends, str) else depends)
        }
        graph[logical_id] = named & set(wanted)
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise TemplateError(f"resources refer to each other in a circle: {' → '.join(error.args[1])}") from None


def _name_only(resources: Resources, logical_id: str, kind: str, properties: Mapping[str, Any]) -> Physical:
    name_property, service = NAMED_ONLY[kind]
    name = str(properties.get(name_property) or f"{resources.stack_name}-{logical_id}")
    path = {"iam": f"role/{name}", "logs": f"log-group:{name}:*"}.get(service, name)
    return Physical(name, {"Arn": resources.arn(service, path)})


def _pseudo_parameters(stack_name: str) -> dict[str, str]:
    return {
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": "aws",
        "AWS::Region": REGION,
        "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack_name}/local",
        "AWS::StackName": stack_name,
        "AWS::URLSuffix": "amazonaws.com",
    }
