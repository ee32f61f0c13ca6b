"""What a change of the index of dead letters tells: something lies dead, or a person saw to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from massid_relay.core.announcements.details import (
    VERSION,
    Announcement,
    DeadLetterSettled,
    DeadOperation,
    DetailType,
    OperationsDead,
    stable_id,
)
from massid_relay.core.announcements.documents import Lookup
from massid_relay.core.errors import FieldProblem, Superseded
from massid_relay.core.record import DocumentRecord

_Kind = Literal["submission", "document", "file", "event", "order", "bulk-file"]
_KINDS: dict[str, _Kind] = {
    "submissions": "submission",
    "documents": "document",
    "evidence": "file",
    "events": "event",
    "orders": "order",
    "bulk": "bulk-file",
}
"""By the name of the queue that the message came from."""
_TYPES = {"resting": DetailType.DEAD, "redriven": DetailType.REDRIVEN, "discarded": DetailType.DISCARDED}
"""By the letter's state."""


class Letter(Protocol):
    """A dead letter as the index holds it (ledger/dead_letters.py)."""

    @property
    def id(self) -> str: ...
    @property
    def queue(self) -> str: ...
    @property
    def error_type(self) -> str: ...
    @property
    def external_id(self) -> str | None: ...
    @property
    def item(self) -> str | None: ...
    @property
    def fields(self) -> Sequence[FieldProblem]: ...
    @property
    def vendor_error_id(self) -> str | None: ...
    @property
    def state(self) -> str: ...


def of_letter(old: Letter | None, new: Letter, at: datetime, lookup: Lookup) -> list[Announcement]:
    """At most one announcement. A letter written again as it was, after a crash, says nothing new."""
    if old is not None and old.state == new.state:
        return []
    document = lookup(new.external_id, None) if new.external_id else None
    older = new.error_type == Superseded.__name__  # it is about another generation than the newest
    kind = _TYPES[new.state]
    model = OperationsDead if kind is DetailType.DEAD else DeadLetterSettled
    detail = model(
        version=VERSION,
        id=stable_id("letter", new.id, new.state),
        at=at,
        external_id=None if _names_an_order(new, document) else new.external_id,
        document_id=document.document_id if document and not older else None,
        generation=document.generation if document and not older else None,
        operations=(_operation(new, document),),
    )
    return [Announcement(detail_type=kind, detail=detail)]


def _operation(letter: Letter, document: DocumentRecord | None) -> DeadOperation:
    kind = _KINDS[letter.queue]
    event = letter.item if kind == "event" else None
    return DeadOperation(
        kind=kind,
        external_id=letter.external_id if _names_an_order(letter, document) else event,
        file_name=letter.item if kind == "file" else None,
        dead_letter_id=letter.id,
        error_type=letter.error_type,
        fields=tuple(field.path for field in letter.fields),
        vendor_error_id=letter.vendor_error_id,
    )


def _names_an_order(letter: Letter, document: DocumentRecord | None) -> bool:
    """An order that came alone names no document: the letter bears the order's own external id."""
    return _KINDS[letter.queue] == "order" and document is None
