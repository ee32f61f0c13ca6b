"""What the stack itself runs of a template: functions, event source mappings and schedules."""

from dataclasses import dataclass
from pathlib import Path


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
