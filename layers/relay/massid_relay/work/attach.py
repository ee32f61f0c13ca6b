"""One file becomes an attachment: look, accept, record with its version, ask for a URL, upload, record."""

from dataclasses import replace

from massid_relay.bootstrap import Relay
from massid_relay.core.attaching import is_answered, require_open
from massid_relay.core.errors import (
    Busy,
    EvidenceRefused,
    FieldProblem,
    OutOfTime,
    PermanentFailure,
    Refusal,
    RefusedBefore,
    RelayError,
)
from massid_relay.core.evidence import possible_keys, same_name
from massid_relay.core.file_types import accepted_type
from massid_relay.core.jsons import JsonObject
from massid_relay.core.operation import Operation
from massid_relay.core.reading import RemoteAttachment
from massid_relay.core.record import DocumentRecord, FileEntry
from massid_relay.evidence import StoredFile
from massid_relay.work.attempt import as_it_must_be_read, begin_or_refuse, give_back, owned
from massid_relay.work.burial import bury, dead_letter_id, is_settled
from massid_relay.work.changes import apply
from massid_relay.work.late_files import resume_run
from massid_relay.work.nudges import addressed_to
from massid_relay.work.source import Source


def attach(relay: Relay, source: Source, record: DocumentRecord, name: str, *, asked: bool = True) -> DocumentRecord:
    """Attach the newest version of a file that was asked for, if it lies in the bucket. Returns the record as saved.
    `asked`: the message asks for it; otherwise it is a notification, which changes nothing about a version refused before.

    A refused file is buried by itself, so that the other files of the same message go on.
    """
    found = relay.evidence.look(*possible_keys(record.external_id, name))
    file = record.files[name]
    if not asked:
        if found is None:
            return record
        source = _as_version(source, record, name, found)
    before = file.refusal if found is not None and found.version == file.version else None
    if before is not None and (not asked or _is_answered(relay, source, file, before)):
        return _tell(relay, source, record, name, before)
    try:
        if file.attached:
            _require_same(relay, file, found)
            return record
        require_open(record, name)
        if found is None:
            return wait_anew(relay, source, record, name)
        content_type = accepted_type(name, found.size, relay.evidence.first_bytes(found))
        return _upload(relay, source, record, name, found, content_type)
    except PermanentFailure as error:
        return _refuse(relay, source, record, found, error, name)


def _is_answered(relay: Relay, source: Source, file: FileEntry, refusal: Refusal) -> bool:
    """A letter that was settled answers nobody but the message that it was about."""
    settled = is_settled(relay, dead_letter_id(refusal.message_id, file.name))
    own = refusal.message_id == source.message_id
    return own or (not settled and is_answered(file, source.message_id, source.sent_at))


def wait_anew(relay: Relay, source: Source, record: DocumentRecord, name: str) -> DocumentRecord:
    """Nothing lies there, or there is no document yet. A file that was given up, and is asked for after that, is waited for once
    more, as long again. What it was refused with stays until it comes, for whoever settles the letter."""
    file = record.files[name]
    if file.refusal is None or _is_answered(relay, source, file, file.refusal):
        return record

    def change(fresh: DocumentRecord) -> None:
        file = fresh.files.get(name)
        if file is not None and file.operation is not None and file.refused:
            file.operation.want_again()
            file.asked_at = relay.now()

    return apply(relay, record, change)


def _as_version(source: Source, record: DocumentRecord, name: str, found: StoredFile) -> Source:
    """A notification is a nudge, and S3 may send it twice: what it can get refused is a version of the object, once."""
    return replace(source, message_id=f"{record.external_id}#{record.generation}#{name}#{found.version}")


def _require_same(relay: Relay, file: FileEntry, found: StoredFile | None) -> None:
    """Equal etags mean equal bytes, but different ones prove nothing: then the bytes are compared."""
    if found is None or found.etag == file.etag:
        return
    if found.size != file.size or not relay.evidence.same_bytes(found, file.version):
        problem = FieldProblem(f"fileNames.{file.name}", "was attached before with other content")
        raise EvidenceRefused("an attached file can't be replaced", fields=[problem])


def _upload(
    relay: Relay, source: Source, record: DocumentRecord, name: str, found: StoredFile, content_type: str
) -> DocumentRecord:
    """Record, call, record (invariant 1)."""
    owner = relay.new_owner()

    def begin(fresh: DocumentRecord) -> None:
        if fresh.superseded:
            raise _replaced()
        require_open(fresh, name)
        file = fresh.files[name]
        was_refused = file.operation is not None and file.operation.refusal is not None
        if file.operation is None:
            file.operation = Operation.started(relay.now(), owner, relay.settings.lease)
        else:
            begin_or_refuse(relay, source.message_id, fresh, file.operation, owner)
        file.version, file.etag, file.size, file.content_type = found.version, found.etag, found.size, content_type
        if was_refused:
            resume_run(relay, fresh)

    record = apply(relay, record, begin)
    operation = owned(record.files[name].operation, owner)
    try:
        attachment_id = _already_there(relay, record, name, found, operation)
        attachment_id = attachment_id or _send(relay, record, name, found, operation)
    except RelayError as error:
        failure = as_it_must_be_read(relay, record, error)
        if not isinstance(failure, PermanentFailure):
            apply(relay, record, lambda fresh: _put_back(relay, source, fresh, name, owner, failure))
        raise failure from None

    def confirm(fresh: DocumentRecord) -> None:
        owned(fresh.files[name].operation, owner).confirm()
        fresh.files[name].attachment_id = attachment_id
        fresh.last_confirmed = relay.now()

    return apply(relay, record, confirm)


def _replaced() -> Busy:
    """Whoever asks is answered by what the message now means."""
    return Busy("the document was replaced meanwhile", retry_after=0)


def _already_there(
    relay: Relay, record: DocumentRecord, name: str, found: StoredFile, operation: Operation
) -> str | None:
    """After an attempt of unknown outcome: the attachment's id if the platform holds exactly these bytes.

    That a file is listed proves nothing: it may be listed before its bytes have come, and they may be an earlier version's.
    So what is stored is read back. If the platform doesn't show it, the file is uploaded again under its name.
    """
    if operation.unknown_since is None:
        return None
    document_id = record.document_id or ""
    remote = relay.carrot.get_document(document_id, relay.permit(operation))
    listed = [item.id for item in remote.attachments if item.id and _may_be(item, name, found)]
    if not listed:
        return None
    _require_time(relay, operation)
    stored = relay.carrot.stored_digest(document_id, name, relay.permit(operation))
    return listed[-1] if stored == relay.evidence.digest(found) else None


def _may_be(item: RemoteAttachment, name: str, found: StoredFile) -> bool:
    return same_name(item.file_name or "", name) and item.content_length in {None, found.size}


def _send(relay: Relay, record: DocumentRecord, name: str, found: StoredFile, operation: Operation) -> str:
    file = record.files[name]
    content_type = file.content_type or ""
    target = relay.carrot.request_upload(
        record.document_id or "", name, content_type, found.size, relay.permit(operation)
    )
    _require_time(relay, operation)
    relay.carrot.upload(target, relay.evidence.content(found), content_type, found.size)
    return target.attachment_id


def _require_time(relay: Relay, operation: Operation) -> None:
    """Uploads and downloads aren't paced, but like every call they must not outlive their lease."""
    left = (operation.lease.until - relay.now()).total_seconds() if operation.lease else 0
    if left < float(relay.settings.carrot_upload_timeout_seconds):
        raise OutOfTime("the lease would not outlive the transfer")


def _put_back(relay: Relay, source: Source, record: DocumentRecord, name: str, owner: str, error: RelayError) -> None:
    give_back(relay, owned(record.files[name].operation, owner), error, source.message_id)


def _refuse(
    relay: Relay, source: Source, record: DocumentRecord, found: StoredFile | None, error: PermanentFailure, name: str
) -> DocumentRecord:
    known = record.files[name].refusal
    refusal = Refusal.of(error, source.message_id)

    def change(fresh: DocumentRecord) -> None:
        nonlocal refusal
        if fresh.superseded:
            raise _replaced()
        file = fresh.files[name]
        if file.attached:
            return
        if found is not None and file.refusal and file.refusal != known and file.version == found.version:
            refusal = file.refusal  # another worker looked meanwhile, and tells it
            return
        if found is not None:
            file.version, file.etag, file.size = found.version, found.etag, found.size
        file.operation = file.operation or Operation.started(relay.now(), "", relay.settings.lease)
        file.operation.last_attempt = relay.now()
        give_back(relay, file.operation, error, source.message_id)

    record = apply(relay, record, change)
    return _tell(relay, source, record, name, refusal)


def _tell(relay: Relay, source: Source, record: DocumentRecord, name: str, refusal: Refusal) -> DocumentRecord:
    """Bury the file, if it was refused to this message; a worker may have died before it did. Others tell their own."""
    if refusal.message_id == source.message_id:
        body: JsonObject = addressed_to(record) | {"fileNames": [name]}
        bury(relay, source, RefusedBefore(refusal), external_id=record.external_id, item=name, body=body)
    return record
