"""Bodies of answers, for the served OpenAPI description. The sandbox itself writes plain dictionaries."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, create_model
from pydantic.alias_generators import to_camel

Number = Annotated[Decimal, WithJsonSchema({"type": "number"})]
"""Left alone, pydantic describes a Decimal that is written as a string."""


class Answer(BaseModel):
    """Fields are spelled in camel case on the wire; more may come than is described."""

    model_config = ConfigDict(alias_generator=to_camel, extra="allow")


class Token(BaseModel):
    """Answer of the token endpoint (docs.carrot.eco, api/authentication)."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str


class OAuthError(BaseModel):
    """Refusal of the token endpoint, as RFC 6749 section 5.2 writes it."""

    error: str


class CreatedDocument(Answer):
    """Answer of POST /documents."""

    id: str


class AppendedEvent(Answer):
    """Answer of POST /documents/{documentId}/events."""

    document_id: str
    event_id: str


class AppendedBatchEvent(Answer):
    """One event of a batch."""

    event_id: str
    target_document_id: str


class AppendedBatch(Answer):
    """Answer of POST /documents/events; `events` in the order of the request."""

    document_id: str
    events: list[AppendedBatchEvent]


class VendorError(BaseModel):
    """One error."""

    code: str
    message: str
    id: str
    timestamp: str


class ErrorBody(Answer):
    """Every refusal but 429 (docs.carrot.eco, api/errors)."""

    status_code: int
    errors: list[VendorError]


class Throttled(BaseModel):
    """429 (docs.carrot.eco, integrations/reference/rate-limits)."""

    message: str


class StoredParticipant(Answer):
    id: str
    pii_snapshot_id: str
    name: str
    country_code: str
    tax_id: str
    tax_id_type: str
    type: str


class StoredAddress(Answer):
    id: str
    participant_id: str
    pii_snapshot_id: str
    country_code: str
    country_state: str
    city: str
    street: str
    number: str


class Author(Answer):
    client_id: str
    participant_id: str
    data_set_name: str


class StoredAttribute(Answer):
    name: str
    is_public: bool


class StoredMetadata(Answer):
    attributes: list[StoredAttribute]


class StoredEventAttachment(Answer):
    attachment_id: str
    content_length: int
    is_public: bool
    label: str


class StoredEvent(Answer):
    id: str
    name: str
    external_created_at: str
    is_public: bool
    participant: StoredParticipant
    address: StoredAddress
    author: Author
    metadata: StoredMetadata | None = None
    attachments: list[StoredEventAttachment] | None = None
    value: Number | None = None


class StoredAttachment(Answer):
    id: str
    file_name: str
    content_length: int


class StoredDocument(Answer):
    """Answer of GET /documents/{id}: the shape in which auditors load it."""

    id: str
    category: str
    type: str
    status: Literal["OPEN", "CLOSED", "CANCELLED"]
    current_value: Number
    measurement_unit: str
    data_set_name: str
    created_at: str
    updated_at: str
    external_created_at: str
    is_public: bool
    is_publicly_searchable: bool
    author: Author
    primary_participant: StoredParticipant
    primary_address: StoredAddress
    external_events: list[StoredEvent]
    attachments: list[StoredAttachment]


class Upload(Answer):
    """Answer of PUT …/attachments/{fileName}; the URL's field is named by a setting."""

    attachment_id: str


class Download(Answer):
    """Answer of GET …/attachments/{fileName}; the URL's field is named by a setting."""

    attachment_id: str


def with_url(answer: type[Answer], field: str) -> type[Answer]:
    """The answer with its URL under that field name."""
    url: Any = (str, Field(alias=field))
    return create_model(f"{answer.__name__}Url", __base__=answer, url=url)
