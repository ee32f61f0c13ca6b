"""One event of a timeline, in Carrot's own field names."""

import unicodedata
from functools import cached_property
from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator

from massid_relay.core.jsons import JsonObject, content_hash
from massid_relay.core.messages.base import ExternalId, JsonValue, Message, Moment, Number, Text, problem
from massid_relay.core.messages.parties import WithParties
from massid_relay.core.messages.payload import payload_of
from massid_relay.core.messages.permissions import JsonObjectValue, Permissions
from massid_relay.core.messages.shape import also_spelt, one_of, only_in_capitals, without_default

ACTOR = "ACTOR"
RELATED = "RELATED"
RESERVED = frozenset({ACTOR, RELATED, "CLOSE", "CANCEL", "UPDATE", "SPLIT", "OUTPUT"})
"""Carrot's own types (docs.carrot.eco, api/events). In another case they would go out as a custom event, past every rule of
the status."""
PRIVATE_LABELS = ("Waste Generator", "Hauler")
PRIVATE_NAMES = ("Pick-up", "Transport Manifest")
TIMELESS = frozenset({"CLOSE", "CANCEL"})
"""Events that may come without a time: they take the last event's, never the clock's (core/completion.py)."""


class Attribute(Message):
    """One entry of `metadata.attributes`. `sensible` is the pages' other spelling of `sensitive` (core/migration).

    Without `isPublic` it becomes as public as its event, when it is sent.
    """

    model_config = ConfigDict(json_schema_extra=also_spelt("sensible", "sensitive"))
    keeps_null = frozenset({"value"})

    name: Text
    value: JsonValue = None
    format: Text | None = None
    is_public: bool | None = None
    sensitive: bool | None = None
    type: Text | None = None
    value_prefix: Text | None = None
    value_suffix: Text | None = None


class Metadata(Message):
    """An event's attributes."""

    attributes: list[Attribute] = Field(default_factory=list)


class AttachmentReference(Message):
    """A file of the evidence bucket that belongs to this event."""

    file_name: Text
    label: Text
    is_public: bool | None = None


class RelatedDocument(Message):
    """The other document of a RELATED event: by the network's id, or by your external id, which goes out as the network's.
    Only its stored form is known (methodology-rules, document-event.types.ts)."""

    model_config = ConfigDict(json_schema_extra=one_of("documentId", "documentExternalId"))

    document_id: Text | None = None
    document_external_id: ExternalId | None = None
    category: Text | None = None
    type: Text | None = None
    subtype: Text | None = None
    bidirectional: bool | None = None

    @model_validator(mode="after")
    def _one_name(self) -> Self:
        if (self.document_id is None) == (self.document_external_id is None):
            raise problem("send documentId or documentExternalId, one of them", "documentId")
        return self


class Event(WithParties):
    """Body of POST /documents/{documentId}/events (docs.carrot.eco, api/events, integrations/reference/event-specification,
    integrations/guides/permissions). Payloads of UPDATE, SPLIT and OUTPUT are documented nowhere: `updates` and `target` are
    passed on."""

    name: Text = Field(json_schema_extra=only_in_capitals(RESERVED))
    label: Text | None = None
    external_created_at: Moment | None = None
    is_public: bool = Field(
        default=False,
        description="Absent: false for the generator's and the hauler's data, true otherwise.",
        json_schema_extra=without_default,
    )
    metadata: Metadata | None = None
    value: Number | None = None
    attachments: list[AttachmentReference] = Field(default_factory=list)
    permissions: Permissions | None = None
    related_document: RelatedDocument | None = None
    updates: JsonObjectValue | None = None
    target: JsonObjectValue | None = None
    preserve_sensitive_data: bool | None = None
    propagate_event: bool | None = None
    external_id: ExternalId | None = None
    deduplication_id: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_public_as_its_role(cls, value: Any) -> Any:
        return {"isPublic": is_public_by_role(value)} | value if isinstance(value, dict) else value

    @property
    def needs_parties(self) -> bool:
        """An ACTOR says who and where (docs.carrot.eco, integrations/guides/submitting-a-mass-id). About other events the
        pages disagree: the specification demands both, the API reference shows Pick-up and CLOSE with neither."""
        return self.name == ACTOR

    @model_validator(mode="after")
    def _no_look_alike(self) -> Self:
        """Refused and not set right: CLOSE and CANCEL can't be taken back, so nobody guesses at them."""
        plain = unicodedata.normalize("NFKC", self.name)
        meant = "".join(c for c in plain if unicodedata.category(c) != "Cf").strip().upper()
        if meant in RESERVED and meant != self.name:
            raise problem(f"is reserved: write {meant}, or call an event of your own something else", "name")
        return self

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.name == ACTOR and self.label is None:
            raise problem("is required: the role, e.g. Waste Generator", "label")
        if self.external_created_at is None and self.name not in TIMELESS:
            raise problem("is required", "externalCreatedAt")
        if self.name == RELATED and self.related_document is None:
            raise problem("is required: the other document", "relatedDocument")
        names = [reference.file_name for reference in self.attachments]
        if len(names) != len(set(names)):
            raise problem("names a file twice", "attachments")
        return self

    @property
    def file_names(self) -> tuple[str, ...]:
        """Files that must be attached before this event may go out."""
        return tuple(reference.file_name for reference in self.attachments)

    def to_payload(self) -> JsonObject:
        """What goes to the network, in camelCase, without our own ids."""
        return self._payload

    @cached_property
    def _payload(self) -> JsonObject:
        """Made once: it is hashed and stored."""
        return payload_of(self, without={"externalId", "deduplicationId"})

    @property
    def content_hash(self) -> str:
        """The same for the same content, whatever the order of fields and the form of numbers and times."""
        return content_hash(self.to_payload())


def is_public_by_role(event: JsonObject) -> bool:
    """What an event is that doesn't say so, the default of its role: generator and hauler private, processor and recycler public
    (docs.carrot.eco, integrations/guides/privacy-and-masking)."""
    return event.get("label") not in PRIVATE_LABELS and event.get("name") not in PRIVATE_NAMES
