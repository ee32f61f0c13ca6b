"""Opening the next generation of an external id, and turning away what is about an older one.

Whatever is written first wins: the next generation's record and the mark on the one that it replaces are one transaction under
the condition that nobody wrote in between. A worker that was about to create, append or close finds its record changed, looks
again, and sees the mark.
"""

from collections.abc import Sequence

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import Busy, Superseded
from massid_relay.core.generations import (
    next_generation,
    not_open,
    require_current,
    require_fresh_ids,
    require_next,
    require_same_document,
    to_be_seen_off,
)
from massid_relay.core.messages import Submission
from massid_relay.core.record import DocumentRecord, EventEntry
from massid_relay.ledger.documents import StaleRecord
from massid_relay.ledger.runs import Run, RunState
from massid_relay.log import logger
from massid_relay.work.changes import apply
from massid_relay.work.nudges import wake
from massid_relay.work.stored import StoredSubmission, document_deduplication_id, stored_submission
from massid_relay.work.waits import settle_waits


def require_takable(relay: Relay, submission: Submission, run: Run | None) -> None:
    """Before anything of it is stored. `run` is the newest of its external id. Raises Superseded, InvalidMessage,
    ForbiddenTransition, PayloadConflict, NotReady."""
    if submission.generation == 1:  # the run knows the newest generation: one read less for every first submission
        require_current(run.generation if run else 1, 1)
        if run is not None and run.state is RunState.OPEN:
            _require_document_of(relay, run, submission)
        return
    external_id = submission.external_id
    generations = relay.documents.generations(external_id)
    newest = generations[-1] if generations else DocumentRecord(external_id)
    known = run is not None or any(one.create is not None or one.events for one in generations)  # not only related to
    require_next(newest, submission.generation, known=known)
    if submission.generation == newest.generation:
        require_same_document(newest, submission.document.content_hash)
    require_fresh_ids(_given_ids(submission), [one for one in generations if one.generation < submission.generation])


def _require_document_of(relay: Relay, run: Run, submission: Submission) -> None:
    """What is added to an open run goes to the queues without its document, so that is compared here. Raises PayloadConflict."""
    record = relay.documents.load(submission.external_id)
    if record.content_hash is None:  # it isn't created yet: the run's own submission says what will be
        record.content_hash = stored_submission(
            relay, submission.external_id, run.part
        ).submission.document.content_hash
    require_same_document(record, submission.document.content_hash)


def _given_ids(submission: Submission) -> dict[str, str]:
    """Deduplication ids that the integrator gave, by the path of their field."""
    document = {"document.deduplicationId": submission.document.deduplication_id}
    events = {f"events.{number}.deduplicationId": e.deduplication_id for number, e in enumerate(submission.events)}
    return {path: value for path, value in (document | events).items() if value is not None}


def open_generation(relay: Relay, stored: StoredSubmission) -> None:
    """Write the next generation's record, unless it is there, and see to it that the one that it replaces ends.

    Everything that a worker may die over here is done again when its message comes back. Raises Busy.
    """
    newest = relay.documents.load(stored.external_id)
    if newest.generation < stored.generation:
        newest = _open(relay, newest, stored)
    relay.parts.keep(
        stored.external_id, stored.part
    )  # the older one may have ended, and its payloads with it, meanwhile
    _answer_waits(relay, relay.documents.load(stored.external_id, stored.generation - 1))
    if to_be_seen_off(newest) is not None:
        wake(relay, newest.external_id, "Replaced")


def _open(relay: Relay, old: DocumentRecord, stored: StoredSubmission) -> DocumentRecord:
    require_next(old, stored.generation, known=True)
    document = stored.submission.document
    deduplication_id = document_deduplication_id(relay, old.external_id, document, stored.generation)
    new = next_generation(old, relay.now(), stored.part, document.content_hash, deduplication_id)
    try:
        relay.documents.replace(old, new, relay.next_look)
    except StaleRecord:
        raise Busy("the record changed meanwhile", retry_after=0) from None
    logger.info("generation opened", extra={"externalId": new.external_id, "generation": new.generation})
    return new


def _answer_waits(relay: Relay, old: DocumentRecord) -> None:
    """The replaced generation's steps wait for nothing any more."""
    if old.superseded and old.waits:
        apply(relay, old, lambda fresh: _settled(relay, fresh))


def _settled(relay: Relay, record: DocumentRecord) -> None:
    settle_waits(relay, record)


def is_current(relay: Relay, record: DocumentRecord, asked: int, token: str | None) -> bool:
    """Whether a message is about `record`, the newest generation. A step of an older one is answered, and that is the end of
    it; of an older generation's message without a step somebody must be told. Raises Superseded, InvalidMessage."""
    newest = record.generation
    if asked > newest:
        raise not_open(asked, newest)
    if token is None:
        require_current(newest, asked)
    elif asked < newest:
        logger.info("step of a replaced generation", extra={"externalId": record.external_id, "generation": asked})
        relay.tokens.fail(token, Superseded.__name__, "")
    return asked == newest


def require_fresh_event_ids(relay: Relay, record: DocumentRecord, entries: Sequence[EventEntry]) -> None:
    """The same of events that come after their document was replaced. Raises InvalidMessage."""
    if record.replaces is None or record.superseded:
        return
    given = {f"events.{number}.deduplicationId": entry.deduplication_id for number, entry in enumerate(entries)}
    older = [one for one in relay.documents.generations(record.external_id) if one.generation < record.generation]
    require_fresh_ids(given, older)
