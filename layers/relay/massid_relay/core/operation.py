"""One write to an outside API, and the recovery points that it passes.

    begin: the record is written with a lease, then the call is made (invariant 1)

      (nothing) ──begin──▶ STARTED, leased ──confirm──▶ CONFIRMED
                             ▲   │   │
                       begin │   │   └────────refuse──▶ REFUSED ──begin after a redrive──▶ STARTED, leased
                             │   ▼
                           STARTED, free          put_back: transient, throttled, not ready, outcome unknown
                             ▲
                             ├── a lease that ran out is one crash; the third ends as WorkerCrashed
                             └── want_again: what was given up for want of its file is asked for once more

"STARTED, leased" already means "may have been sent", so the common case is two writes: begin and confirm.
Each change is one conditional write of the record that holds the operation: the record's version is the condition, and a
worker that finds another owner in the lease stops.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from massid_relay.core.errors import (
    Busy,
    NotNow,
    OutcomeUnknown,
    Refusal,
    RefusedBefore,
    RelayError,
    TransientFailure,
    WorkerCrashed,
)

CRASHES_ALLOWED = 3
"""Two workers may die of something else (a deployment, memory); a third death is about the message."""


class Stage(StrEnum):
    """Where an operation stands."""

    STARTED = "started"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(slots=True)
class Lease:
    """Who may act on an operation, and until when."""

    owner: str
    until: datetime


@dataclass(slots=True)
class Operation:
    """The state machine above. `ids` are the participant and address ids as they were known at the first attempt:
    every later attempt sends the same body under the same deduplication id."""

    stage: Stage
    first_attempt: datetime
    last_attempt: datetime
    lease: Lease | None = None
    failures: int = 0
    crashes: int = 0
    unknown_since: datetime | None = None
    ids: dict[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None

    @property
    def in_doubt(self) -> bool:
        """Whether an earlier attempt may have taken effect: it got no answer, its worker died, or a person redrove it after
        that."""
        return self.unknown_since is not None or self.lease is not None or self.stage is Stage.REFUSED

    @property
    def sent_at_the_latest(self) -> datetime:
        """No call outlives its lease; one that ended without an answer ended then."""
        if self.lease is not None:
            return self.lease.until
        return max(self.last_attempt, self.unknown_since or self.last_attempt)

    @classmethod
    def started(cls, now: datetime, owner: str, lease: timedelta) -> "Operation":
        """A new operation, leased to `owner`."""
        return cls(Stage.STARTED, now, now, Lease(owner, now + lease))

    def require_not_refused(self, message_id: str) -> None:
        """Raises RefusedBefore if this very message was refused; a redriven one may try again."""
        if self.stage is Stage.REFUSED and self.refusal is not None and self.refusal.message_id == message_id:
            raise RefusedBefore(self.refusal)

    def begin(self, now: datetime, owner: str, lease: timedelta) -> None:
        """Take the lease for another attempt. Raises Busy while another owner's lease runs, WorkerCrashed at the third
        lease that ran out."""
        if self.lease and self.lease.owner != owner:
            self.end_dead_lease(now)
        self.stage = Stage.STARTED
        self.refusal = None
        self.last_attempt = now
        self.lease = Lease(owner, now + lease)

    def end_dead_lease(self, now: datetime) -> None:
        """Take away the lease of a worker that died: what it sent, if anything, has an unknown outcome. Raises Busy while
        the lease runs, WorkerCrashed at the third that ran out."""
        if self.lease is None:
            return
        remaining = (self.lease.until - now).total_seconds()
        if remaining > 0:
            raise Busy("another worker holds the lease", retry_after=remaining)
        if self.unknown_since is None:
            self.unknown_since = self.last_attempt
        self.last_attempt = self.lease.until  # its call may have gone out as late as that
        self.lease = None
        self.crashes += 1
        if self.crashes >= CRASHES_ALLOWED:
            raise WorkerCrashed(f"{self.crashes} workers ended without an answer")

    def owned_by(self, owner: str) -> bool:
        """Whether `owner` still holds the lease (it may have run out, but nobody else took it)."""
        return self.lease is not None and self.lease.owner == owner

    def set_free(self) -> None:
        """It was looked up and did not take effect: it may be sent again. Workers that died over it still count."""
        self.stage = Stage.STARTED
        self.unknown_since = None
        self._release()

    def confirm(self) -> None:
        """The effect is certain."""
        self.stage = Stage.CONFIRMED
        self._release()
        self.unknown_since = None
        self.ids = {}

    def refuse(self, refusal: Refusal) -> None:
        """A final no: the operation lies dead until it is redriven or discarded."""
        self.stage = Stage.REFUSED
        self.refusal = refusal
        self._release()

    def want_again(self) -> None:
        """It was given up and is wanted once more. What it was refused with stays until the next attempt begins, for whoever
        settles that dead letter."""
        self.stage = Stage.STARTED

    def put_back(self, error: RelayError, now: datetime) -> None:
        """Free the lease after an attempt that did not end it. Only a TransientFailure counts as an attempt."""
        self._release()
        if isinstance(error, TransientFailure):
            self.failures += 1
        if isinstance(error, OutcomeUnknown) and self.unknown_since is None:
            self.unknown_since = now
        if isinstance(error, NotNow):
            self.crashes = 0

    def _release(self) -> None:
        self.lease = None
