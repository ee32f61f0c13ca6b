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
from massid_relay.core.errors import FieldProblem

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
    def generation(self) -> int | None: ...
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
    kind = _TYPES[new.state]
    model = OperationsDead if kind is DetailType.DEAD else DeadLetterSettled
    detail = model(
        version=VERSION,
        id=stable_id("letter", new.id, new.state),
        at=at,
        external_id=None if _names_an_order(new) else new.external_id,
        document_id=_document_id(new, lookup),
        generation=new.generation,
        operations=(_operation(new),),
    )
    return [Announcement(detail_type=kind, detail=detail)]


def _document_id(letter: Letter, lookup: Lookup) -> str | None:
    """Of the generation that the letter is about: what has replaced it since is another document."""
    if letter.external_id is None or letter.generation is None:
        return None
    document = lookup(letter.external_id, letter.generation)
    return document.document_id if document else None


def _operation(letter: Letter) -> DeadOperation:
    kind = _KINDS[letter.queue]
    event = letter.item if kind == "event" else None
    return DeadOperation(
        kind=kind,
        external_id=letter.external_id if _names_an_order(letter) else event,
        file_name=letter.item if kind == "file" else None,
        bulk_run=letter.item if kind == "bulk-file" else None,
        dead_letter_id=letter.id,
        error_type=letter.error_type,
        fields=tuple(field.path for field in letter.fields),
        vendor_error_id=letter.vendor_error_id,
    )


def _names_an_order(letter: Letter) -> bool:
    """An order that came alone names no document: the letter bears the order's own external id."""
    return _KINDS[letter.queue] == "order" and letter.generation is None
