"""The messages of our queues: a version, an external id, and a payload or a reference to a stored one."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from massid_relay.core.evidence import check_file_name
from massid_relay.core.identity import derived_event_external_id
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages.base import ExternalId, Generation, Message, Number, Text, no_boolean, problem
from massid_relay.core.messages.document import Document
from massid_relay.core.messages.event import Event
from massid_relay.core.messages.payload import payload_of
from massid_relay.core.messages.shape import both, one_of, some_unless

CLOSE, CANCEL, RELATED = "CLOSE", "CANCEL", "RELATED"
ENDS = frozenset({CLOSE, CANCEL})
Version = Annotated[Literal[1], BeforeValidator(no_boolean)]
Select = Literal["timeline", "closing", "cancel"]
WakeReason = Literal["DocumentConfirmed", "FileAttached", "RelatedConfirmed", "Released", "Replaced", "Swept", "Verify"]
Reason = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"\S")]
"""Open text about a correction, not blanks alone. It is stored with the payload and goes nowhere else."""
Reference = Text
"""The name of a stored submission: the hash of its content."""


class CertificateRecipientInfo(Message):
    """Whom a Carbonext order is for (api-docs.carbonext.com.br, b2b-api-concepts/orders). Rules: order validation."""

    name: Text | None = None
    email: Text | None = None
    tax_id: Text | None = None
    retirement_name: Text | None = None
    retirement_email: Text | None = None
    retirement_tax_id: Text | None = None


class Order(Message):
    """A carbon offset to be ordered once the MassID is closed: so many VCUs (1 VCU = 1 t of CO2e), or given kilograms of CO2e.

    Field names are those of POST /v1/orders (api-docs.carbonext.com.br, b2b-api-concepts/orders).
    """

    model_config = ConfigDict(json_schema_extra=one_of("vcuAmount", "co2eKilograms"))

    external_id: ExternalId
    vcu_amount: Number | None = None
    co2e_kilograms: Number | None = Field(default=None, alias="co2eKilograms")
    target_currency: Text
    pay_with_balance: bool
    certificate_recipient_info: CertificateRecipientInfo | None = None
    meta_data: Text | None = None

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.vcu_amount is None) == (self.co2e_kilograms is None):
            raise problem("send vcuAmount or co2eKilograms, one of them", "vcuAmount")
        return self


class Submission(Message):
    """What the integrator knows so far about one MassID."""

    version: Version
    external_id: ExternalId
    generation: Generation = 1
    replace_reason: Reason | None = None
    document: Document
    events: list[Event] = Field(default_factory=list)
    evidence: list[Text] = Field(default_factory=list)
    methodology: Literal["bold-recycling", "bold-carbon"] | None = None
    preflight: Literal["refuse", "warn", "off"] | None = None
    order: Order | None = None
    on_failure: Literal["cancel", "keep"] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.generation > 1) != (self.replace_reason is not None):
            raise problem("goes with a generation from 2 on, and with each of them", "replaceReason")
        require_same_external_id(self.document, self.external_id)
        identify(self.external_id, self.events)
        _require_other_documents(self.external_id, self.events)
        _require_end_in_order(self.events)
        _require_listed(self.events, self.evidence)
        return self

    def to_payload(self) -> JsonObject:
        """The submission as it is stored: parsed again it is the same."""
        return payload_of(self)


class SubmissionReference(Message):
    """A stored submission once more: a redrive starts its next run. `afterRun`: only if that run is still the newest, and did not
    end well."""

    version: Version
    external_id: ExternalId
    submission_ref: Reference
    after_run: int | None = Field(default=None, ge=1)


class DocumentMessage(Message):
    """Documents queue: create this document."""

    model_config = ConfigDict(json_schema_extra=one_of("document", "submissionRef"))

    version: Version
    external_id: ExternalId
    generation: Generation = 1
    document: Document | None = None
    submission_ref: Reference | None = None
    task_token: Text | None = None

    @model_validator(mode="after")
    def _one_payload(self) -> Self:
        if (self.document is None) == (self.submission_ref is None):
            raise problem("send document or submissionRef, one of them", "document")
        if self.document is not None:
            require_same_external_id(self.document, self.external_id)
        return self


class EventsMessage(Message):
    """Events queue, in the document's FIFO group: append these events."""

    model_config = ConfigDict(json_schema_extra=both(one_of("events", "submissionRef"), one_of("events", "select")))

    version: Version
    document_external_id: ExternalId
    generation: Generation = 1
    events: list[Event] | None = None
    reason: Reason | None = None
    submission_ref: Reference | None = None
    select: Select | None = None
    task_token: Text | None = None

    @model_validator(mode="after")
    def _one_payload(self) -> Self:
        if (self.events is None) == (self.submission_ref is None):
            raise problem("send events or submissionRef, one of them", "events")
        if (self.submission_ref is None) != (self.select is None):
            raise problem("goes with submissionRef, and only with it", "select")
        if self.events is not None:
            if not self.events:
                raise problem("must not be empty", "events")
            identify(self.document_external_id, self.events)
            _require_other_documents(self.document_external_id, self.events)
            _check_files(self.events)
        if self.reason is not None and not (self.events and self.only_cancels):
            raise problem("goes with CANCEL alone", "reason")
        return self

    @property
    def only_cancels(self) -> bool:
        """Whether it asks for nothing but the document's CANCEL."""
        return self.select == "cancel" or (
            self.events is not None and all(event.name == CANCEL for event in self.events)
        )


class WakeMessage(Message):
    """Events queue: something that the document's timeline waited for has come."""

    version: Version
    document_external_id: ExternalId
    wake: WakeReason


class EvidenceRequest(Message):
    """Evidence queue: attach these files as soon as they lie in the bucket. A lifecycle's step may ask for none."""

    model_config = ConfigDict(json_schema_extra=some_unless("fileNames", "taskToken"))

    version: Version
    document_external_id: ExternalId
    generation: Generation = 1
    file_names: list[Text]
    task_token: Text | None = None

    @model_validator(mode="after")
    def _good_names(self) -> Self:
        if not self.file_names and self.task_token is None:
            raise problem("must not be empty", "fileNames")
        _check_names(self.file_names, "fileNames")
        return self


def event_external_id(document: str, event: Event) -> str:
    """The event's external id: as given, or derived from document, name, label and time."""
    return event.external_id or derived_event_external_id(document, event.name, event.label, event.external_created_at)


def identify(document: str, events: list[Event]) -> dict[str, Event]:
    """Events by their external id, given or derived. Two equal ones are an error that names both."""
    found: dict[str, int] = {}
    for number, event in enumerate(events):
        external_id = event_external_id(document, event)
        if external_id in found:
            raise problem(f"has the external id of events.{found[external_id]}", f"events.{number}")
        found[external_id] = number
    return {external_id: events[number] for external_id, number in found.items()}


def _require_other_documents(document: str, events: list[Event]) -> None:
    """An event relates its document to another one."""
    for number, event in enumerate(events):
        if event.related_document is not None and event.related_document.document_external_id == document:
            raise problem("is the document itself", f"events.{number}.relatedDocument.documentExternalId")


def require_same_external_id(document: Document, external_id: str) -> None:
    """A payload pasted from elsewhere may carry its own external id; it must be the envelope's."""
    if document.external_id not in {None, external_id}:
        raise problem("is not the message's externalId", "document.externalId")


def _check_names(names: list[str], path: str) -> None:
    for number, name in enumerate(names):
        check_file_name(name, f"{path}.{number}")
    if len(names) != len(set(names)):
        raise problem("names a file twice", path)


def _check_files(events: list[Event]) -> None:
    for number, event in enumerate(events):
        for place, name in enumerate(event.file_names):
            check_file_name(name, f"events.{number}.attachments.{place}.fileName")


def _require_listed(events: list[Event], evidence: list[str]) -> None:
    """Every file of an event is listed in `evidence`, each once."""
    _check_names(evidence, "evidence")
    for number, event in enumerate(events):
        for place, name in enumerate(event.file_names):
            if name not in evidence:
                raise problem("is not listed in evidence", f"events.{number}.attachments.{place}.fileName")


def _require_end_in_order(events: list[Event]) -> None:
    """At most one CLOSE or CANCEL; nothing but RELATED after CLOSE; nothing after CANCEL
    (docs.carrot.eco, integrations/guides/submitting-a-mass-id, "Document status lifecycle")."""
    ends = [number for number, event in enumerate(events) if event.name in ENDS]
    if len(ends) > 1:
        raise problem(
            f"comes beside events.{ends[0]}: a document ends once, by CLOSE or by CANCEL", f"events.{ends[1]}"
        )
    for number in ends:
        _require_last(events, events[number])


def _require_last(events: list[Event], end: Event) -> None:
    if end.external_created_at is None:
        return
    for number, event in enumerate(events):
        at = event.external_created_at
        if at is not None and at > end.external_created_at and not (end.name == CLOSE and event.name == RELATED):
            raise problem(f"lies after {end.name}", f"events.{number}.externalCreatedAt")
