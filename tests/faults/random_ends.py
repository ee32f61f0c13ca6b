"""Random lives of one document: how it ends, and what happens to it on the way there. A seed decides the whole life.

The bench of the workers' tests is the world. A life is a row of deeds: somebody wants something, the platform or a worker
fails, a person deals with a dead letter, time passes. In the end everything works again and the sweep comes by; what then
stands is judged by tests/faults/test_random_ends.py. What can't be seen in the end is noted while it happens (`Watch`).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from massid_cli.operations.corrections import NotToBeCorrectedError, replace
from massid_cli.operations.letters import discard, redrive
from massid_cli.operations.target import Target
from massid_relay.core.errors import NeverSent, OutcomeUnknown, RejectedByProvider
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.record import DocumentRecord, EventState
from massid_relay.core.timeline import CANCEL, RELATED
from massid_relay.ledger.dead_letters import DeadLetter

from tests.integration.workers.bench import DOCUMENTS, EVENTS, SUBMISSIONS, Bench
from tests.integration.workers.fake_carrot import APPEND, BATCH, CREATE, READ, Call, StoredDocument
from tests.integration.workers.mortal import KilledError, mortal
from tests.integration.workers.operating import as_soon_as_told, operated
from tests.integration.workers.payloads import (
    PDF,
    actor,
    close,
    document_message,
    event,
    events_message,
    files_message,
    with_file,
)
from tests.integration.workers.replacements import WHY, create_step, submission

DOCUMENT = "doc"
FILE = "manifest.pdf"
MEMORY = timedelta(hours=24)
"""How long the platform remembers deduplication ids, as the template assumes."""
SOON = timedelta(minutes=20)
LAST_SWEEPS = 2


@dataclass
class Watch:
    """Looks at each call right before it takes effect, and notes what must never be tried."""

    bench: Bench
    after_the_end: list[str] = field(default_factory=list)
    """Events that were sent to a document whose status forbids them."""
    over_a_hole: list[str] = field(default_factory=list)
    """Events that were sent for the first time although one before them lay dead. What was sent before that one died may be sent
    again: it may stand."""
    unrecorded: list[str] = field(default_factory=list)
    """Events that were sent without a record of the attempt."""
    beside_another: list[str] = field(default_factory=list)
    """Documents that were created although an older one was not cancelled."""

    def look(self, call: Call) -> None:
        """Right before the platform acts."""
        if call.name == CREATE:
            self._look_at_creation(call.bodies[0])
        elif call.name in {APPEND, BATCH}:
            stored = self.bench.carrot.documents[call.document_id]
            records = self.bench.relay.documents.generations(DOCUMENT)
            record = next(one for one in records if one.document_id == call.document_id)
            for body in call.bodies:
                self._look_at_event(stored, record, body)

    def _look_at_creation(self, body: JsonObject) -> None:
        others = self.bench.carrot.documents.values()
        known = any(one.body["deduplicationId"] == body["deduplicationId"] for one in others)
        if not known and any(one.status != "CANCELLED" for one in others):
            self.beside_another.append(body["deduplicationId"])

    def _look_at_event(self, stored: StoredDocument, record: DocumentRecord, body: JsonObject) -> None:
        name, external_id = body["name"], body["externalId"]
        forbidden = stored.status == "CANCELLED" or (stored.status == "CLOSED" and name != RELATED)
        if forbidden and external_id not in stored.event_ids:
            self.after_the_end.append(f"{external_id} after {stored.status}")
        if record.batch is None or external_id not in record.batch.event_ids:
            self.unrecorded.append(external_id)
        if (
            name != CANCEL
            and _is_first(record)
            and any(e.state is EventState.DEAD for e in _before(record, external_id))
        ):
            self.over_a_hole.append(external_id)


def _is_first(record: DocumentRecord) -> bool:
    return record.batch is None or record.batch.operation.first_attempt == record.batch.operation.last_attempt


def _before(record: DocumentRecord, external_id: str) -> list[Any]:
    ids = [entry.external_id for entry in record.events]
    return record.events[: ids.index(external_id)] if external_id in ids else []


@dataclass
class Life:
    """One document, and what is remembered of its life."""

    bench: Bench
    random: Random
    watch: Watch
    log: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    """What each step of a lifecycle asked for, by its token."""
    unreadable: bool = False
    """The document could not be read at some time, so a CANCEL may have left events behind of which nobody knows."""
    minute: int = 5
    """The time of the newest event."""
    numbers: int = 0
    begun: set[int] = field(default_factory=lambda: {1})
    """Generations whose lifecycle has asked for the document."""
    at_once: Callable[["Life", DeadLetter], object] | None = None
    """What a person does to the next letter, the moment it is told."""

    # ---------------------------------------------------------------------------------------------------------- the ledger

    @property
    def records(self) -> list[DocumentRecord]:
        """Every generation, the oldest first."""
        return self.bench.relay.documents.generations(DOCUMENT)

    @property
    def letters(self) -> list[DeadLetter]:
        """What rests, in an order that does not depend on random ids."""
        return sorted(self.bench.letters(), key=lambda one: (one.at, one.error_type, one.item or "", one.id))

    # -------------------------------------------------------------------------------------------------------- for the deeds

    def happens(self, share: float) -> bool:
        """Whether something does that happens so often."""
        return self.random.random() < share

    def new_name(self, kind: str) -> str:
        """An external id."""
        self.numbers += 1
        return f"{kind}{self.numbers}"

    def ask(self, body: JsonObject) -> None:
        """Send an event to the newest generation, at times as a step of its lifecycle that waits for it."""
        token = self.bench.token() if self.happens(0.5) else None
        generation = self.records[-1].generation
        message = events_message(body, token=token) | ({"generation": generation} if generation > 1 else {})
        if self.happens(0.1):
            self.bench.carrot.refuses.add(body["externalId"])
        if token:
            self.tokens[token] = body["externalId"]
        at, files = body.get("externalCreatedAt", "")[11:16], "with a file" if "attachments" in body else ""
        self.note(f"{body['externalId']} {at} {files}, {token or 'no step waits'}")
        self.bench.send(EVENTS, message)

    def note(self, text: str) -> None:
        """One line of the log."""
        refused = self.bench.carrot.refuses
        self.log.append(
            f"{self.bench.clock.now():%d. %H:%M:%S} {text}{f', refused: {sorted(refused)}' * bool(refused)}"
        )

    def work(self, act: Callable[[], object], *, dies: bool) -> None:
        """Have the workers do something; `dies`: one of them is killed on the way, after some effects."""
        effects = self.random.randint(1, 8) if dies else 0
        self.note(f"  work{f', killed after {effects} effects' * dies}")
        self.bench.relay = mortal(self.bench, effects) if dies else self.bench.container()
        if self.at_once is not None:
            as_soon_as_told(self.bench, self._deal_at_once)
        with suppress(KilledError):
            act()
        self.bench.relay = self.bench.container()

    def _deal_at_once(self, letter: DeadLetter) -> None:
        act, self.at_once, worker = self.at_once, None, self.bench.relay
        self.bench.relay = self.bench.container()  # the person's command does not die with the worker
        if act is not None:
            act(self, letter)
        self.bench.relay = worker

    def settle(self, *, dies: bool = False) -> None:
        """Let the workers go on for a while."""
        ends = self.bench.clock.now() + SOON
        self.work(lambda: self.bench.run(ends=ends), dies=dies)
        if dies:
            self.bench.run(ends=ends + SOON)

    def target(self) -> Target:
        """The stack, for the command line's operations."""
        return operated(self.bench)


# --------------------------------------------------------------------------------------------------- what somebody asks for


def add_event(life: Life) -> None:
    """Mostly a later one; some refer to a file."""
    life.minute += 5
    late = life.happens(0.15)
    body = event(life.new_name("event"), life.minute - 8 if late else life.minute)
    life.ask(with_file(body, FILE) if life.happens(0.2) else body)


def add_close(life: Life) -> None:
    """Each CLOSE is another one."""
    name = life.new_name("close")
    life.ask(close(90 + life.numbers) | {"externalId": name})


def add_cancel(life: Life) -> None:
    """Each CANCEL is another one."""
    life.ask({"name": CANCEL, "isPublic": True, "externalId": life.new_name("cancel")})


def add_related(life: Life) -> None:
    """What a closed document still takes."""
    life.ask(event(life.new_name("related"), 150 + life.numbers, RELATED, relatedDocument={"documentId": "other"}))


def contradict(life: Life) -> None:
    """The first event once more, with other content. A replacement has none of that name."""
    if life.records[-1].event("weighing") is not None:
        life.ask(event("weighing", 5, value=life.numbers + 10))


def bring_file(life: Life) -> None:
    """The file that events refer to; its notification may be lost."""
    life.note("the file comes")
    life.bench.drop(DOCUMENT, FILE, PDF, tell=life.happens(0.8))


def ask_for_file(life: Life) -> None:
    """A step of the lifecycle waits for the file."""
    token = life.bench.token()
    life.tokens[token] = FILE
    life.note(f"{FILE} is asked for, token {token}")
    generation = life.records[-1].generation
    life.bench.send("EvidenceQueue", files_message(FILE, token=token) | {"generation": generation})


def replace_it(life: Life) -> None:
    """By the command line, which may refuse at once, or by a queue."""
    if life.happens(0.5):
        try:
            life.note(f"replaced by command, generation {replace(life.target(), DOCUMENT, _replacement(), WHY)}")
        except NotToBeCorrectedError as refusal:
            life.note(f"not replaced: {refusal}")
        return
    generation = life.records[-1].generation + 1
    life.note(f"replaced by message, generation {generation}")
    life.bench.send(SUBMISSIONS, submission(actor(), generation=generation))


def _replacement() -> str:
    body = submission(actor())
    return dumps(body)


# ---------------------------------------------------------------------------------------------------------- what goes wrong


def lose_answers(life: Life) -> None:
    """The next calls of one kind get no answer, with or without effect, or never leave."""
    error = life.random.choice([OutcomeUnknown("no answer"), OutcomeUnknown("no answer"), NeverSent("no connection")])
    takes_effect = isinstance(error, OutcomeUnknown) and life.happens(0.6)
    name = life.random.choice([APPEND, APPEND, APPEND, BATCH, READ, CREATE])
    times = life.random.choice([1, 1, 2])
    life.note(f"{times} x {type(error).__name__} for {name}{', which takes effect' * takes_effect}")
    life.bench.carrot.next_fails(name, error, takes_effect=takes_effect, times=times)


def forbid_reading(life: Life) -> None:
    """The next reads are refused for good."""
    life.unreadable = True
    life.note("403 for reads")
    life.bench.carrot.next_fails(READ, RejectedByProvider("no", status=403), times=life.random.choice([1, 2]))


def end_in_doubt(life: Life) -> None:
    """CLOSE or CANCEL gets no answer, and at times the document can't be read when that is looked up; CANCEL may come then."""
    life.random.choice([add_close, add_close, add_cancel])(life)
    takes_effect = life.happens(0.5)
    life.note(f"its answer is lost; it {'stands' if takes_effect else 'does not stand'}")
    life.bench.carrot.next_fails(APPEND, OutcomeUnknown("no answer"), takes_effect=takes_effect)
    life.bench.work()
    life.bench.move(minutes=life.random.choice([0, 5]))
    if life.happens(0.7):
        forbid_reading(life)
        life.settle()
    if life.happens(0.7):
        add_cancel(life)
        life.settle()


def stop_refusing(life: Life) -> None:
    """What the platform refused it would take now."""
    life.bench.carrot.refuses.clear()
    life.note("nothing is refused any more")


def outage(life: Life) -> None:
    """The last answer before it is lost; then every call fails, for longer than deduplication ids are remembered at times."""
    life.random.choice([add_event, add_close, add_cancel])(life)
    hours, takes_effect = life.random.choice([1, 26]), life.happens(0.5)
    life.note(f"an outage of {hours} hours; the last event{' stands' if takes_effect else ' is lost'}")
    life.bench.carrot.next_fails(APPEND, OutcomeUnknown("no answer"), takes_effect=takes_effect)
    life.bench.work()
    life.bench.carrot.down = lambda _: OutcomeUnknown("outage")
    life.bench.run(ends=life.bench.clock.now() + timedelta(hours=hours), step=6)
    life.bench.carrot.down = lambda _: None


def kill(life: Life) -> None:
    """A worker dies over what lies on the queues."""
    life.settle(dies=True)


def lose_the_handlers_answer(life: Life) -> None:
    """What was handled comes again."""
    life.note("messages are handled, and not deleted")
    life.bench.work(delete=False)


# --------------------------------------------------------------------------------------------------- what a person does


def send_back(life: Life) -> None:
    """`massid redrive` of one letter."""
    _deal_with_a_letter(life, "redriven", _redrive_it)


def give_up(life: Life) -> None:
    """`massid discard` of one letter."""
    _deal_with_a_letter(life, "discarded", _discard_it)


def _deal_with_a_letter(life: Life, done: str, act: Callable[[Life, DeadLetter], object]) -> None:
    """A command that is broken off is done again."""
    resting = life.letters
    if not resting:
        return
    letter = life.random.choice(resting)
    life.note(f"{letter.error_type} of {letter.item} is {done}")
    if life.happens(0.2):
        life.work(lambda: act(life, letter), dies=True)
        life.bench.move(minutes=3)
    with suppress(KeyError):
        act(life, letter)


def deal_with_the_next_at_once(life: Life) -> None:
    """Somebody, or a script, waits for the next letter."""
    done = life.random.choice(["redriven", "discarded"])
    life.note(f"the next letter will be {done} at once")
    life.at_once = _redrive_it if done == "redriven" else _discard_it


def _redrive_it(life: Life, letter: DeadLetter) -> None:
    life.note(f"  {letter.error_type} of {letter.item} is redriven at once")
    redrive(life.target(), lambda one: one.id == letter.id)


def _discard_it(life: Life, letter: DeadLetter) -> None:
    life.note(f"  {letter.error_type} of {letter.item} is discarded at once")
    discard(life.target(), letter.id, "no longer wanted")


def wait(life: Life) -> None:
    """Nobody does anything."""
    hours = life.random.choice([1, 13])
    life.note(f"{hours} hours pass")
    life.bench.move(hours=hours)


def look_after(life: Life) -> None:
    """A sweep, which may die."""
    life.bench.move(hours=7)
    life.note("sweep")
    life.work(life.bench.sweep, dies=life.happens(0.2))


DEEDS: dict[Callable[[Life], None], int] = {
    add_event: 4,
    add_close: 3,
    add_cancel: 2,
    add_related: 2,
    contradict: 3,
    bring_file: 1,
    ask_for_file: 1,
    replace_it: 2,
    lose_answers: 4,
    forbid_reading: 1,
    end_in_doubt: 6,
    stop_refusing: 1,
    outage: 1,
    kill: 2,
    lose_the_handlers_answer: 1,
    send_back: 3,
    give_up: 2,
    deal_with_the_next_at_once: 2,
    wait: 1,
    look_after: 1,
}
"""How often each one is chosen."""


# -------------------------------------------------------------------------------------------------------- a life, whole


def live(bench: Bench, seed: int) -> Life:
    """A whole life, up to the rest after its last sweep."""
    life = _born(bench, seed)
    for deed in life.random.choices(list(DEEDS), weights=list(DEEDS.values()), k=life.random.randint(4, 8)):
        deed(life)
        if life.happens(0.6):
            life.settle(dies=life.happens(0.25))
        _begin_lifecycle(life)
    _come_to_rest(life)
    return life


def _born(bench: Bench, seed: int) -> Life:
    """The document stands, with its Integrator and a weighing."""
    bench.relay = bench.container()
    life = Life(bench, Random(seed), Watch(bench))
    bench.carrot.before = life.watch.look
    bench.carrot.memory = MEMORY
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor(), event("weighing", 5, value=1)))
    bench.run()
    bench.move(minutes=5)
    bench.carrot.lag = timedelta(seconds=life.random.choice([0, 0, 20]))
    bench.carrot.batch_is_atomic, bench.carrot.batch_exists = life.happens(0.5), life.happens(0.8)
    return life


def _begin_lifecycle(life: Life) -> None:
    """The lifecycle of a replacement that was taken up: it asks for the document, then for its first event."""
    opened = {given["generation"] for given in life.bench.steps.executions.values()}
    for generation in sorted(opened - life.begun):
        life.begun.add(generation)
        token = life.bench.token()
        life.tokens[token] = f"the document of generation {generation}"
        life.note(f"the lifecycle of generation {generation} begins, token {token}")
        life.bench.send(DOCUMENTS, create_step(life.bench, generation, token))
        life.bench.send(EVENTS, events_message(actor()) | {"generation": generation})


def _come_to_rest(life: Life) -> None:
    """Everything works again, and the sweep comes by until nothing changes any more."""
    life.note("everything works again")
    life.bench.carrot._failures.clear()
    for _ in range(LAST_SWEEPS):
        life.bench.move(hours=7)
        life.bench.sweep()
        life.bench.run()
        _begin_lifecycle(life)
    life.bench.run()


def story(life: Life) -> str:
    """What happened and what came of it, in full."""
    carrot = life.bench.carrot
    stands = [f"{one.id} {one.status}: {one.event_ids}" for one in carrot.documents.values()]
    ledger = [f"generation {one.generation}: {_told(one)}" for one in life.records]
    rests = [f"{one.error_type} of {one.item}, generation {one.generation}: {one.reason}" for one in life.letters]
    answers = [f"answers: {life.bench.steps.answers}", f"asked for: {life.tokens}"]
    return "\n  ".join(["", *life.log, "network", *stands, "ledger", *ledger, "letters", *rests, *answers])


def _told(record: DocumentRecord) -> str:
    events = ", ".join(f"{entry.external_id} {entry.state.value}" for entry in record.events)
    return f"{events}; in flight {record.batch}; waits {record.waits}; superseded {record.superseded}"
