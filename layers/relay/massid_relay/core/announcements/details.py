"""The contract of announcements: what stands in `detail` of an EventBridge event of ours, by its detail type.

Ids, names of event types and times only: nothing of a payload, no label, no reason's text (invariant 7). A new optional field
keeps the version; anything else is a new version.
"""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from massid_relay.core.clock import iso

VERSION: Literal[1] = 1
SOURCE = "massid-relay"
"""EventBridge's `source` of all of them."""

_NAMESPACE = uuid.UUID("0b1f8f0e-6d53-5c0f-9f0a-3f6a5e1b7c44")


class DetailType(StrEnum):
    """EventBridge's `detail-type`."""

    CONFIRMED = "Operations Confirmed"
    DEAD = "Operations Dead"
    REDRIVEN = "Dead Letter Redriven"
    DISCARDED = "Dead Letter Discarded"
    COMPLETED = "Lifecycle Completed"
    FAILED = "Lifecycle Failed"
    ORDER = "Order Status Changed"


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid")


Moment = Annotated[
    datetime,
    PlainSerializer(iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""`YYYY-MM-DDTHH:MM:SS.sssZ`."""


class CreatedDocument(_Part):
    """The document stands on the network, under the detail's `documentId`."""

    kind: Literal["document"]


class AppendedEvent(_Part):
    """The event stands on the document. `event_id` is the network's id of it, where the network told one."""

    kind: Literal["event"]
    external_id: str
    name: str
    event_id: str | None = None


class AttachedFile(_Part):
    """The platform holds the file."""

    kind: Literal["file"]
    file_name: str
    attachment_id: str | None = None


class VerifiedDocument(_Part):
    """The document was read back after CLOSE and found whole: nothing of it will change any more, but RELATED."""

    kind: Literal["verification"]


class PlacedOrder(_Part):
    """The order stands at Carbonext, under `order_id`."""

    kind: Literal["order"]
    external_id: str
    order_id: str | None = None


class CancelledOrder(_Part):
    """The order is cancelled; without `order_id` it was cancelled before anything was ordered."""

    kind: Literal["order-cancellation"]
    external_id: str
    order_id: str | None = None


ConfirmedOperation = Annotated[
    CreatedDocument | AppendedEvent | AttachedFile | VerifiedDocument | PlacedOrder | CancelledOrder,
    Field(discriminator="kind"),
]


class DeadOperation(_Part):
    """What lies dead, and the dead letter that tells why (`massid dead-letters`). `fields` are the paths of what was wrong."""

    kind: Literal["submission", "document", "file", "event", "order", "bulk-file"]
    external_id: str | None = None
    """The event's; none if a message lies dead as a whole."""
    file_name: str | None = None
    bulk_run: str | None = None
    """The bulk file's run: its report in the bucket, and the log, bear it."""
    dead_letter_id: str
    error_type: str
    fields: tuple[str, ...] = ()
    vendor_error_id: str | None = None


class OrderStanding(_Part):
    """One order: `state` is how it stands with us, `status` how it stands at Carbonext."""

    external_id: str
    order_id: str | None = None
    state: str
    status: str | None = None


class _Detail(_Part):
    version: Literal[1]
    id: str = Field(json_schema_extra={"format": "uuid"})
    """The same change of the ledger, announced again, has the same id."""
    at: Moment
    """When the ledger took the change, to the second."""
    external_id: str | None = None
    """The document's."""
    document_id: str | None = None
    generation: int | None = Field(default=None, ge=1)
    sequence: int | None = Field(default=None, ge=1)
    """Counts the writes of the record that this tells of: the order's, or the document's in its generation."""


class OperationsConfirmed(_Detail):
    """One change of a record that made one or more operations certain."""

    operations: tuple[ConfirmedOperation, ...] = Field(min_length=1)


class OperationsDead(_Detail):
    """Operations that can't succeed as they are; each waits for `massid redrive` or `massid discard`."""

    operations: tuple[DeadOperation, ...] = Field(min_length=1)


class DeadLetterSettled(_Detail):
    """A person sent the dead letter back, or gave it up."""

    operations: tuple[DeadOperation, ...] = Field(min_length=1)


class LifecycleEnded(_Detail):
    """A run of the lifecycle came to its end, good or bad. Of a failed one, what lies dead was announced by itself."""

    run: int = Field(ge=1)


class OrderStatusChanged(_Detail):
    """An order's state with us or its status at Carbonext changed."""

    order: OrderStanding


Detail = OperationsConfirmed | OperationsDead | DeadLetterSettled | LifecycleEnded | OrderStatusChanged


class Announcement(BaseModel):
    """One event for the bus."""

    model_config = ConfigDict(frozen=True)

    detail_type: DetailType
    detail: Detail

    @property
    def detail_json(self) -> str:
        """As it is published. What is not known is left out."""
        return self.detail.model_dump_json(by_alias=True, exclude_none=True)


def stable_id(*parts: object) -> str:
    """An id made of what names the change, never of chance or time."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts)))
