"""One event of a timeline, in Carrot's own field names, older spellings brought up to date."""

from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator

from massid_relay.core.jsons import JsonObject, content_hash
from massid_relay.core.messages.base import ExternalId, JsonValue, Message, Moment, Number, Text, problem
from massid_relay.core.messages.parties import WithParties
from massid_relay.core.messages.payload import payload_of
from massid_relay.core.messages.shape import also_spelt, without_default

CURRENT_NAMES = {
    "PICK_UP": "Pick-up",
    "TRANSPORT_MANIFEST": "Transport Manifest",
    "WEIGHING": "Weighing",
    "DROP_OFF": "Drop-off",
    "Drop-Off": "Drop-off",
    "SORTING": "Sorting",
    "RECYCLED": "Recycled",
    "RECYCLING_MANIFEST": "Recycling Manifest",
}
"""The overview page writes PICK_UP; the auditor's code matches `Pick-up`, exactly
(methodology-rules, libs/shared/methodologies/bold/types/src/enum.types.ts)."""

CURRENT_LABELS = {
    "WASTE_GENERATOR": "Waste Generator",
    "HAULER": "Hauler",
    "PROCESSOR": "Processor",
    "RECYCLER": "Recycler",
    "INTEGRATOR": "Integrator",
}
ACTOR = "ACTOR"
OLD_NAMES = frozenset({"OPEN", "MOVE"})
OLD_ATTRIBUTES = {"actor-type": "the ACTOR's label", "move-type": "the event's own name, e.g. Drop-off"}
OLD_FIELDS = {
    "actor-type": "is the old form: send the role as the event's label, e.g. Waste Generator",
    "move-type": "is the old form: send the event under its own name, e.g. Drop-off",
}
"""docs.carrot.eco, integrations, "Migrating from a previous integration"."""

PRIVATE_LABELS = ("Waste Generator", "Hauler")
PRIVATE_NAMES = ("Pick-up", "Transport Manifest")
TIMELESS = frozenset({"CLOSE", "CANCEL"})
"""Events that may come without a time: they take the last event's, never the clock's (core/completion.py)."""


class Attribute(Message):
    """One entry of `metadata.attributes`. `sensible` is the pages' other spelling of `sensitive`.

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

    @model_validator(mode="before")
    @classmethod
    def _one_flag(cls, value: Any) -> Any:
        if isinstance(value, dict) and "sensible" in value:
            if "sensitive" in value:
                raise problem("send sensitive or sensible, not both", "sensible")
            value = {**value, "sensitive": value["sensible"]}
            del value["sensible"]
        return value

    @model_validator(mode="after")
    def _current_name(self) -> Self:
        """Title Case since the present API version (docs.carrot.eco, integrations/reference/data-formats)."""
        if self.name in OLD_ATTRIBUTES:
            raise problem(f"is the old form: now it is {OLD_ATTRIBUTES[self.name]}", "name")
        if "-" in self.name and self.name == self.name.lower():
            raise problem("is the old form: attribute names are in Title Case", "name")
        return self


class Metadata(Message):
    """An event's attributes."""

    attributes: list[Attribute] = Field(default_factory=list)


class AttachmentReference(Message):
    """A file of the evidence bucket that belongs to this event."""

    file_name: Text
    label: Text
    is_public: bool | None = None


class RelatedDocument(Message):
    """The other document of a RELATED event, by the network's id. Only its stored form is known
    (methodology-rules, document-event.types.ts)."""

    document_id: Text
    category: Text | None = None
    type: Text | None = None
    subtype: Text | None = None
    bidirectional: bool | None = None


class Event(WithParties):
    """Body of POST /documents/{documentId}/events (docs.carrot.eco, api/events, integrations/reference/event-specification,
    integrations/guides/permissions). Payloads of UPDATE, SPLIT and OUTPUT are documented nowhere: `updates` is passed on."""

    name: Text
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
    permissions: JsonValue = None
    related_document: RelatedDocument | None = None
    updates: JsonValue = None
    preserve_sensitive_data: bool | None = None
    propagate_event: bool | None = None
    external_id: ExternalId | None = None
    deduplication_id: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _current_spelling(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        value = dict(value)
        name, label = value.get("name"), value.get("label")
        if isinstance(name, str) and name in CURRENT_NAMES:
            value["name"] = CURRENT_NAMES[name]
        if name == ACTOR and isinstance(label, str) and label in CURRENT_LABELS:
            value["label"] = CURRENT_LABELS[label]
        value.setdefault("isPublic", _public(value))
        return value

    @property
    def needs_parties(self) -> bool:
        """An ACTOR says who and where (docs.carrot.eco, integrations/guides/submitting-a-mass-id). About other events the
        pages disagree: the specification demands both, the API reference shows Pick-up and CLOSE with neither."""
        return self.name == ACTOR

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.name in OLD_NAMES:
            raise problem("is the old form: send the event under its present name, e.g. Pick-up or Drop-off", "name")
        if self.name == ACTOR and self.label is None:
            raise problem("is required: the role, e.g. Waste Generator", "label")
        if self.external_created_at is None and self.name not in TIMELESS:
            raise problem("is required", "externalCreatedAt")
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
        return payload_of(self, without={"externalId", "deduplicationId"})

    @property
    def content_hash(self) -> str:
        """The same for the same content, whatever the order of fields and the form of numbers and times."""
        return content_hash(self.to_payload())


def _public(event: JsonObject) -> bool:
    """The default of its role: generator and hauler private, processor and recycler public
    (docs.carrot.eco, integrations/guides/privacy-and-masking)."""
    return event.get("label") not in PRIVATE_LABELS and event.get("name") not in PRIVATE_NAMES
