"""Generations of one external id: what may follow what, and when a replaced document is off the network for certain.

Nothing on the network can be changed or deleted (docs.carrot.eco, integrations/guides/error-handling): a document is corrected
by CANCEL and a new document. Two look-alikes that are both not cancelled fail the audit, so the new one is created only once
the old one is cancelled, or was certainly never created. See docs/decisions/0012-replacing-a-document.md.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from massid_relay.core.errors import (
    FieldProblem,
    ForbiddenTransition,
    InvalidMessage,
    NotReady,
    PayloadConflict,
    Superseded,
)
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.record import DocumentRecord, EventState, Replacement
from massid_relay.core.timeline import CLOSE, in_flight

GENERATION = "generation"
WHAT_REMAINS = "what remains: a RELATED event, or the Carrot Network's support"
_PROVES_ABSENCE = frozenset({"Rejected400", "Rejected422"})
"""Answers to a create whose earlier attempt got none: a known deduplication id would have brought the first answer instead
(docs.carrot.eco, integrations/guides/error-handling). 403, 404 and 409 prove nothing."""


class Standing(StrEnum):
    """How a document stands on the network, as far as the ledger can tell."""

    GONE = "gone"
    """Cancelled, or certainly never created."""
    STANDS = "stands"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    """A create was sent, or may have been, and nobody knows what became of it."""


def standing(record: DocumentRecord) -> Standing:
    """How it stands. Once the record is superseded GONE is for ever: nothing of it is begun then but what UNKNOWN asks for."""
    if record.created:
        if record.cancelling_event is not None:
            return Standing.GONE
        return Standing.CLOSED if record.closing_event is not None else Standing.STANDS
    return Standing.UNKNOWN if record.create is not None and _may_stand(record.create) else Standing.GONE


def _may_stand(create: Operation) -> bool:
    if create.stage is Stage.REFUSED and create.refusal is not None and create.refusal.error_type in _PROVES_ABSENCE:
        return False
    return create.unknown_since is not None or create.lease is not None


def require_next(newest: DocumentRecord, asked: int, *, known: bool) -> None:
    """Whether a submission of generation `asked` may be taken up while `newest` is the newest. `known`: somebody submitted that
    one before. Raises Superseded, InvalidMessage, ForbiddenTransition, NotReady."""
    require_current(newest.generation, asked)
    if asked == newest.generation:
        return
    if not known or asked > newest.generation + 1:
        raise not_open(asked, newest.generation if known else 0)
    if newest.closing_event is not None:
        raise ForbiddenTransition(f"generation {newest.generation} is closed and can't be replaced; {WHAT_REMAINS}")
    _require_no_close_in_flight(newest)


def require_current(newest: int, asked: int) -> None:
    """Raises Superseded for an older generation."""
    if asked < newest:
        field = FieldProblem(GENERATION, f"was replaced: the newest is {newest}")
        raise Superseded(f"generation {asked} was replaced by generation {newest}", fields=[field])


def not_open(asked: int, newest: int) -> InvalidMessage:
    """The refusal of a generation that nobody has opened."""
    sentence = f"can be {newest + 1} at most" if newest else "can only be 1: nothing is known that it could replace"
    return InvalidMessage(f"generation {asked} is not open", fields=[FieldProblem(GENERATION, sentence)])


def _require_no_close_in_flight(record: DocumentRecord) -> None:
    """Whoever wrote first has won: a CLOSE that may have gone out is waited for, and one that certainly didn't never will."""
    close = next((e for e in record.events if e.name == CLOSE and in_flight(record, e)), None)
    if close is None or record.batch is None or not record.batch.operation.in_doubt:
        return
    if close.state is EventState.DEAD:
        raise ForbiddenTransition(
            "nobody knows whether it is closed: redrive or discard the dead letter of CLOSE first"
        )
    raise NotReady(f"generation {record.generation} is being closed, or may be: wait for the outcome")


def require_same_document(record: DocumentRecord, content_hash: str) -> None:
    """Raises PayloadConflict if that generation's document is recorded with other content."""
    if record.content_hash not in {None, content_hash}:
        field = FieldProblem("document", "is already recorded with other content")
        raise PayloadConflict("a document of this external id is recorded with other content", fields=[field])


def require_fresh_ids(given: Mapping[str, str], older: Iterable[DocumentRecord]) -> None:
    """Deduplication ids that the integrator gives are kept, so one of an older generation would be met with that one's answer:
    nothing would be written. `given`: by the path of their field. Raises InvalidMessage."""
    used: dict[str, int] = {}
    for record in older:
        used |= {event.deduplication_id: record.generation for event in record.events}
        used |= {record.deduplication_id: record.generation} if record.deduplication_id else {}
    fields = [
        FieldProblem(path, f"was used in generation {used[value]}") for path, value in given.items() if value in used
    ]
    if fields:
        raise InvalidMessage("a deduplication id of an older generation", fields=fields)


def next_generation(old: DocumentRecord, at: datetime, part: str, content_hash: str, dedup: str) -> DocumentRecord:
    """The record that replaces `old`, which is marked. Both are to be written in one transaction: afterwards nothing of the old
    one is begun any more."""
    cancels, cleared = _what_to_cancel(old)
    new = DocumentRecord(
        old.external_id,
        old.generation + 1,
        replaces=Replacement(at, part, cancels, cleared_at=at if cleared else None),
        content_hash=content_hash,
        part=part,
        deduplication_id=dedup,
        wanted_by=old.wanted_by,
        waiting_since=at,
    )
    old.superseded, old.wanted_by = True, []
    return new


def _what_to_cancel(old: DocumentRecord) -> tuple[int | None, bool]:
    """The generation to be seen off, and whether nothing has to be waited for. One that was never begun leaves its own duty
    to its successor."""
    if old.create is not None:
        return old.generation, False
    before = old.replaces
    if before is None or before.cleared_at is not None:
        return None, True
    return before.cancels, False


def to_be_seen_off(record: DocumentRecord) -> int | None:
    """The older generation that this one still has to wait for."""
    replaces = record.replaces
    return replaces.cancels if replaces is not None and replaces.cleared_at is None else None
