"""What the stack itself runs of a template: functions, event source mappings and schedules."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """A Lambda function. `path` holds its code and its layers, `timeout` is in seconds."""

    logical_id: str
    name: str
    arn: str
    handler: str
    folder: Path
    path: tuple[Path, ...]
    timeout: float
    memory: int
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class MappingSpec:
    """An event source mapping from a queue to a function. `window` is in seconds."""

    function: str
    queue: str
    queue_url: str
    queue_arn: str
    batch_size: int
    window: float
    concurrency: int
    reports_failures: bool


@dataclass(frozen=True, slots=True)
class ScheduleSpec:
    """A rule that calls a function every `period` seconds; `payload` replaces the scheduled event if it is given."""

    arn: str
    function: str
    period: float
    payload: str | None


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """An event source mapping from a table's stream to a function. `window` and `most_age` are in seconds."""

    function: str
    function_arn: str
    table: str
    stream_arn: str
    starts_at: str
    batch_size: int
    window: float
    patterns: tuple[Any, ...]
    bisects: bool
    most_age: float | None
    most_retries: int | None
    reports_failures: bool
    failures_queue_url: str | None
