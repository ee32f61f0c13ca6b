"""What the ledger knows of one document: one record, changed as a whole by one conditional write.

The record holds states, hashes and ids only; payloads lie beside it, each stored once under its hash. See
docs/decisions/0002-one-record-per-document.md for the arithmetic behind this layout.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from massid_relay.core.errors import Refusal
from massid_relay.core.operation import Operation, Stage


class EventState(StrEnum):
    """Where one event of the timeline stands."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DEAD = "dead"
    DISCARDED = "discarded"


@dataclass(slots=True)
class EventEntry:
    """One event in the document's inbox. `part` names the stored payload that holds its content."""

    external_id: str
    name: str
    at: datetime
    content_hash: str
    deduplication_id: str
    part: str
    label: str | None = None
    files: tuple[str, ...] = ()
    related: str | None = None
    """External id of the other document, where the event names it by that."""
    related_id: str | None = None
    """The other document's network id, as it was last looked up. It stays as it is once the event is being sent."""
    state: EventState = EventState.WAITING
    event_id: str | None = None
    refusal: Refusal | None = None
    waiting_since: datetime | None = None
    """Since when it waits in the inbox without a message on a queue; none once it waits no more."""

    @property
    def settled(self) -> bool:
        """Nothing more is to be done for it."""
        return self.state in {EventState.CONFIRMED, EventState.DISCARDED}


@dataclass(slots=True)
class Batch:
    """The events that are being sent, or whose sending has an unknown outcome."""

    operation: Operation
    event_ids: list[str]
    singly: bool = False
    """One call an event: the batch was refused, and only so the one at fault is found."""


@dataclass(slots=True)
class FileEntry:
    """One evidence file that somebody asked for. `version` is the object version that was recorded before the call."""

    name: str
    asked_at: datetime
    operation: Operation | None = None
    version: str | None = None
    etag: str | None = None
    size: int | None = None
    content_type: str | None = None
    attachment_id: str | None = None

    @property
    def attached(self) -> bool:
        """Whether the platform holds it for certain."""
        return self.operation is not None and self.operation.stage is Stage.CONFIRMED

    @property
    def refused(self) -> bool:
        """Whether it lies dead: another version of the object, or a redrive, tries it again."""
        return self.operation is not None and self.operation.stage is Stage.REFUSED

    @property
    def refusal(self) -> Refusal | None:
        """Why it lies dead, if it does."""
        return self.operation.refusal if self.operation is not None and self.refused else None


class WaitKind(StrEnum):
    """What a waiting step waits for."""

    FILES = "files"
    EVENTS = "events"
    CREATION = "creation"
    """The replaced document is cancelled, and this generation's stands."""


@dataclass(slots=True)
class Wait:
    """A lifecycle step whose message is gone from its queue: its task token, and what must be done before it is answered."""

    kind: WaitKind
    token: str
    wants: list[str]


@dataclass(slots=True)
class Hold:
    """A dead letter that later events must not pass. Without `at` its place is unknown: then it holds CLOSE alone."""

    dead_letter_id: str
    at: datetime | None = None
    event_external_id: str | None = None


@dataclass(slots=True)
class Replacement:
    """Where a generation from the second on comes from. `part` names the stored submission that holds the reason."""

    at: datetime
    part: str
    cancels: int | None
    """The older generation that must be off the network for certain before this one is created; None: none ever stood there."""
    document_id: str | None = None
    """That one's id on the network, as known when it was off."""
    cleared_at: datetime | None = None
    """When it was found to be off the network for certain."""


@dataclass(slots=True)
class DocumentRecord:
    """Everything about one document, by its external id and generation."""

    external_id: str
    generation: int = 1
    replaces: Replacement | None = None
    superseded: bool = False
    """A newer generation has taken its place: nothing of it goes out any more, but its CANCEL."""
    content_hash: str | None = None
    part: str | None = None
    deduplication_id: str | None = None
    document_id: str | None = None
    create: Operation | None = None
    newcomers: list[str] = field(default_factory=list)
    """Keys of participants and addresses that went out inline and whose ids a GET has yet to show."""
    events: list[EventEntry] = field(default_factory=list)
    """In timeline order: by time, then by arrival."""
    batch: Batch | None = None
    files: dict[str, FileEntry] = field(default_factory=dict)
    waits: list[Wait] = field(default_factory=list)
    wanted_by: list[str] = field(default_factory=list)
    """External ids of documents whose events relate to this one and wait until it is confirmed."""
    holds: list[Hold] = field(default_factory=list)
    last_confirmed: datetime | None = None
    """When the newest effect was confirmed: reads may lag behind it."""
    verified_at: datetime | None = None
    """When the document was read back after CLOSE and found whole."""
    verification_failed: bool = False
    """It was read back after CLOSE and found wrong: a person must look, no machine can mend it."""
    waiting_since: datetime | None = None
    """Since when something in it waits that no message on a queue will bring back: `sweep` looks after it."""
    version: int = 0
    """Counts the writes; each write is conditional on it. 0: not in the ledger yet."""

    @property
    def created(self) -> bool:
        """Whether the document stands on the network for certain."""
        return self.create is not None and self.create.stage is Stage.CONFIRMED

    def event(self, external_id: str) -> EventEntry | None:
        """The entry of that external id."""
        return next((entry for entry in self.events if entry.external_id == external_id), None)

    @property
    def closing_event(self) -> EventEntry | None:
        """The CLOSE that was confirmed, if any."""
        return self._confirmed("CLOSE")

    @property
    def cancelling_event(self) -> EventEntry | None:
        """The CANCEL that was confirmed, if any."""
        return self._confirmed("CANCEL")

    def _confirmed(self, name: str) -> EventEntry | None:
        return next((e for e in self.events if e.name == name and e.state is EventState.CONFIRMED), None)
