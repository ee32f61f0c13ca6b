"""The two ends of an attempt: taking the lease, and giving it back when the answer is there."""

from datetime import datetime

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import (
    Busy,
    NotReady,
    PermanentFailure,
    Refusal,
    RejectedByProvider,
    RelayError,
    TransientFailure,
    WorkerCrashed,
)
from massid_relay.core.operation import Operation
from massid_relay.core.reading import RemoteDocument
from massid_relay.core.record import DocumentRecord
from massid_relay.work.changes import save

_NOT_FOUND = 404


def begin_or_refuse(relay: Relay, message_id: str, record: DocumentRecord, operation: Operation, owner: str) -> None:
    """Take the lease of a known operation. Raises Busy, RefusedBefore, or WorkerCrashed after recording it."""
    operation.require_not_refused(message_id)
    try:
        operation.begin(relay.now(), owner, relay.settings.lease)
    except WorkerCrashed as error:
        operation.refuse(Refusal.of(error, message_id))
        save(relay, record)
        raise


def owned(operation: Operation | None, owner: str) -> Operation:
    """The operation, if `owner` still holds it. Raises Busy if another worker took it over: that one answers for it now."""
    if operation is None or not operation.owned_by(owner):
        raise Busy("the lease was taken over", retry_after=1)
    return operation


def give_back(relay: Relay, operation: Operation, error: RelayError, message_id: str) -> None:
    """End the attempt with that error: refused for good, or free for the next one."""
    if isinstance(error, PermanentFailure):
        operation.refuse(Refusal.of(error, message_id))
    else:
        operation.put_back(error, relay.now())
    if isinstance(error, TransientFailure):
        error.failures = operation.failures


def read_back(relay: Relay, record: DocumentRecord, until: datetime) -> RemoteDocument:
    """The document as it stands on the network; NotReady while it may not be visible yet. `until`: the end of the lease, or of
    patience where there is none."""
    try:
        return relay.carrot.get_document(record.document_id or "", relay.permit_until(until))
    except RelayError as error:
        failure = as_it_must_be_read(relay, record, error)
    raise failure


def as_it_must_be_read(relay: Relay, record: DocumentRecord, error: RelayError) -> RelayError:
    """A 404 for what we confirmed a moment ago is not a no: reads and writes may lag behind (invariant 5)."""
    fresh = record.last_confirmed is not None and relay.now() - record.last_confirmed < relay.settings.visibility_delay
    if isinstance(error, RejectedByProvider) and error.status == _NOT_FOUND and fresh:
        return NotReady("confirmed a moment ago and not visible yet", retry_after=2)
    return error
