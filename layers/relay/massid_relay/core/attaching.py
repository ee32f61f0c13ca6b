"""Whether a document still takes a file.

Assumed: none after CLOSE or CANCEL. A file belongs to the event that refers to it, and no such event goes out any more
(docs.carrot.eco, integrations/guides/submitting-a-mass-id, "Document status lifecycle"); no page speaks of the file itself.
"""

from massid_relay.core.errors import FieldProblem, ForbiddenTransition
from massid_relay.core.record import DocumentRecord


def require_open(record: DocumentRecord, name: str) -> None:
    """Raises ForbiddenTransition if the document is closed or cancelled."""
    end = record.cancelling_event or record.closing_event
    if end is not None:
        problem = FieldProblem(f"fileNames.{name}", f"can't be attached after {end.name}; it stays in the bucket")
        raise ForbiddenTransition(f"no file is attached after {end.name}", fields=[problem])
