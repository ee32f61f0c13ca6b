"""One bulk run: one version of one file, how far it was fed, and who feeds it at present."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from massid_relay.core.bulk.entries import Position
from massid_relay.core.bulk.files import refused_key, run_id
from massid_relay.core.clock import iso
from massid_relay.core.errors import Busy
from massid_relay.core.jsons import JsonObject
from massid_relay.core.operation import Lease


class BulkState(StrEnum):
    """Where a run stands. `finished`: everything was fed or refused. `refused`: the file as a whole can't be read on."""

    RUNNING = "running"
    FINISHED = "finished"
    REFUSED = "refused"


class CarriedOn(Exception):
    """Another message has a worker that feeds this run right now, and that message will carry it on."""


@dataclass(slots=True)
class BulkRun:
    """What the ledger holds of one run. `size` in bytes."""

    name: str
    object_version: str
    size: int
    started_at: datetime
    changed_at: datetime
    state: BulkState = BulkState.RUNNING
    position: Position = field(default_factory=Position)
    accepted: int = 0
    refused: int = 0
    parts: int = 0
    """Objects that hold the refused lines. One that a dead worker wrote beyond them does not count."""
    lease: Lease | None = None
    message_id: str | None = None
    """The message whose worker has the lease."""
    problem: str | None = None
    version: int = 0
    """Counts the writes; each write is conditional on it. 0: not in the ledger yet."""

    @property
    def id(self) -> str:
        """Names it."""
        return run_id(self.name, self.object_version)

    def take(self, now: datetime, owner: str, lease: timedelta, message_id: str) -> None:
        """Begin to feed. While another worker does: Busy if it has this very message, which must not be deleted then;
        CarriedOn if it has another, so that two notifications end as one."""
        if self.lease is not None and self.lease.until > now:
            if self.message_id != message_id:
                raise CarriedOn
            raise Busy("another worker feeds this file", retry_after=(self.lease.until - now).total_seconds())
        self.lease, self.message_id = Lease(owner, now + lease), message_id

    def fed(self, now: datetime, position: Position, accepted: int, refused: int) -> None:
        """One chunk more."""
        self.position, self.changed_at = position, now
        self.accepted += accepted
        self.refused += refused
        self.parts += bool(refused)

    def give_back(self) -> None:
        """Feed no more for now."""
        self.lease, self.message_id = None, None

    def end(self, now: datetime, problem: str | None = None) -> None:
        """The end: finished, or refused as a whole."""
        self.give_back()
        self.state = BulkState.FINISHED if problem is None else BulkState.REFUSED
        self.problem, self.changed_at = problem, now

    def to_json(self) -> JsonObject:
        """The report's first part. It holds nothing of the file's content."""
        return {
            "run": self.id,
            "file": self.name,
            "objectVersion": self.object_version,
            "bytes": self.size,
            "state": self.state.value,
            "problem": self.problem,
            "linesRead": self.position.line,
            "accepted": self.accepted,
            "refused": self.refused,
            "refusedParts": [refused_key(self.name, self.id, part) for part in range(1, self.parts + 1)],
            "startedAt": iso(self.started_at),
            "changedAt": iso(self.changed_at),
        }
