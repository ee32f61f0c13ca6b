"""The documents queue: create one document on the network, learn the ids it brings, wake what waited for it."""

from datetime import timedelta

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import (
    LeftToAPerson,
    NotReady,
    PermanentFailure,
    Refusal,
    RejectedByProvider,
    RelayError,
)
from massid_relay.core.first_contact import Learnt, newcomers_of, parties_of
from massid_relay.core.generations import Standing, require_same_document, standing, to_be_seen_off
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages import DocumentMessage, parse_document_message
from massid_relay.core.operation import Operation
from massid_relay.core.ports import CreatedDocument
from massid_relay.core.record import DocumentRecord
from massid_relay.core.wire import document_body
from massid_relay.ledger.documents import StaleRecord
from massid_relay.work.attempt import begin_or_refuse, give_back, owned, read_back
from massid_relay.work.changes import apply, save
from massid_relay.work.generations import is_current
from massid_relay.work.incoming import incoming
from massid_relay.work.known_parties import differences, known_ids, tell
from massid_relay.work.nudges import wake, wake_after_creation
from massid_relay.work.probe import require_answers
from massid_relay.work.replacing import answer_creation, fail_creation, note_seen_off, seen_off, wait_for_older
from massid_relay.work.source import Source
from massid_relay.work.stored import AskedDocument, asked_document

CLAIM = timedelta(minutes=15)
"""How long a newcomer stays claimed: well beyond a lease and its message's return, so that only a document whose message
died unseen loses its claim."""


def create_document(relay: Relay, source: Source) -> None:
    """Handle one message of the documents queue."""
    message = incoming(relay, parse_document_message, source.body)
    record = relay.documents.load(message.external_id)
    if message.generation < record.generation:
        _find_out(relay, source, message, record)
    if not is_current(relay, record, message.generation, message.task_token):
        return
    if record.create is None and not seen_off(relay, record):
        wait_for_older(relay, record, message.task_token)
        return
    try:
        record = _stand(relay, source, record, asked_document(relay, message))
    except PermanentFailure as error:
        fail_creation(relay, record, error, source)
        raise
    wake_after_creation(relay, record)
    if message.task_token:
        relay.tokens.succeed(message.task_token, {"documentId": record.document_id})
    answer_creation(relay, record)


def _stand(relay: Relay, source: Source, record: DocumentRecord, asked: AskedDocument) -> DocumentRecord:
    """See to it that the document stands, and that the ids that it brings are known."""
    require_same_document(record, asked.content_hash)
    if not record.created:
        record = _create(relay, source, record, asked)
    return _learn(relay, record, asked.payload) if record.newcomers else record


def _find_out(relay: Relay, source: Source, message: DocumentMessage, newest: DocumentRecord) -> None:
    """A create of a replaced generation may have taken effect. The same call under the same deduplication id tells; then
    its CANCEL may go out."""
    if to_be_seen_off(newest) != message.generation:
        return
    old = relay.documents.load(message.external_id, message.generation)
    if standing(old) is Standing.UNKNOWN:
        asked = asked_document(relay, message)
        require_same_document(old, asked.content_hash)
        try:
            _create(relay, source, old, asked)
        except RejectedByProvider:
            if standing(relay.documents.load(old.external_id, old.generation)) is Standing.UNKNOWN:
                raise
    wake(relay, message.external_id, "Replaced")


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
        note_seen_off(relay, record)
        _tell_of_changes(relay, asked)
        record.create = Operation.started(now, owner, relay.settings.lease)
        record.content_hash, record.part = asked.content_hash, asked.part
        record.deduplication_id = asked.deduplication_id
        together = [asked.part_item] if asked.part_item else []
    else:
        _require_remembered(relay, source, record, record.create)
        begin_or_refuse(relay, source.message_id, record, record.create, owner)
    _name_known(relay, record, record.create, asked.payload)
    together += relay.parties.claims(record.newcomers, record.external_id, now, now + CLAIM)
    try:
        save(relay, record, together)
    except StaleRecord:
        raise NotReady("another worker has just begun", retry_after=1) from None
    return record


def _tell_of_changes(relay: Relay, asked: AskedDocument) -> None:
    """Before anything is written. Raises InvalidMessage where the policy refuses a changed party."""
    (found,) = differences(relay, [asked.payload], known_ids(relay, [asked.payload]))
    tell(relay, asked.external_id, None, found)


def _name_known(relay: Relay, record: DocumentRecord, operation: Operation, payload: JsonObject) -> None:
    """Who is known goes out as an id. Once the body may stand on the network it stays as it is, whomever others introduce."""
    known = known_ids(relay, [payload])
    if operation.unknown_since is None:
        operation.ids = known
    record.newcomers = newcomers_of(payload, known)


def _require_remembered(relay: Relay, source: Source, record: DocumentRecord, operation: Operation) -> None:
    """A create of unknown outcome is sent again only while the platform surely remembers its deduplication id."""
    operation.require_not_refused(source.message_id)
    unknown_since = operation.unknown_since or (operation.last_attempt if operation.lease else None)
    if unknown_since is None or relay.now() - unknown_since < relay.settings.deduplication_memory:
        return
    error = LeftToAPerson("a create of unknown outcome is older than the platform's memory of deduplication ids")
    operation.unknown_since = unknown_since
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
    learnt = Learnt()
    learnt.document(payload, remote, record.newcomers)
    waiting = [key for key in parties_of(payload).inline if key in record.newcomers and key not in learnt.ids]
    if waiting:
        raise NotReady("the new document does not show its participant and address ids yet", retry_after=2)
    relay.parties.learn(learnt)

    def change(fresh: DocumentRecord) -> None:
        fresh.newcomers = [key for key in fresh.newcomers if key not in learnt.ids]

    return apply(relay, record, change)
