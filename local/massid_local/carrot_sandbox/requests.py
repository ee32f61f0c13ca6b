"""Bodies of requests, in the vendor's field names. They validate what comes in and describe it in OpenAPI.

Known fields are the union of what the pages show (docs.carrot.eco: guides/submitting-a-mass-id, api/documents, api/events,
integrations/reference/event-specification, guides/file-uploads).
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from massid_local.carrot_sandbox.fields import (
    CountryCode,
    DeduplicationId,
    Flag,
    Latitude,
    Longitude,
    Mass,
    Moment,
    TaxId,
    Text,
    ZipCode,
)

JsonSchema = dict[str, Any]


def _never_both(*fields: str) -> JsonSchema:
    return {"not": {"required": list(fields)}}


def _exactly_one(*fields: str) -> JsonSchema:
    return {"oneOf": [{"required": [field]} for field in fields]}


class VendorModel(BaseModel):
    """Fields are spelled in camel case on the wire."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)

    def wire(self) -> dict[str, Any]:
        """What was sent, without what was not; numbers as they came."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class InlineParticipant(VendorModel):
    """A participant sent as an object. The event reference shows one with an `id`; a known id wins over the rest."""

    id: Text | None = None
    country_code: CountryCode
    name: Text
    tax_id: TaxId
    tax_id_type: Text
    type: Literal["PERSON", "COMPANY"]
    business_name: Text | None = None
    email: Text | None = None
    mobile_number: Text | None = None


class InlineAddress(VendorModel):
    """An address sent as an object. The street number is a string."""

    id: Text | None = None
    city: Text
    country_code: CountryCode
    country_state: Text
    latitude: Latitude
    longitude: Longitude
    name: Text
    neighborhood: Text
    number: Text
    street: Text
    zip_code: ZipCode
    complement: Text | None = None


class Attribute(VendorModel):
    """One entry of `metadata.attributes`. Pages write `sensible`, the auditor's code reads `sensitive`: both are taken."""

    name: Text
    value: Any = None
    format: Literal["CUBIC_METER", "DATE", "KILOGRAM", "LITER"] | None = None
    is_public: Flag | None = None
    sensitive: Flag | None = None
    sensible: Flag | None = None
    type: Text | None = None
    value_prefix: Text | None = None
    value_suffix: Text | None = None


class Metadata(VendorModel):
    """`attributes` is the only key that any page shows."""

    attributes: list[Attribute]


class AttachmentReference(VendorModel):
    """A file that was uploaded to the same document before."""

    attachment_id: Text
    content_length: Annotated[int, Field(strict=True, ge=1)]
    is_public: Flag
    label: Text


class RelatedDocument(VendorModel):
    """The other end of a RELATED event."""

    document_id: Text
    category: Text | None = None
    type: Text | None = None
    subtype: Text | None = None
    bidirectional: Flag | None = None


class _Parties(VendorModel):
    participant: InlineParticipant | None = None
    participant_id: Text | None = None
    address: InlineAddress | None = None
    address_id: Text | None = None

    @model_validator(mode="after")
    def _never_both(self) -> Self:
        if self.participant and self.participant_id:
            raise ValueError("send either participant or participantId, not both")
        if self.address and self.address_id:
            raise ValueError("send either address or addressId, not both")
        return self


class DocumentRequest(_Parties):
    """POST /documents (docs.carrot.eco, api/documents and guides/submitting-a-mass-id)."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [_exactly_one("participant", "participantId"), _exactly_one("address", "addressId")]
        }
    )

    category: Text
    type: Text
    subtype: Text | None = None
    measurement_unit: Text | None = None
    external_created_at: Moment
    is_public: Flag
    is_publicly_searchable: Flag
    title: Text | None = None
    short_title: Text | None = None
    tags: dict[Text, Text | None] | None = None
    external_id: Text | None = None
    deduplication_id: DeduplicationId | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if not (self.participant or self.participant_id):
            raise ValueError("one of participant and participantId is required")
        if not (self.address or self.address_id):
            raise ValueError("one of address and addressId is required")
        return self


class EventRequest(_Parties):
    """POST /documents/{documentId}/events (docs.carrot.eco, api/events and reference/event-specification)."""

    model_config = ConfigDict(
        json_schema_extra={"allOf": [_never_both("participant", "participantId"), _never_both("address", "addressId")]}
    )

    name: Text
    label: Text | None = None
    external_created_at: Moment
    is_public: Flag
    value: Mass | None = None
    metadata: Metadata | None = None
    attachments: list[AttachmentReference] | None = None
    related_document: RelatedDocument | None = None
    permissions: dict[str, Any] | list[Any] | None = None
    updates: dict[str, Any] | None = None
    target: dict[str, Any] | None = None
    propagate_event: Flag | None = None
    preserve_sensitive_data: Flag | None = None
    external_id: Text | None = None
    deduplication_id: DeduplicationId | None = None

    @model_validator(mode="after")
    def _related_to_something(self) -> Self:
        if self.name == "RELATED" and self.related_document is None:
            raise ValueError("relatedDocument is required for RELATED")
        return self


class BatchRequest(VendorModel):
    """POST /documents/events: events of one document, in order. The document's field is named by a setting."""

    document_id: Text
    events: Annotated[list[EventRequest], Field(min_length=1)]


class UploadRequest(VendorModel):
    """PUT /documents/{documentId}/attachments/{fileName} (docs.carrot.eco, integrations/guides/file-uploads)."""

    content_length: Annotated[int, Field(strict=True, ge=1)]
    content_type: Annotated[Text, Field(pattern=r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$")]
