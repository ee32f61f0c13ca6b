"""The evidence queue: files from the bucket become attachments of their document.

The bucket is the truth and a notification only a nudge: what counts is the newest version of the object at the time of the
look. Only files that a submission or an event asked for are attached.
"""

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import EvidenceRefused
from massid_relay.core.evidence import asked_name
from massid_relay.core.messages import EvidenceRequest, parse_evidence_message
from massid_relay.core.record import DocumentRecord, EventState, FileEntry, Wait, WaitKind
from massid_relay.core.timeline import StepKind, next_step, something_waits
from massid_relay.work.attach import attach, wait_anew
from massid_relay.work.burial import dead_letter_id, is_settled
from massid_relay.work.changes import apply, park
from massid_relay.work.generations import is_current
from massid_relay.work.nudges import wake
from massid_relay.work.source import Source
from massid_relay.work.unasked import note_unasked
from massid_relay.work.waits import answer, settle_waits


def upload_evidence(relay: Relay, source: Source) -> None:
    """Handle one message of the evidence queue: a notification of the bucket, or a request for files."""
    message = parse_evidence_message(source.body)
    if isinstance(message, EvidenceRequest):
        _serve(relay, source, message)
        return
    for dropped in message.objects:
        record = relay.documents.load(dropped.external_id)
        name = asked_name(record.files, dropped.file_name)
        if name is None:
            note_unasked(relay, dropped)
        elif record.created:
            _finish(relay, attach(relay, source, record, name, asked=False))
    if message.refused:
        raise EvidenceRefused("a file lies outside the convention of the bucket", fields=message.refused)


def _serve(relay: Relay, source: Source, request: EvidenceRequest) -> None:
    """Ask for the files, attach those that lie there, and leave the step's token with the rest."""
    record = relay.documents.load(request.document_external_id)
    if not is_current(relay, record, request.generation, request.task_token):
        return

    names = [name for name in request.file_names if name in record.files or not _is_done_with(relay, source, name)]

    def ask(fresh: DocumentRecord) -> None:
        for name in names:
            fresh.files.setdefault(name, FileEntry(name, relay.now()))

    if any(name not in record.files for name in names):
        record = apply(relay, record, ask)
    for name in names:
        record = (attach if record.created else wait_anew)(relay, source, record, name)
    _finish(relay, record, request)


def _is_done_with(relay: Relay, source: Source, name: str) -> bool:
    """Whether this very message was refused that file and the letter discarded: it only comes again."""
    return source.receive_count > 1 and is_settled(relay, dead_letter_id(source.message_id, name))


def _finish(relay: Relay, record: DocumentRecord, request: EvidenceRequest | None = None) -> None:
    """Answer what waited for files, wake what waited for them, and mark what still waits.

    Most files change nothing but themselves; then their own confirmation was the last write.
    """
    wait = _unanswered(relay, record, request)
    parked = record.waiting_since is not None
    if wait is not None or record.waits or something_waits(record) is not parked:
        record = apply(relay, record, lambda fresh: _note(relay, fresh, wait))
    waiting = any(event.state is EventState.WAITING for event in record.events)
    if waiting and next_step(record).kind not in {StepKind.WAIT, StepKind.REST}:
        wake(relay, record.external_id, "FileAttached")


def _unanswered(relay: Relay, record: DocumentRecord, request: EvidenceRequest | None) -> Wait | None:
    """What the request's step still waits for, unless it could be answered at once."""
    if request is None or not request.task_token:
        return None
    wait = Wait(WaitKind.FILES, request.task_token, list(request.file_names))
    return None if answer(relay, record, wait) else wait


def _note(relay: Relay, record: DocumentRecord, wait: Wait | None) -> None:
    known = {stored.token for stored in record.waits}
    if wait is not None and wait.token not in known and not answer(relay, record, wait):
        record.waits.append(wait)
    settle_waits(relay, record)
    park(relay, record)
