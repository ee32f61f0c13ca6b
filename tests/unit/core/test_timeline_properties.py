"""Whatever arrives, fails, is redriven or discarded, in whatever order: the timeline keeps its word (invariant 3)."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from massid_relay.core.errors import Refusal, RejectedByProvider
from massid_relay.core.inbox import enter
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.record import Batch, DocumentRecord, EventEntry, EventState
from massid_relay.core.timeline import (
    CANCEL,
    CLOSE,
    RELATED,
    Step,
    StepKind,
    end_by_cancel,
    next_step,
    something_waits,
)

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
LEASE = timedelta(minutes=1)
SENDING = {StepKind.SEND, StepKind.CLOSE, StepKind.CANCEL}
names = st.sampled_from(["Weighing"] * 6 + [RELATED, CLOSE, CANCEL])


class Timelines(RuleBasedStateMachine):
    """A document that stands, its worker, its integrator and a platform that sometimes says no."""

    def __init__(self) -> None:
        super().__init__()
        create = Operation.started(START, "w", LEASE)
        create.confirm()
        self.record = DocumentRecord("doc", create=create, document_id="id")
        self.gone: list[EventEntry] = []
        self.messages = 0

    @rule(name=names, minutes=st.lists(st.integers(0, 30), min_size=1, max_size=3))
    def arrive(self, name: str, minutes: list[int]) -> None:
        """New events."""
        self.messages += 1
        entries = [self._entry(f"{self.messages}-{place}", name, minute) for place, minute in enumerate(minutes)]
        refused = enter(self.record, entries, f"message-{self.messages}")
        for refusal in refused:
            standing = self.record.event(refusal.external_id)
            assert (standing is not None and standing.state is EventState.DEAD) is refusal.hold

    @rule(data=st.data())
    def arrive_again(self, data: st.DataObject) -> None:
        """A message that was delivered once more: nothing changes."""
        if self.record.events:
            known = data.draw(st.sampled_from(self.record.events))
            if known.state is not EventState.DEAD:
                before = [(entry.external_id, entry.state) for entry in self.record.events]
                assert enter(self.record, [self._copy(known)], "again") == []
                assert [(entry.external_id, entry.state) for entry in self.record.events] == before

    @rule(outcome=st.sampled_from(["confirmed", "refused", "unknown", "unsent", "crashed", "given up"]))
    def take_a_step(self, outcome: str) -> None:
        """The worker sends what the plan says."""
        step = next_step(self.record)
        self._take_without_a_call(step)
        if step.kind not in SENDING or self.record.batch is not None:
            return
        self._require_order(list(step.events))
        operation = Operation.started(START, "w", LEASE)
        self.record.batch = Batch(operation, [entry.external_id for entry in step.events])
        if outcome == "confirmed":
            self._end(list(step.events))
        elif outcome == "refused":
            self._refuse(step.events[0])
            self.record.batch = None
        elif outcome == "unknown":
            operation.lease, operation.unknown_since = None, START
        elif outcome == "unsent":
            operation.lease = None
        elif outcome == "given up":
            self._refuse(step.events[0])
            operation.lease, operation.stage = None, Stage.REFUSED

    @precondition(lambda self: self.record.batch is not None)
    @rule(found=st.integers(0, 3))
    def look_up(self, found: int) -> None:
        """A batch without an answer: some of it, from the first on, turns out to stand."""
        batch = self.record.batch
        assert batch is not None
        sent = [entry for entry in self.record.events if entry.external_id in batch.event_ids]
        if next_step(self.record).kind is StepKind.LEAVE or any(entry.state is EventState.DEAD for entry in sent):
            return
        assert [entry.external_id for entry in next_step(self.record).events] == [entry.external_id for entry in sent]
        self._end([entry for entry in sent[:found] if entry.state is EventState.WAITING])

    @rule(redrive=st.booleans())
    def release_a_dead_one(self, redrive: bool) -> None:
        """`massid redrive` or `massid discard`."""
        dead = next((entry for entry in self.record.events if entry.state is EventState.DEAD), None)
        if dead is None:
            return
        if redrive:
            self.messages += 1
            enter(self.record, [self._copy(dead)], f"message-{self.messages}")
        else:
            dead.state = EventState.DISCARDED

    @invariant()
    def what_went_out_is_in_order(self) -> None:
        """By time; CANCEL may pass what waits."""
        times = [entry.at for entry in self.gone if entry.name != CANCEL]
        assert times == sorted(times)

    @invariant()
    def nothing_follows_an_end(self) -> None:
        """RELATED after CLOSE, nothing after CANCEL, also if one came while the other was in flight."""
        kinds = [entry.name for entry in self.gone]
        if CANCEL in kinds:
            assert kinds.index(CANCEL) == len(kinds) - 1
        if CLOSE in kinds:
            assert set(kinds[kinds.index(CLOSE) + 1 :]) <= {RELATED}

    @invariant()
    def each_went_out_once(self) -> None:
        """And is on record as confirmed."""
        ids = [entry.external_id for entry in self.gone]
        assert len(ids) == len(set(ids))
        confirmed = {entry.external_id for entry in self.record.events if entry.state is EventState.CONFIRMED}
        assert confirmed == set(ids)

    @invariant()
    def whatever_waits_is_known_to_wait(self) -> None:
        """Else `sweep` would not look after it (invariant 2)."""
        if any(entry.state is EventState.WAITING for entry in self.record.events):
            assert something_waits(self.record)

    def _require_order(self, sending: list[EventEntry]) -> None:
        """Nothing goes out over a hole."""
        for entry in sending:
            if entry.name != CANCEL:
                assert not any(
                    other.state is EventState.DEAD and other.at < entry.at for other in self.record.events
                ), "over a hole"

    def _take_without_a_call(self, step: Step) -> None:
        if step.kind is StepKind.VERIFY:
            self.record.verified_at = START
        if step.kind is StepKind.LEAVE:
            self.record.batch = None
        if step.kind is StepKind.REFUSE:
            assert CLOSE in [entry.name for entry in self.gone]
            step.events[0].state = EventState.DISCARDED

    def _refuse(self, entry: EventEntry) -> None:
        entry.state = EventState.DEAD
        entry.refusal = Refusal.of(RejectedByProvider("no", status=422), f"message-{self.messages}")

    def _end(self, entries: list[EventEntry]) -> None:
        for entry in entries:
            entry.state = EventState.CONFIRMED
        self.gone += entries
        if any(entry.name == CANCEL for entry in entries):
            end_by_cancel(self.record, "message")
        self.record.batch = None

    def _entry(self, external_id: str, name: str, minute: int) -> EventEntry:
        at = START + timedelta(minutes=minute)
        return EventEntry(external_id, name, at, f"hash-{external_id}", f"dedup-{external_id}", "part")

    def _copy(self, entry: EventEntry) -> EventEntry:
        minute = int((entry.at - START).total_seconds() // 60)
        return self._entry(entry.external_id, entry.name, minute)


TestTimelines = Timelines.TestCase
TestTimelines.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
