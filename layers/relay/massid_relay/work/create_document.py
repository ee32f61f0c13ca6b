"""The documents queue: create one document on the network, learn the ids it brings, wake what waited for it."""

from datetime import timedelta

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import (
    FieldProblem,
    LeftToAPerson,
    NotReady,
    PayloadConflict,
    PermanentFailure,
    Refusal,
    RelayError,
)
from massid_relay.core.first_contact import learn_from_document, parties_of
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages import parse_document_message
from massid_relay.core.operation import Operation
from massid_relay.core.ports import CreatedDocument
from massid_relay.core.record import DocumentRecord
from massid_relay.core.wire import document_body
from massid_relay.ledger.documents import StaleRecord
from massid_relay.work.attempt import begin_or_refuse, give_back, owned, read_back
from massid_relay.work.changes import apply, save
from massid_relay.work.nudges import wake_after_creation
from massid_relay.work.probe import require_answers
from massid_relay.work.source import Source
from massid_relay.work.stored import AskedDocument, asked_document

CLAIM = timedelta(minutes=15)
"""How long a newcomer stays claimed: well beyond a lease and its message's return, so that only a document whose message
died unseen loses its claim."""


def create_document(relay: Relay, source: Source) -> None:
    """Handle one message of the documents queue."""
    message = parse_document_message(source.body)
    asked = asked_document(relay, message)
    record = relay.documents.load(asked.external_id)
    _require_same(record, asked)
    if not record.created:
        record = _create(relay, source, record, asked)
    if record.newcomers:
        record = _learn(relay, record, asked.payload)
    wake_after_creation(relay, record)
    if message.task_token:
        relay.tokens.succeed(message.task_token, {"documentId": record.document_id})


def _require_same(record: DocumentRecord, asked: AskedDocument) -> None:
    if record.content_hash not in {None, asked.content_hash}:
        field = FieldProblem("document", "is already recorded with other content")
        raise PayloadConflict("a document of this external id is recorded with other content", fields=[field])


def _create(relay: Relay, source: Source, record: DocumentRecord, asked: AskedDocument) -> DocumentRecord:
    """Record, call, record (invariant 1)."""
    require_answers(relay)
    owner = relay.new_owner()
    record = _begin(relay, source, record, asked, owner)
    operation = owned(record.create, owner)
    body = document_body(
        asked.payload,
        external_id=record.external_id,
        deduplication_id=record.deduplication_id or "",
        ids=operation.ids,
    )
    try:
        created = relay.carrot.create_document(body, relay.permit(operation))
    except RelayError as error:
        _end_without_answer(relay, source, record, owner, error)
        raise
    return apply(relay, record, lambda fresh: _confirm(relay, fresh, owner, created))


def _begin(relay: Relay, source: Source, record: DocumentRecord, asked: AskedDocument, owner: str) -> DocumentRecord:
    now, together = relay.now(), []
    if record.create is None:
        record.create = Operation.started(now, owner, relay.settings.lease)
        record.content_hash, record.part = asked.content_hash, asked.part
        record.deduplication_id = asked.deduplication_id
        together = [asked.part_item] if asked.part_item else []
    else:
        _require_remembered(relay, source, record, record.create)
        begin_or_refuse(relay, source.message_id, record, record.create, owner)
    _name_known(relay, record, record.create, parties_of(asked.payload).inline)
    together += relay.parties.claims(record.newcomers, record.external_id, now, now + CLAIM)
    try:
        save(relay, record, together)
    except StaleRecord:
        raise NotReady("another worker has just begun", retry_after=1) from None
    return record


def _name_known(relay: Relay, record: DocumentRecord, operation: Operation, keys: list[str]) -> None:
    """Who is known goes out as an id. Once the body may stand on the network it stays as it is, whomever others introduce."""
    known = relay.parties.known(keys)
    if operation.unknown_since is None:
        operation.ids = known
    record.newcomers = [key for key in keys if key not in known]


def _require_remembered(relay: Relay, source: Source, record: DocumentRecord, operation: Operation) -> None:
    """A create of unknown outcome is sent again only while the platform surely remembers its deduplication id."""
    operation.require_not_refused(source.message_id)
    unknown_since = operation.unknown_since or (operation.last_attempt if operation.lease else None)
    if unknown_since is None or relay.now() - unknown_since < relay.settings.deduplication_memory:
        return
    error = LeftToAPerson("a create of unknown outcome is older than the platform's memory of deduplication ids")
    operation.refuse(Refusal.of(error, source.message_id))
    save(relay, record)
    raise error


def _confirm(relay: Relay, record: DocumentRecord, owner: str, created: CreatedDocument) -> None:
    owned(record.create, owner).confirm()
    record.document_id = created.document_id
    record.last_confirmed = relay.now()


def _end_without_answer(relay: Relay, source: Source, record: DocumentRecord, owner: str, error: RelayError) -> None:
    apply(relay, record, lambda fresh: give_back(relay, owned(fresh.create, owner), error, source.message_id))
    if isinstance(error, PermanentFailure):
        relay.parties.release(record.newcomers, record.external_id)


def _learn(relay: Relay, record: DocumentRecord, payload: JsonObject) -> DocumentRecord:
    """Read the document that was just created, for the ids of the participant and address that went out inline."""
    remote = read_back(relay, record, relay.now() + relay.settings.lease)
    learnt = learn_from_document(payload, remote)
    waiting = [key for key in parties_of(payload).inline if key in record.newcomers and key not in learnt]
    if waiting:
        raise NotReady("the new document does not show its participant and address ids yet", retry_after=2)
    relay.parties.learn(learnt)

    def change(fresh: DocumentRecord) -> None:
        fresh.newcomers = [key for key in fresh.newcomers if key not in learnt]

    return apply(relay, record, change)
