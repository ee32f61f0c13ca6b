"""One maker per resource type that the local stack brings to life."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from massid_local.stack.intrinsics import Physical
from massid_local.stack.resources import Maker, Resources, only
from massid_local.stack.specs import FunctionSpec, MappingSpec, ScheduleSpec
from massid_local.stack.stream_mappings import stream_mapping
from massid_local.stack.template import LOCAL_BUCKET, TemplateError

_QUEUE_ATTRIBUTES = {
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
}
_LEAST_CONCURRENCY = 2
"""What AWS allows at least as MaximumConcurrency; taken where the template names none."""

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_UNITS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}


def _queue(resources: Resources, logical_id: str, properties: dict[str, Any]) -> Physical:
    only(logical_id, properties, {"QueueName", *_QUEUE_ATTRIBUTES}, {"Tags", "RedriveAllowPolicy"})
    fifo = ".fifo" if properties.get("FifoQueue") else ""
    name = properties.get("QueueName") or f"{resources.stack_name}-{logical_id}{fifo}"
    attributes = {key: _text(value) for key, value in properties.items() if key in _QUEUE_ATTRIBUTES}
    url = resources.clients("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return Physical(url, {"Arn": resources.arn("sqs", name), "QueueName": name, "QueueUrl": url})


def _text(value: Any) -> str:
    """Queue attributes are strings at the API."""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict) else str(value)


_TABLE_PROPERTIES = {
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "BillingMode",
    "ProvisionedThroughput",
    "StreamSpecification",
}


def _table(resources: Resources, logical_id: str, properties: dict[str, Any]) -> Physical:
    honoured = {"TableName", "TimeToLiveSpecification", *_TABLE_PROPERTIES}
    harmless = {
        "PointInTimeRecoverySpecification",
        "SSESpecification",
        "Tags",
        "DeletionProtectionEnabled",
        "TableClass",
    }
    only(logical_id, properties, honoured, harmless)
    name = properties.get("TableName") or f"{resources.stack_name}-{logical_id}"
    client = resources.clients("dynamodb")
    definition = {key: value for key, value in properties.items() if key in _TABLE_PROPERTIES}
    if "StreamSpecification" in definition:
        definition["StreamSpecification"] = {"StreamEnabled": True, **definition["StreamSpecification"]}
    try:
        client.create_table(TableName=name, **definition)
    except client.exceptions.ResourceInUseException:
        pass  # a service of the caller's own, which kept it
    else:
        _time_to_live(client, name, properties)
    stream = client.describe_table(TableName=name)["Table"].get("LatestStreamArn", "")
    return Physical(name, {"Arn": resources.arn("dynamodb", f"table/{name}"), "StreamArn": stream})


def _time_to_live(client: Any, table: str, properties: Mapping[str, Any]) -> None:
    client.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    if "TimeToLiveSpecification" in properties:
        client.update_time_to_live(TableName=table, TimeToLiveSpecification=properties["TimeToLiveSpecification"])


def _bucket(resources: Resources, logical_id: str, properties: dict[str, Any]) -> Physical:
    honoured = {"BucketName", "VersioningConfiguration", "NotificationConfiguration"}
    harmless = {
        "BucketEncryption",
        "OwnershipControls",
        "PublicAccessBlockConfiguration",
        "LifecycleConfiguration",
        "Tags",
    }
    only(logical_id, properties, honoured, harmless)
    name = properties.get("BucketName") or f"{resources.stack_name}-{logical_id}".lower()
    client = resources.clients("s3")
    try:
        client.create_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise
    if "VersioningConfiguration" in properties:
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration=properties["VersioningConfiguration"])
    if "NotificationConfiguration" in properties:
        notifications = _notifications(logical_id, properties["NotificationConfiguration"])
        client.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=notifications)
    return Physical(name, {"Arn": f"arn:aws:s3:::{name}"})


def _notifications(logical_id: str, configuration: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation's words for notifications, in the API's."""
    only(logical_id, configuration, {"QueueConfigurations"}, set())
    return {
        "QueueConfigurations": [
            {
                "QueueArn": entry["Queue"],
                "Events": [entry["Event"]],
                **(
                    {"Filter": {"Key": {"FilterRules": entry["Filter"]["S3Key"]["Rules"]}}} if "Filter" in entry else {}
                ),
            }
            for entry in configuration["QueueConfigurations"]
        ]
    }


def _secret(resources: Resources, logical_id: str, properties: dict[str, Any]) -> Physical:
    only(logical_id, properties, {"Name", "SecretString", "Description"}, {"Tags", "KmsKeyId"})
    name = properties.get("Name") or f"{resources.stack_name}-{logical_id}"
    client = resources.clients("secretsmanager")
    try:
        arn = client.create_secret(Name=name, SecretString=properties.get("SecretString", ""))["ARN"]
    except client.exceptions.ResourceExistsException:
        arn = client.describe_secret(SecretId=name)["ARN"]
    return Physical(arn, {"Id": arn})


def _state_machine(resources: Resources, logical_id: str, properties: dict[str, Any]) -> Physical:
    honoured = {
        "StateMachineName",
        "StateMachineType",
        "DefinitionS3Location",
        "DefinitionString",
        "DefinitionSubstitutions",
        "RoleArn",
    }
    only(logical_id, properties, honoured, {"LoggingConfiguration", "TracingConfiguration", "Tags"})
    definition = (
        _file(resources, logical_id, properties["DefinitionS3Location"]).read_text(encoding="utf-8")
        if "DefinitionS3Location" in properties
        else properties["DefinitionString"]
    )
    name = properties.get("StateMachineName") or f"{resources.stack_name}-{logical_id}"
    arn = resources.clients("stepfunctions").create_state_machine(
        name=name,
        definition=substitute(definition, properties.get("DefinitionSubstitutions", {})),
        roleArn=properties["RoleArn"],
        type=properties.get("StateMachineType", "STANDARD"),
    )["stateMachineArn"]
    return Physical(arn, {"Arn": arn, "Name": name})


def substitute(definition: str, values: Mapping[str, str]) -> str:
    """Put DefinitionSubstitutions into a state machine's definition. TemplateError if one has no value."""
    missing = sorted(set(re.findall(r"\$\{(\w+)\}", definition)) - set(values))
    if missing:
        raise TemplateError(f"the state machine's definition has no substitution for {', '.join(missing)}")
    for name, value in values.items():
        definition = definition.replace(f"${{{name}}}", str(value))
    return definition


def _function(resources: Resources, logical_id: str, properties: dict[str, Any]) -> Physical:
    honoured = {"FunctionName", "Handler", "Code", "Timeout", "MemorySize", "Environment", "Layers", "LoggingConfig"}
    harmless = {
        "Role",
        "Runtime",
        "Architectures",
        "Description",
        "Tags",
        "TracingConfig",
        "ReservedConcurrentExecutions",
    }
    only(logical_id, properties, honoured, harmless)
    name = properties.get("FunctionName") or f"{resources.stack_name}-{logical_id}"
    arn = resources.arn("lambda", f"function:{name}")
    folder = _file(resources, logical_id, properties["Code"])
    layers = [
        Path(resources.made[resources.logical_id(ref)].attributes["Folder"]) for ref in properties.get("Layers", [])
    ]
    resources.functions[logical_id] = FunctionSpec(
        logical_id=logical_id,
        name=name,
        arn=arn,
        handler=properties["Handler"],
        folder=folder,
        path=(folder, *(part for layer in layers for part in (layer, layer / "python"))),
        timeout=float(properties.get("Timeout", 3)),
        memory=int(properties.get("MemorySize", 128)),
        environment={
            **_logging(properties.get("LoggingConfig", {})),
            **{key: _text(value) for key, value in properties.get("Environment", {}).get("Variables", {}).items()},
        },
    )
    return Physical(name, {"Arn": arn})


def _logging(configuration: Mapping[str, str]) -> dict[str, str]:
    """What Lambda tells its runtime of LoggingConfig."""
    variables = {"AWS_LAMBDA_LOG_FORMAT": "LogFormat", "AWS_LAMBDA_LOG_LEVEL": "ApplicationLogLevel"}
    return {name: configuration[key] for name, key in variables.items() if key in configuration}


def _layer(resources: Resources, logical_id: str, properties: dict[str, Any]) -> Physical:
    folder = _file(resources, logical_id, properties["Content"])
    name = properties.get("LayerName") or logical_id
    return Physical(resources.arn("lambda", f"layer:{name}:1"), {"Folder": str(folder)})


def _file(resources: Resources, logical_id: str, location: Mapping[str, str]) -> Path:
    """Where the code, layer or definition lies in the template's folder."""
    bucket = location.get("S3Bucket", location.get("Bucket"))
    key = location.get("S3Key", location.get("Key"))
    if bucket != LOCAL_BUCKET or not key:
        raise TemplateError(f"{logical_id}: the local stack needs a path beside the template")
    path = resources.template.folder / key
    if not path.exists():
        raise TemplateError(f"{logical_id}: {key} doesn't exist")
    return path


def _mapping(resources: Resources, logical_id: str, properties: dict[str, Any]) -> Physical:
    if properties["EventSourceArn"].startswith("arn:aws:dynamodb:"):
        return stream_mapping(resources, logical_id, properties)
    honoured = {"BatchSize", "EventSourceArn", "FunctionName", "FunctionResponseTypes", "ScalingConfig"}
    only(logical_id, properties, {*honoured, "MaximumBatchingWindowInSeconds", "Enabled"}, {"Tags"})
    queue = resources.logical_id(properties["EventSourceArn"])
    if properties.get("Enabled", True):
        resources.mappings.append(
            MappingSpec(
                function=resources.logical_id(properties["FunctionName"]),
                queue=queue,
                queue_url=resources.made[queue].ref,
                queue_arn=properties["EventSourceArn"],
                batch_size=int(properties.get("BatchSize", 10)),
                window=float(properties.get("MaximumBatchingWindowInSeconds", 0)),
                concurrency=int(properties.get("ScalingConfig", {}).get("MaximumConcurrency", _LEAST_CONCURRENCY)),
                reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
            )
        )
    return Physical(logical_id, {"Id": logical_id})


def _rule(resources: Resources, logical_id: str, properties: dict[str, Any]) -> Physical:
    only(logical_id, properties, {"Name", "ScheduleExpression", "State", "Targets"}, {"Description"})
    name = properties.get("Name") or f"{resources.stack_name}-{logical_id}"
    arn = resources.arn("events", f"rule/{name}")
    period = seconds_of(logical_id, properties.get("ScheduleExpression", ""))
    if properties.get("State", "ENABLED") == "ENABLED":
        for target in properties["Targets"]:
            function = resources.logical_id(target["Arn"])
            resources.schedules.append(ScheduleSpec(arn, function, period, target.get("Input")))
    return Physical(name, {"Arn": arn})


def seconds_of(logical_id: str, expression: str) -> float:
    """`rate(5 minutes)` in seconds. TemplateError for cron expressions, which the local stack doesn't know."""
    found = _RATE.fullmatch(expression)
    if not found:
        raise TemplateError(f"{logical_id}: the local stack only knows schedules like rate(5 minutes)")
    return int(found[1]) * _UNITS[found[2]]


MAKERS: Mapping[str, Maker] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::Events::Rule": _rule,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::LayerVersion": _layer,
    "AWS::S3::Bucket": _bucket,
    "AWS::SQS::Queue": _queue,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::StepFunctions::StateMachine": _state_machine,
}
"""The types that the local stack brings to life. docs/local-stack.md lists them; a test compares."""
