"""What happened in a run, in order. The oracles read nothing else, but for the platform's final state."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from massid_relay.core.record import DocumentRecord

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Operation:
    """One write to the platform: a document, an event or a file (`kind`) of one document, all by external ids."""

    kind: str
    document: str
    item: str
    deduplication_id: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.item}" + (f" of {self.document}" if self.item != self.document else "")


@dataclass(frozen=True, slots=True)
class Happening:
    """`number` counts the happenings of a run; `worker` is the process."""

    number: int
    at: datetime
    worker: str


@dataclass(frozen=True, slots=True)
class Saved(Happening):
    """A document's record was written."""

    record: DocumentRecord


@dataclass(frozen=True, slots=True)
class Attempted(Happening):
    """A worker let go of a request: from here on it may take effect. `until`: when it has certainly arrived or never will."""

    operations: tuple[Operation, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Answered(Happening):
    """The worker has the answer of the attempt of that number, or knows that it will get none."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Buried(Happening):
    """A dead letter's reason was written."""

    dead_letter_id: str


@dataclass(frozen=True, slots=True)
class Started(Happening):
    """A lifecycle execution was started."""

    document: str


@dataclass(frozen=True, slots=True)
class TokenAnswered(Happening):
    """A step of the lifecycle was answered."""

    token: str


@dataclass(frozen=True, slots=True)
class Deleted(Happening):
    """A message left its queue because a worker said that it is done with it."""

    queue: str
    message_id: str
    body: str


@dataclass(frozen=True, slots=True)
class Killed(Happening):
    """The worker's process ended by SIGKILL at that boundary."""

    boundary: str


@dataclass(slots=True)
class Trace:
    """All happenings of one run."""

    happenings: list[Happening] = field(default_factory=list)

    def add(self, happening: Happening) -> None:
        """Append one."""
        self.happenings.append(happening)

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Those of one kind."""
        return [h for h in self.happenings if isinstance(h, kind)]
