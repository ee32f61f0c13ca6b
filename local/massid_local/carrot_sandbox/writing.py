"""The three writes: create a document, append an event, append a batch. Each checks everything, then takes effect at once."""

from collections.abc import Mapping
from typing import Any, TypeVar

from massid_relay.core.jsons import JsonObject
from pydantic import ValidationError

from massid_local.carrot_sandbox import rules
from massid_local.carrot_sandbox.appending import (
    Appending,
    Caller,
    ids_shown,
    parties_of,
    without_parties,
)
from massid_local.carrot_sandbox.deduplication import Operation, operation
from massid_local.carrot_sandbox.documents import Document, Event
from massid_local.carrot_sandbox.fields import moment_of
from massid_local.carrot_sandbox.problems import Problem, invalid, of_validation
from massid_local.carrot_sandbox.requests import BatchRequest, DocumentRequest, EventRequest, VendorModel
from massid_local.carrot_sandbox.sandbox import Sandbox
from massid_local.carrot_sandbox.settings import SandboxSettings

Model = TypeVar("Model", bound=VendorModel)


def parsed(model: type[Model], body: Any, settings: SandboxSettings) -> Model:
    """The body as its model. Raises 400 that names each wrong field."""
    try:
        return model.model_validate(body, extra="forbid" if settings.unknown_fields == "reject" else "ignore")
    except ValidationError as error:
        raise of_validation(error) from None


def create_document(sandbox: Sandbox, caller: Caller, body: Any) -> JsonObject:
    """POST /documents. Raises Problem."""
    settings, now = sandbox.settings, sandbox.now()
    request = parsed(DocumentRequest, body, settings)
    client_id = caller.credential.client_id
    wanted = operation(client_id, "document", "documents", body, request.deduplication_id, settings)
    if answer := sandbox.deduplication.recall(wanted, settings, now):
        caller.entry.replayed += 1
        caller.entry.document_id = answer["id"]
        return answer
    document = _new_document(sandbox, caller, request)
    sandbox.documents[document.id] = document
    caller.entry.document_id = document.id
    answer = {"id": document.id} | ids_shown(document.participant, document.address, settings)
    sandbox.deduplication.remember(wanted, answer, now)
    return answer


def append_event(sandbox: Sandbox, caller: Caller, document_id: str, body: Any) -> JsonObject:
    """POST /documents/{documentId}/events. Raises Problem."""
    request = parsed(EventRequest, body, sandbox.settings)
    appending = Appending(sandbox, caller, document_id)
    answer = appending.add(request, _event_operation(sandbox, caller, document_id, request, body))
    appending.commit()
    return answer


def append_batch(sandbox: Sandbox, caller: Caller, body: Any) -> JsonObject:
    """POST /documents/events. Atomic: all or none. Not atomic: the events before the refused one stay. Raises Problem."""
    settings = sandbox.settings
    request = _parsed_batch(body, settings)
    appending = Appending(sandbox, caller, request.document_id)
    answers: list[JsonObject] = []
    for index, (event, sent) in enumerate(zip(request.events, body["events"], strict=True)):
        honoured = settings.deduplication_in_batch == "honoured"
        wanted = _event_operation(sandbox, caller, request.document_id, event, sent) if honoured else None
        try:
            answers.append(appending.add(event, wanted))
        except Problem as problem:
            raise _inside_batch(problem, index) from None
        if settings.batch == "not-atomic":
            appending.commit()
    appending.commit()
    return {
        "documentId": request.document_id,
        "events": [{"eventId": answer["eventId"], "targetDocumentId": request.document_id} for answer in answers],
    }


def _new_document(sandbox: Sandbox, caller: Caller, request: DocumentRequest) -> Document:
    settings, now = sandbox.settings, sandbox.now()
    if settings.measurement_unit_required and not request.measurement_unit:
        raise invalid("measurementUnit: Field required")
    rules.not_in_the_future(request.external_created_at, settings, now)
    draft = sandbox.draft(caller.credential.data_set)
    participant, address = parties_of(request, draft)
    draft.commit()
    author = sandbox.author(caller.credential)
    document = Document(sandbox.identifiers.uuid(), without_parties(request), author, participant, address, now)
    if settings.system_event:
        document.events.append(_system_actor(sandbox, caller, document))
    return document


def _system_actor(sandbox: Sandbox, caller: Caller, document: Document) -> Event:
    """The ACTOR event that the platform adds to every document (docs.carrot.eco, integrations/guides/permissions).

    It has no label: the auditor's rules want each label once, and the integrator sends them.
    """
    participant, address = sandbox.company(caller.credential)
    created_at = document.fields["externalCreatedAt"]
    return Event(
        id=sandbox.identifiers.event(),
        fields={"name": "ACTOR", "externalCreatedAt": created_at, "isPublic": False},
        moment=moment_of(created_at),
        appended_at=document.created_at,
        participant=participant,
        address=address,
        author=sandbox.platform_author(caller.credential),
        is_system=True,
    )


def _event_operation(
    sandbox: Sandbox, caller: Caller, document_id: str, request: EventRequest, body: JsonObject
) -> Operation | None:
    client_id = caller.credential.client_id
    return operation(client_id, "event", document_id, body, request.deduplication_id, sandbox.settings)


def _parsed_batch(body: Any, settings: SandboxSettings) -> BatchRequest:
    """A batch names its document in a field that no page shows: the setting says which."""
    field = settings.batch_document_field
    if isinstance(body, Mapping) and field != "documentId":
        if "documentId" in body and settings.unknown_fields == "reject":
            raise invalid("documentId: Extra inputs are not permitted")
        body = {("documentId" if name == field else name): value for name, value in body.items()}
    return parsed(BatchRequest, body, settings)


def _inside_batch(problem: Problem, index: int) -> Problem:
    """The same refusal, said of one event of the batch."""
    return Problem(problem.status, *(f"events.{index}.{text}" for text in problem.messages), code=problem.code)
