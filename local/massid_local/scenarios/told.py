"""What a scenario's file tells of its MassIDs."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Told(BaseModel):
    """A part of a scenario's file: strict, and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileData(Told):
    """A file that an event refers to. Without a label it has the event's usual one."""

    name: str
    label: str | None = None
    is_public: bool | None = Field(default=None, alias="isPublic")


class EventData(Told):
    """An event in short: `by` is who and where it happened, `day` when. All other fields are sent as they stand."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    label: str | None = None
    id: str | None = None
    by: str | None = None
    day: float = 0
    files: tuple[FileData, ...] = ()

    @field_validator("files", mode="before")
    @classmethod
    def _names_alone(cls, files: Any) -> Any:
        return [{"name": file} if isinstance(file, str) else file for file in files]


class MassidData(Told):
    """One MassID. `sample` takes a generated one of that number; else it is told by its events."""

    sample: int | None = None
    by: str = "generator"
    events: tuple[EventData, ...] = ()
    document: dict[str, Any] = Field(default_factory=dict)
    more: dict[str, Any] = Field(default_factory=dict)
