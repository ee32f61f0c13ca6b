"""Events on their way into one document: checked one by one against those before them, and kept together."""

from dataclasses import dataclass
from datetime import timedelta

from massid_relay.core.jsons import JsonObject

from massid_local.carrot_sandbox import rules
from massid_local.carrot_sandbox.deduplication import Key, Operation
from massid_local.carrot_sandbox.documents import Document, Event
from massid_local.carrot_sandbox.fields import moment_of
from massid_local.carrot_sandbox.journal import Entry
from massid_local.carrot_sandbox.parties import Entity, PartiesDraft
from massid_local.carrot_sandbox.problems import conflict, pending
from massid_local.carrot_sandbox.requests import DocumentRequest, EventRequest
from massid_local.carrot_sandbox.sandbox import Sandbox
from massid_local.carrot_sandbox.settings import Credential, SandboxSettings

PARTY_FIELDS = frozenset({"participant", "participantId", "address", "addressId"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and the log entry of the call."""

    credential: Credential
    entry: Entry


class Appending:
    """Events that are checked but not yet there: `commit` makes all of them stand at once, or nobody ever sees them."""

    def __init__(self, sandbox: Sandbox, caller: Caller, document_id: str) -> None:
        self._sandbox = sandbox
        self._caller = caller
        self._now = sandbox.now()
        self._draft = sandbox.draft(caller.credential.data_set)
        self._document_id = document_id
        self._document: Document | None = None
        self._events: list[Event] = []
        self._answers: dict[Key, tuple[Operation, JsonObject]] = {}

    def add(self, request: EventRequest, operation: Operation | None) -> JsonObject:
        """The answer for one event: of the first time if this operation was done before. Raises Problem."""
        if answer := self._done_before(operation):
            self._caller.entry.replayed += 1
            return answer
        event = self._checked(request, self._opened(request.name))
        self._events.append(event)
        ids = ids_shown(event.participant, event.address, self._sandbox.settings)
        answer = {"documentId": self._document_id, "eventId": event.id} | ids
        if operation:
            self._answers[operation.key] = (operation, answer)
        return answer

    def commit(self) -> None:
        """Make everything that was added stand, in order."""
        self._draft.commit()
        if self._document:
            self._document.events[:] = self._events
        for operation, answer in self._answers.values():
            self._sandbox.deduplication.remember(operation, answer, self._now)
        self._answers.clear()

    def _done_before(self, operation: Operation | None) -> JsonObject | None:
        if operation and (added := self._answers.get(operation.key)):
            earlier, answer = added
            if earlier.content != operation.content:
                raise conflict("deduplicationId was used with another body")
            return answer
        return self._sandbox.deduplication.recall(operation, self._sandbox.settings, self._now)

    def _opened(self, event_name: str) -> Document:
        """The document, looked up when the first event that is new needs it. A repeated one needs no document."""
        if self._document is None:
            self._document = writable(self._sandbox, self._caller, self._document_id, event_name)
            self._events = list(self._document.events)
        return self._document

    def _checked(self, request: EventRequest, document: Document) -> Event:
        sandbox = self._sandbox
        sandbox.require_writer(self._caller.credential, document, request.name)
        rules.check_event(request, rules.Target(document, self._events, sandbox.settings_for(document), self._now))
        if request.related_document:
            rules.related_exists(request.related_document.document_id in sandbox.documents, sandbox.settings)
        participant = self._draft.participant(request) or document.participant
        address = self._draft.address(request, participant) or self._usual_address(participant, document)
        return Event(
            id=sandbox.identifiers.event(),
            fields=without_parties(request),
            moment=moment_of(request.external_created_at),
            appended_at=self._now,
            participant=participant,
            address=address,
            author=sandbox.author(self._caller.credential),
        )

    def _usual_address(self, participant: Entity, document: Document) -> Entity:
        """Stored events always have an address, yet the guide's CLOSE sends none: the participant's latest one here, or
        the document's."""
        used = [event.address for event in self._events if event.participant["id"] == participant["id"]]
        return used[-1] if used else document.address


def writable(sandbox: Sandbox, caller: Caller, document_id: str, event_name: str | None = None) -> Document:
    """A document that the caller may write to, once it is processed. Raises 404, 403, or 409 while it is still processing."""
    document = sandbox.visible_document(caller.credential, document_id)
    sandbox.require_writer(caller.credential, document, event_name)
    if sandbox.now() < document.created_at + timedelta(seconds=sandbox.settings_for(document).processing_seconds):
        raise pending("the document is still being processed")
    return document


def parties_of(request: DocumentRequest, draft: PartiesDraft) -> tuple[Entity, Entity]:
    """Participant and address of a new document; the request's model has made sure that both are named."""
    participant = draft.participant(request)
    address = draft.address(request, participant) if participant else None
    if participant is None or address is None:
        raise AssertionError("a document request names its participant and its address")
    return participant, address


def without_parties(request: DocumentRequest | EventRequest) -> JsonObject:
    """What was sent, but for participant and address, which are kept as what they resolved to."""
    return {name: value for name, value in request.wire().items() if name not in PARTY_FIELDS}


def ids_shown(participant: Entity, address: Entity, settings: SandboxSettings) -> JsonObject:
    """The guide says that answers tell the ids, the API reference shows answers without: a switch."""
    return {"participantId": participant["id"], "addressId": address["id"]} if settings.ids_in_answers else {}
