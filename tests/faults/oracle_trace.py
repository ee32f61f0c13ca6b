"""Reads the trace of a run. Effects alone can't show a missing record, since the platform deduplicates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from massid_relay.core.messages import (
    DocumentMessage,
    EventsMessage,
    EvidenceRequest,
    parse_document_message,
    parse_events_message,
    parse_evidence_message,
    parse_submission,
)
from massid_relay.core.operation import Operation as Recorded
from massid_relay.core.operation import Stage
from massid_relay.core.record import DocumentRecord, EventEntry, EventState

from tests.faults.findings import Fault, Finding
from tests.faults.trace import (
    Answered,
    Attempted,
    Buried,
    Deleted,
    Happening,
    Operation,
    Saved,
    Started,
    TokenAnswered,
    Trace,
)

Judge = Callable[["Known", Happening], Iterator[Finding]]


@dataclass(slots=True)
class Known:
    """What stands in the ledger at one moment of the trace, and who wrote which lease."""

    records: dict[str, DocumentRecord] = field(default_factory=dict)
    lease_of: dict[str, str] = field(default_factory=dict)
    """The worker that wrote a lease, by the lease's owner."""
    dead: set[str] = field(default_factory=set)
    started: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    in_flight: dict[int, Attempted] = field(default_factory=dict)
    ids: dict[tuple[str, str, str], str | None] = field(default_factory=dict)

    def learn(self, happening: Happening) -> None:
        """Go one step on."""
        match happening:
            case Saved():
                self._learn_record(happening)
            case Buried(dead_letter_id=letter):
                self.dead.add(letter)
            case Started(document=document):
                self.started.add(document)
            case TokenAnswered(token=token):
                self.tokens.add(token)
            case Attempted(number=number):
                self.in_flight[number] = happening
            case Answered(attempt=attempt):
                self.in_flight.pop(attempt, None)

    def _learn_record(self, saved: Saved) -> None:
        self.records[saved.record.external_id] = saved.record
        for operation in _operations(saved.record):
            if operation.lease is not None:
                self.lease_of.setdefault(operation.lease.owner, saved.worker)


def judge_trace(trace: Trace) -> list[Finding]:
    """Everything that must not have happened."""
    known, findings = Known(), []
    for happening in trace.happenings:
        findings += [finding for judge in JUDGES for finding in judge(known, happening)]
        known.learn(happening)
    return findings


# ------------------------------------------------------------------------------------------------------------- invariant 1


def recorded_before_call(known: Known, happening: Happening) -> Iterator[Finding]:
    """Every attempt stands in the ledger with its id, under a lease that this very worker wrote and that outlives the call."""
    if not isinstance(happening, Attempted):
        return
    for asked in happening.operations:
        record = known.records.get(asked.document)
        found = _recorded(record, asked) if record else None
        if found is None:
            yield Finding(Fault.UNRECORDED, str(asked), happening.number)
            continue
        recorded, deduplication_id = found
        lease = recorded.lease
        if lease is None or recorded.stage is not Stage.STARTED:
            yield Finding(Fault.UNRECORDED, f"{asked}: no lease", happening.number)
        elif known.lease_of.get(lease.owner) != happening.worker:
            yield Finding(Fault.UNRECORDED, f"{asked}: another worker's lease", happening.number)
        elif lease.until < happening.until:
            yield Finding(Fault.UNRECORDED, f"{asked}: the lease ends before the call", happening.number)
        if deduplication_id != asked.deduplication_id:
            yield Finding(Fault.OTHER_ID, f"{asked}: not the recorded one", happening.number)


def _recorded(record: DocumentRecord, asked: Operation) -> tuple[Recorded, str | None] | None:
    """The operation as the ledger knows it, and its deduplication id."""
    if asked.kind == "document":
        return (record.create, record.deduplication_id) if record.create else None
    if asked.kind == "file":
        file = record.files.get(asked.item)
        return (file.operation, None) if file and file.operation else None
    entry = record.event(asked.item)
    if entry is None or record.batch is None or asked.item not in record.batch.event_ids:
        return None
    return record.batch.operation, entry.deduplication_id


def always_the_same_id(known: Known, happening: Happening) -> Iterator[Finding]:
    """Every attempt of one operation carries the id of the first."""
    if isinstance(happening, Attempted):
        for asked in happening.operations:
            first = known.ids.setdefault((asked.kind, asked.document, asked.item), asked.deduplication_id)
            if first != asked.deduplication_id:
                yield Finding(Fault.OTHER_ID, f"{asked}: changed", happening.number)


def one_attempt_at_a_time(known: Known, happening: Happening) -> Iterator[Finding]:
    """While a request may still take effect, nobody sends that operation again."""
    if not isinstance(happening, Attempted):
        return
    for earlier in known.in_flight.values():
        if earlier.until <= happening.at:
            continue
        for asked in set(earlier.operations) & set(happening.operations):
            yield Finding(Fault.IN_FLIGHT_TWICE, f"{asked}: also in happening {earlier.number}", happening.number)


# ------------------------------------------------------------------------------------------------------------- invariant 2


def deleted_after_record(known: Known, happening: Happening) -> Iterator[Finding]:
    """A message goes when its effect is confirmed, or waits in the ledger with what will wake it, or lies dead."""
    if not isinstance(happening, Deleted):
        return
    match happening.queue:
        case "SubmissionsQueue":
            left = _left_of_submission(known, happening)
        case "DocumentsQueue":
            left = _left_of_document(known, parse_document_message(happening.body))
        case "EventsQueue":
            left = _left_of_events(known, happening)
        case "EvidenceQueue":
            left = _left_of_files(known, happening)
        case _:
            return
    for what in left:
        yield Finding(Fault.DELETED_EARLY, f"{happening.message_id} in {happening.queue}: {what}", happening.number)


def _left_of_submission(known: Known, happening: Deleted) -> Iterator[str]:
    message = parse_submission(happening.body)
    if message.external_id not in known.started:
        yield "lifecycle"


def _left_of_document(known: Known, message: DocumentMessage) -> Iterator[str]:
    record = known.records.get(message.external_id)
    settled = record is not None and record.create is not None and record.create.stage is not Stage.STARTED
    if not settled:
        yield "document"
    if message.task_token and message.task_token not in known.tokens:
        yield "token"


def _left_of_events(known: Known, happening: Deleted) -> Iterator[str]:
    message = parse_events_message(happening.body)
    if not isinstance(message, EventsMessage):
        return
    record = known.records.get(message.document_external_id)
    for name in [event.external_id for event in message.events or []]:
        entry = record.event(name or "") if record else None
        if record is None or entry is None or not _kept(record, entry):
            yield f"event {name}"
    yield from _left_of_token(known, record, message.task_token)


def _left_of_files(known: Known, happening: Deleted) -> Iterator[str]:
    message = parse_evidence_message(happening.body)
    if not isinstance(message, EvidenceRequest):
        return
    record = known.records.get(message.document_external_id)
    for name in message.file_names:
        file = record.files.get(name) if record else None
        if record is None or file is None or not (file.attached or file.refused or record.waiting_since):
            yield f"file {name}"
    yield from _left_of_token(known, record, message.task_token)


def _left_of_token(known: Known, record: DocumentRecord | None, token: str | None) -> Iterator[str]:
    waits = {wait.token for wait in record.waits} if record else set()
    if token and token not in known.tokens and token not in waits:
        yield "token"


def _kept(record: DocumentRecord, entry: EventEntry) -> bool:
    return entry.state is not EventState.WAITING or record.waiting_since is not None


# ------------------------------------------------------------------------------------------------------------- invariant 3


def nothing_over_a_hole(known: Known, happening: Happening) -> Iterator[Finding]:
    """What stands before an event in its timeline has gone out before it, CANCEL aside; or goes in the same call."""
    if not isinstance(happening, Attempted):
        return
    sent = [asked.item for asked in happening.operations if asked.kind == "event"]
    record = known.records.get(happening.operations[0].document)
    if not sent or record is None:
        return
    gone = {entry.external_id for entry in record.events if entry.settled}
    for item in sent:
        entry = record.event(item)
        if entry is not None and entry.name != "CANCEL":
            before = record.events[: record.events.index(entry)]
            holes = [other.external_id for other in before if other.external_id not in gone]
            if holes:
                yield Finding(Fault.OVER_A_HOLE, f"event {item}: {holes[0]} has not gone out", happening.number)
        gone.add(item)


JUDGES: tuple[Judge, ...] = (
    recorded_before_call,
    always_the_same_id,
    one_attempt_at_a_time,
    deleted_after_record,
    nothing_over_a_hole,
)


def _operations(record: DocumentRecord) -> Iterator[Recorded]:
    if record.create is not None:
        yield record.create
    if record.batch is not None:
        yield record.batch.operation
    for file in record.files.values():
        if file.operation is not None:
            yield file.operation
