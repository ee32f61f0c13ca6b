"""Makes the mapping from a table's stream to a function."""

from collections.abc import Mapping
from typing import Any

from massid_local.stack.event_patterns import patterns_of
from massid_local.stack.intrinsics import Physical
from massid_local.stack.resources import Resources, only
from massid_local.stack.specs import StreamSpec
from massid_local.stack.template import TemplateError

_HONOURED = {
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "Enabled",
    "EventSourceArn",
    "FilterCriteria",
    "FunctionName",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "StartingPosition",
}
_UNBOUNDED = -1


def stream_mapping(resources: Resources, logical_id: str, properties: dict[str, Any]) -> Physical:
    """An AWS::Lambda::EventSourceMapping whose source is a DynamoDB stream. Raises TemplateError."""
    only(logical_id, properties, _HONOURED, {"Tags"})
    if properties.get("Enabled", True):
        resources.streams.append(_spec(resources, logical_id, properties))
    return Physical(logical_id, {"Id": logical_id})


def _spec(resources: Resources, logical_id: str, properties: Mapping[str, Any]) -> StreamSpec:
    arn = properties["EventSourceArn"]
    function = resources.logical_id(properties["FunctionName"])
    return StreamSpec(
        function=function,
        function_arn=resources.made[function].attributes["Arn"],
        table=resources.logical_id(arn.partition("/stream/")[0]),
        stream_arn=arn,
        starts_at=properties["StartingPosition"],
        batch_size=int(properties.get("BatchSize", 100)),
        window=float(properties.get("MaximumBatchingWindowInSeconds", 0)),
        patterns=patterns_of(logical_id, properties.get("FilterCriteria", {})),
        bisects=bool(properties.get("BisectBatchOnFunctionError", False)),
        most_age=_bound(properties.get("MaximumRecordAgeInSeconds")),
        most_retries=_bound(properties.get("MaximumRetryAttempts")),
        reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
        failures_queue_url=_destination(resources, logical_id, properties.get("DestinationConfig", {})),
    )


def _bound(value: Any) -> int | None:
    """-1, the default, is no bound."""
    return None if value is None or int(value) == _UNBOUNDED else int(value)


def _destination(resources: Resources, logical_id: str, config: Mapping[str, Any]) -> str | None:
    arn = config.get("OnFailure", {}).get("Destination")
    if arn is None:
        return None
    queue = resources.logical_id(arn)
    if ":sqs:" not in arn:
        raise TemplateError(f"{logical_id}: the local stack only knows queues as destinations")
    return resources.made[queue].ref
