"""The messages of our queues: a version, an external id, and a payload or a reference to a stored one."""

from datetime import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from massid_relay.core.evidence import check_file_name
from massid_relay.core.identity import derived_event_external_id
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages.base import ExternalId, Message, Number, Text, problem
from massid_relay.core.messages.document import Document
from massid_relay.core.messages.event import Event
from massid_relay.core.messages.payload import payload_of

Version = Literal[1]
Select = Literal["timeline", "closing", "cancel"]
WakeReason = Literal["DocumentConfirmed", "FileAttached", "Released", "Swept", "Verify"]
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
    """A carbon offset to be ordered once the MassID is closed: so many VCUs, or given kilograms of CO2e."""

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
    document: Document
    events: list[Event] = Field(default_factory=list)
    evidence: list[Text] = Field(default_factory=list)
    methodology: Literal["bold-recycling", "bold-carbon"] | None = None
    preflight: Literal["refuse", "warn", "off"] | None = None
    order: Order | None = None
    on_failure: Literal["cancel", "keep"] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        require_same_external_id(self.document, self.external_id)
        identify(self.external_id, self.events)
        _require_end_in_order(self.events)
        for number, name in enumerate(self.evidence):
            check_file_name(name, f"evidence.{number}")
        if len(self.evidence) != len(set(self.evidence)):
            raise problem("names a file twice", "evidence")
        for number, event in enumerate(self.events):
            if any(name not in self.evidence for name in event.file_names):
                raise problem("names a file that is not listed in evidence", f"events.{number}.attachments")
        return self

    def to_payload(self) -> JsonObject:
        """The submission as it is stored: complete enough to be parsed again as it was."""
        return payload_of(self)


class SubmissionReference(Message):
    """A stored submission once more: a redrive starts its next run."""

    version: Version
    external_id: ExternalId
    submission_ref: Reference


class DocumentMessage(Message):
    """Documents queue: create this document."""

    version: Version
    external_id: ExternalId
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

    version: Version
    document_external_id: ExternalId
    events: list[Event] | None = None
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
            _check_files(self.events)
        return self


class WakeMessage(Message):
    """Events queue: something that the document's timeline waited for has come."""

    version: Version
    document_external_id: ExternalId
    wake: WakeReason


class EvidenceRequest(Message):
    """Evidence queue: attach these files as soon as they lie in the bucket."""

    version: Version
    document_external_id: ExternalId
    file_names: list[Text] = Field(min_length=1)
    task_token: Text | None = None

    @model_validator(mode="after")
    def _good_names(self) -> Self:
        for number, name in enumerate(self.file_names):
            check_file_name(name, f"fileNames.{number}")
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


def require_same_external_id(document: Document, external_id: str) -> None:
    """A payload pasted from elsewhere may carry its own external id; it must be the envelope's."""
    if document.external_id not in {None, external_id}:
        raise problem("is not the message's externalId", "document.externalId")


def _check_files(events: list[Event]) -> None:
    for number, event in enumerate(events):
        for name in event.file_names:
            check_file_name(name, f"events.{number}.attachments")


def _require_end_in_order(events: list[Event]) -> None:
    """At most one CLOSE; nothing but RELATED after it; nothing after CANCEL."""
    ends: dict[str, datetime | None] = {}
    for number, event in enumerate(events):
        if event.name in {"CLOSE", "CANCEL"}:
            if event.name in ends:
                raise problem(f"is a second {event.name}", f"events.{number}")
            ends[event.name] = event.external_created_at
    for number, event in enumerate(events):
        for name, at in ends.items():
            late = at is not None and event.external_created_at is not None and event.external_created_at > at
            if late and not (name == "CLOSE" and event.name in {"RELATED", "CANCEL"}):
                raise problem(f"lies after {name}", f"events.{number}.externalCreatedAt")
