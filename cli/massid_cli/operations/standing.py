"""Where a MassID stands and what it waits for, in words, from the ledger alone."""

from collections import Counter
from dataclasses import dataclass

from massid_relay.core.record import DocumentRecord
from massid_relay.core.timeline import StepKind, next_step
from massid_relay.ledger.runs import Run

from massid_cli.operations.target import Target


@dataclass(frozen=True, slots=True)
class Standing:
    """One MassID's standing. `waits_for` is empty if nothing holds it up."""

    external_id: str
    document_id: str | None
    status: str
    waits_for: str
    events: dict[str, int]
    files: dict[str, str]
    run: str
    dead_letters: list[str]


def standing(target: Target, external_id: str) -> Standing | None:
    """The standing of that external id; None if the ledger does not know it."""
    record, run = target.documents.load(external_id), target.runs.newest(external_id)
    if record.version == 0 and run is None:
        return None
    letters = [letter for letter in target.dead_letters.resting() if letter.external_id == external_id]
    return Standing(
        external_id=external_id,
        document_id=record.document_id,
        status=_status(record),
        waits_for=_waits_for(record),
        events=dict(Counter(event.state.value for event in record.events)),
        files={name: _file(record, name) for name in record.files},
        run=_run(run),
        dead_letters=[f"{letter.id} {letter.error_type}: {letter.reason}" for letter in letters],
    )


def _status(record: DocumentRecord) -> str:
    if record.cancelling_event is not None:
        return "cancelled"
    if record.closing_event is not None:
        return "closed and verified" if record.verified_at else "closed, not verified yet"
    if record.created:
        return "open"
    return "being created" if record.create is not None else "not created yet"


def _waits_for(record: DocumentRecord) -> str:
    step = next_step(record)
    if step.kind is StepKind.WAIT:
        return step.waits_for
    missing = [name for name, file in record.files.items() if not file.attached]
    if missing:
        return f"file {missing[0]}"
    return "" if step.kind is StepKind.REST else f"its turn to {step.kind.value}"


def _file(record: DocumentRecord, name: str) -> str:
    file = record.files[name]
    if file.attached:
        return "attached"
    return "refused" if file.refused else "awaited"


def _run(run: Run | None) -> str:
    return "no lifecycle run" if run is None else f"run {run.number} {run.state.value}"
