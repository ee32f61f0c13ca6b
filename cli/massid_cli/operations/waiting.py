"""What a document waits for, in words: which file, which other document, which hole, which outage."""

from collections.abc import Iterable, Iterator, Sequence

from massid_relay.core.generations import to_be_seen_off
from massid_relay.core.record import DocumentRecord, EventState
from massid_relay.core.timeline import StepKind, next_step
from massid_relay.ledger.dead_letters import DeadLetter

from massid_cli.operations.fleet import Pause


def first_wait(record: DocumentRecord) -> str:
    """The first thing that holds it up, or what comes next; empty if nothing is left to do."""
    step = next_step(record)
    if step.kind is StepKind.WAIT:
        return step.waits_for
    missing = _missing(record)
    if missing:
        return f"file {missing[0]}"
    return "" if step.kind is StepKind.REST else f"its turn to {step.kind.value}"


def waits_of(
    record: DocumentRecord,
    letters: Sequence[DeadLetter],
    pauses: Iterable[Pause | None] = (),
    orders: Iterable[str] = (),
) -> list[str]:
    """Everything that it waits for, in the order in which it matters; `orders`: what its orders wait for, in words."""
    if record.cancelling_event is not None:
        return []
    found = [*_before_creation(record), *(f"file {name}" for name in _missing(record))]
    found += [*_others(record), *_holes(record, letters), *orders]
    if not found and (next_thing := first_wait(record)):
        found = [next_thing]
    return [*(pause.words for pause in pauses if pause), *found]


def _missing(record: DocumentRecord) -> list[str]:
    return [name for name, file in record.files.items() if not file.attached]


def _before_creation(record: DocumentRecord) -> Iterator[str]:
    if record.created:
        return
    older = to_be_seen_off(record)
    if older is not None:
        yield f"generation {older} to be cancelled"
    elif record.create is not None and record.create.refusal is not None:
        yield "the document, whose creation was refused"
    else:
        yield "the document to be created"


def _others(record: DocumentRecord) -> Iterator[str]:
    for event in record.events:
        if event.state is EventState.WAITING and event.related is not None and event.related_id is None:
            yield f"document {event.related}, to which event {event.external_id} relates"


def _holes(record: DocumentRecord, letters: Sequence[DeadLetter]) -> Iterator[str]:
    """A dead letter that later events must not pass."""
    reasons = {letter.id: f" ({letter.error_type})" for letter in letters}
    for hold in record.holds:
        about = f"event {hold.event_external_id}, " if hold.event_external_id else ""
        yield f"{about}dead letter {hold.dead_letter_id}{reasons.get(hold.dead_letter_id, '')}: redrive or discard it"
