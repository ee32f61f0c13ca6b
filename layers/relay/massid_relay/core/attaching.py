"""Whether a document still takes a file, and whether a request for one has its answer.

Assumed: none after CLOSE or CANCEL. A file belongs to the event that refers to it, and no such event goes out any more
(docs.carrot.eco, integrations/guides/submitting-a-mass-id, "Document status lifecycle"); no page speaks of the file itself.
"""

from datetime import datetime

from massid_relay.core.errors import FieldProblem, ForbiddenTransition
from massid_relay.core.record import DocumentRecord, FileEntry


def require_open(record: DocumentRecord, name: str) -> None:
    """Raises ForbiddenTransition if the document is closed or cancelled."""
    end = record.cancelling_event or record.closing_event
    if end is not None:
        problem = FieldProblem(f"fileNames.{name}", f"can't be attached after {end.name}; it stays in the bucket")
        raise ForbiddenTransition(f"no file is attached after {end.name}", fields=[problem])


def is_answered(file: FileEntry, message_id: str, sent_at: datetime) -> bool:
    """Whether the file's refusal answers that request: it was refused to this very message, or after the message was sent.

    Who asks after the refusal, a redrive or the next run, wants another attempt.
    """
    if file.operation is None or file.refusal is None:
        return False
    return file.refusal.message_id == message_id or sent_at < file.operation.last_attempt
