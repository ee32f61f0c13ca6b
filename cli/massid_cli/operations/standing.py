"""Where a MassID stands and what it waits for, in words: from the ledger, its execution and the fleet's timeline."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise

from massid_relay.core.errors import Forgotten
from massid_relay.core.generations import standing as how_it_stands
from massid_relay.core.record import DocumentRecord
from massid_relay.core.timeline import something_waits
from massid_relay.ledger.dead_letters import DeadLetter
from massid_relay.ledger.runs import Run, RunState

from massid_cli.operations.corrections import lineage
from massid_cli.operations.execution import Execution, execution_of
from massid_cli.operations.fleet import Pause, pause_of
from massid_cli.operations.target import Target
from massid_cli.operations.waiting import first_wait, waits_of


class Outcome(StrEnum):
    """How it ended, as far as anything can be done about it now."""

    VERIFIED = "verified"
    """Closed, read back and found whole."""
    UP_TO_DATE = "up to date"
    """All that was submitted so far stands; CLOSE was not in it."""
    CANCELLED = "cancelled"
    FAILED = "failed"
    """Its run failed, or something of it lies dead: a person is needed."""


@dataclass(frozen=True, slots=True)
class Generation:
    """An older document of the same external id, which a newer one has replaced."""

    generation: int
    document_id: str | None
    status: str
    replaced_at: str
    why: str | None
    """The reason that was given; None once it was forgotten."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """The order that the submission brought."""

    external_id: str
    order_id: str | None
    state: str
    status: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One MassID's standing. `waits_for` is the first of `waits`, or what comes next; empty if nothing holds it up."""

    external_id: str
    document_id: str | None
    status: str
    waits_for: str
    events: dict[str, int]
    files: dict[str, str]
    run: str
    dead_letters: list[str]
    generation: int = 1
    outcome: Outcome | None = None
    """None while machines are still at it."""
    waits: list[str] = field(default_factory=list)
    execution: Execution | None = None
    paused: Pause | None = None
    replaced: list[Generation] = field(default_factory=list)
    orders: list[OrderLine] = field(default_factory=list)


def standing(target: Target, external_id: str) -> Standing | None:
    """The standing of that external id; None if the ledger does not know it."""
    record, run = target.documents.load(external_id), target.runs.newest(external_id)
    if record.version == 0 and run is None:
        return None
    letters = [letter for letter in target.dead_letters.resting() if letter.external_id == external_id]
    outcome = _outcome(record, run, letters)
    paused = pause_of(target, datetime.now(UTC)) if outcome is None else None
    return Standing(
        external_id=external_id,
        document_id=record.document_id,
        status=_status(record),
        waits_for=first_wait(record),
        events=dict(Counter(event.state.value for event in record.events)),
        files={name: _file(record, name) for name in record.files},
        run=_run(run),
        dead_letters=[f"{letter.id} {letter.error_type}: {letter.reason}" for letter in letters],
        generation=record.generation,
        outcome=outcome,
        waits=waits_of(record, letters, paused),
        execution=execution_of(target, external_id, run) if run else None,
        paused=paused,
        replaced=_replaced(target, record),
        orders=_orders(target, external_id, run),
    )


def _outcome(record: DocumentRecord, run: Run | None, letters: Sequence[DeadLetter]) -> Outcome | None:
    if run is not None and run.state is RunState.OPEN:
        return None
    if record.cancelling_event is not None:
        return Outcome.CANCELLED
    if record.verification_failed or (run is not None and run.state is RunState.FAILED):
        return Outcome.FAILED
    if record.verified_at is not None:
        return Outcome.VERIFIED
    if letters:
        return Outcome.FAILED
    return None if something_waits(record) or not record.created else Outcome.UP_TO_DATE


def _status(record: DocumentRecord) -> str:
    if record.cancelling_event is not None:
        return "cancelled"
    if record.closing_event is not None:
        return "closed and verified" if record.verified_at else "closed, not verified yet"
    if record.created:
        return "open"
    return "being created" if record.create is not None else "not created yet"


def _file(record: DocumentRecord, name: str) -> str:
    file = record.files[name]
    if file.attached:
        return "attached"
    return "refused" if file.refused else "awaited"


def _run(run: Run | None) -> str:
    return "no lifecycle run" if run is None else f"run {run.number} {run.state.value}"


def _replaced(target: Target, newest: DocumentRecord) -> list[Generation]:
    if newest.generation == 1:
        return []
    found = []
    for record, successor in pairwise(target.documents.generations(newest.external_id)):
        reason = lineage(target, successor)
        at, why = (reason.at, reason.why) if reason else ("", None)
        status = _status(record) if record.created else how_it_stands(record).value
        found.append(Generation(record.generation, record.document_id, status, at, why))
    return found


def _orders(target: Target, external_id: str, run: Run | None) -> list[OrderLine]:
    """Of what the newest run carries. A payload that was forgotten names none any more."""
    if run is None:
        return []
    try:
        order = target.parts.get(external_id, run.part).get("order")
    except Forgotten:
        return []
    if order is None:
        return []
    record = target.orders.load(order["externalId"])
    if record is None:
        return [OrderLine(order["externalId"], None, "not placed yet", None)]
    status = record.status.value if record.status else None
    return [OrderLine(record.external_id, record.order_id, record.state.value, status)]
