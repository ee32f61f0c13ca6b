"""Where a MassID stands and what it waits for, in words: from the ledger, its execution and the fleet's timeline."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise

from massid_relay.core.errors import Superseded
from massid_relay.core.generations import standing as how_it_stands
from massid_relay.core.jsons import JsonObject
from massid_relay.core.record import DocumentRecord
from massid_relay.core.timeline import something_waits
from massid_relay.ledger.dead_letters import DeadLetter, DeadLetterState
from massid_relay.ledger.runs import Run, RunState
from massid_relay.work.burial import dead_letter_id
from massid_relay.work.source import QueueName

from massid_cli.operations.corrections import lineage
from massid_cli.operations.execution import Execution, execution_of
from massid_cli.operations.fleet import CARBONEXT, CARROT, Pause, pause_of
from massid_cli.operations.letters import letter_json
from massid_cli.operations.order_lines import OrderLine, orders_of, waits_of_orders
from massid_cli.operations.target import Target
from massid_cli.operations.waiting import first_wait, waits_of


class Outcome(StrEnum):
    """How it ended, as far as anything can be done about it now."""

    VERIFIED = "verified"
    """Closed, read back and found whole, and nothing that came with it lies dead."""
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
class Standing:
    """One MassID's standing. `waits_for` is the first of `waits`, or what comes next; empty if nothing holds it up."""

    external_id: str
    document_id: str | None
    status: str
    waits_for: str
    events: dict[str, int]
    files: dict[str, str]
    run: str
    dead_letters: list[DeadLetter]
    generation: int = 1
    outcome: Outcome | None = None
    """None while machines are still at it."""
    waits: list[str] = field(default_factory=list)
    execution: Execution | None = None
    paused: Pause | None = None
    """All calls to Carrot."""
    orders_paused: Pause | None = None
    """All calls to Carbonext, while an order waits for one."""
    replaced: list[Generation] = field(default_factory=list)
    orders: list[OrderLine] = field(default_factory=list)

    def to_json(self) -> JsonObject:
        """For programs. Its dead letters are told as `massid dead-letters --json` tells them."""
        return asdict(self) | {"dead_letters": [letter_json(letter) for letter in self.dead_letters]}


def standing(target: Target, external_id: str) -> Standing | None:
    """The standing of that external id; None if the ledger does not know it.

    What ends is read before what it has done: a run that was seen to have ended wrote nothing later than what is read then.
    """
    run, execution = _run_and_execution(target, external_id)
    record = target.documents.load(external_id)
    letters = target.dead_letters.resting_of(external_id)
    if _is_unknown(record, run, letters):
        return None
    outcome = _outcome(record, run, letters, execution)
    if outcome is None and _creation_was_given_up(target, record):
        outcome = Outcome.FAILED
    asked_for = record.version > 0 or outcome is None  # what was refused at the door is asked for by nobody
    orders = orders_of(target, external_id, run)
    order_waits = [] if outcome else list(waits_of_orders(record, orders))
    now = datetime.now(UTC)
    paused = pause_of(target, CARROT, now) if outcome is None else None
    orders_paused = pause_of(target, CARBONEXT, now) if order_waits else None
    return Standing(
        external_id=external_id,
        document_id=record.document_id,
        status=_status(record),
        waits_for=first_wait(record),
        events=dict(Counter(event.state.value for event in record.events)),
        files={name: _file(record, name) for name in record.files},
        run=_run(run),
        dead_letters=list(letters),
        generation=record.generation,
        outcome=outcome,
        waits=waits_of(record, letters, [paused, orders_paused], order_waits) if asked_for else [],
        execution=execution,
        paused=paused,
        orders_paused=orders_paused,
        replaced=_replaced(target, record),
        orders=orders,
    )


def is_known(target: Target, external_id: str) -> bool:
    """Whether there is a standing of it at all."""
    letters = target.dead_letters.resting_of(external_id)
    return not _is_unknown(target.documents.load(external_id), target.runs.newest(external_id), letters)


def _is_unknown(record: DocumentRecord, run: Run | None, letters: Sequence[DeadLetter]) -> bool:
    """An order's letter tells nothing: it may bear the order's own id."""
    return record.version == 0 and run is None and all(letter.queue == QueueName.ORDERS for letter in letters)


def _run_and_execution(target: Target, external_id: str) -> tuple[Run | None, Execution | None]:
    """A run that is open although its execution has ended may have been read just before it wrote its end."""
    run = target.runs.newest(external_id)
    if run is None:
        return None, None
    execution = execution_of(target, external_id, run)
    if run.state is RunState.OPEN and execution is not None and execution.ended:
        again = target.runs.newest(external_id)
        if again is not None and again.number == run.number:
            run = again
    return run, execution


def _outcome(
    record: DocumentRecord, run: Run | None, letters: Sequence[DeadLetter], execution: Execution | None
) -> Outcome | None:
    state = _run_state(run, execution)
    if state is RunState.OPEN:
        return None
    if record.cancelling_event is not None:
        return Outcome.CANCELLED
    if record.verification_failed or state is RunState.FAILED or any(_is_about(letter, record) for letter in letters):
        return Outcome.FAILED
    if record.verified_at is not None:
        return Outcome.VERIFIED
    return None if something_waits(record) or not record.created else Outcome.UP_TO_DATE


def _run_state(run: Run | None, execution: Execution | None) -> RunState | None:
    """A run whose execution has ended without writing so has failed: the sweep will say so too."""
    if run is not None and run.state is RunState.OPEN and execution is not None and execution.ended:
        return RunState.FAILED
    return run.state if run is not None else None


def _is_about(letter: DeadLetter, record: DocumentRecord) -> bool:
    """What lies dead of a generation that was replaced says nothing of the one that stands."""
    return letter.error_type != Superseded.__name__ and letter.generation in {None, record.generation}


def _creation_was_given_up(target: Target, record: DocumentRecord) -> bool:
    """Refused, and its letter discarded: nothing creates it any more. A letter that was redriven is on its way."""
    refusal = record.create.refusal if record.create is not None and not record.created else None
    if refusal is None:
        return False
    letter = target.dead_letters.get(dead_letter_id(refusal.message_id))
    return letter is None or letter.state is DeadLetterState.DISCARDED


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
    if file.refused:
        return "refused"
    return "given up" if record.cancelling_event is not None else "awaited"


def _run(run: Run | None) -> str:
    if run is None:
        return "no lifecycle run"
    return f"run {run.number} {run.state.value}{f', {run.reason}' if run.reason else ''}"


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
