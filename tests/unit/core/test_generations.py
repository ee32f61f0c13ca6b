"""Generations of one external id: what may follow what, and that no two documents of it are ever alive."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from massid_relay.core.errors import (
    ForbiddenTransition,
    InvalidMessage,
    LeftToAPerson,
    NeverSent,
    NotReady,
    OutcomeUnknown,
    PayloadConflict,
    PermanentFailure,
    Refusal,
    RejectedByProvider,
    Superseded,
    Throttled,
)
from massid_relay.core.generations import (
    Standing,
    next_generation,
    require_fresh_ids,
    require_next,
    require_same_document,
    standing,
    to_be_seen_off,
)
from massid_relay.core.operation import Operation
from massid_relay.core.record import Batch, DocumentRecord, EventEntry, EventState, FileEntry, Wait, WaitKind
from massid_relay.core.retention import why_kept
from massid_relay.core.timeline import CANCEL, CLOSE, StepKind, next_step, something_waits

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LEASE = timedelta(minutes=1)


def entry(name: str, state: EventState = EventState.WAITING, minute: int = 0) -> EventEntry:
    return EventEntry(
        f"{name}-{minute}", name, NOW + timedelta(minutes=minute), "hash", f"id-{name}-{minute}", "part", state=state
    )


def created(*events: EventEntry, generation: int = 1) -> DocumentRecord:
    operation = Operation.started(NOW, "worker", LEASE)
    operation.confirm()
    return DocumentRecord(
        "doc", generation, document_id="document", create=operation, events=list(events), version=1, content_hash="hash"
    )


def opened(old: DocumentRecord) -> DocumentRecord:
    return next_generation(old, NOW, "part", "hash", f"document-{old.generation + 1}")


def refused(status: int, *, unknown: bool) -> Operation:
    operation = Operation.started(NOW, "worker", LEASE)
    if unknown:
        operation.put_back(OutcomeUnknown("timeout"), NOW)
    operation.refuse(Refusal.of(RejectedByProvider("no", status=status), "message"))
    return operation


class TestHowADocumentStands:
    def test_never_begun_is_gone(self) -> None:
        assert standing(DocumentRecord("doc")) is Standing.GONE

    @pytest.mark.parametrize(
        ("events", "expected"),
        [
            ([], Standing.STANDS),
            ([entry(CANCEL)], Standing.STANDS),
            ([entry(CANCEL, EventState.DEAD)], Standing.STANDS),
            ([entry(CANCEL, EventState.CONFIRMED)], Standing.GONE),
            ([entry(CLOSE, EventState.CONFIRMED)], Standing.CLOSED),
        ],
    )
    def test_created_stands_until_its_cancel_is_confirmed(self, events: list[EventEntry], expected: Standing) -> None:
        assert standing(created(*events)) is expected

    @pytest.mark.parametrize(("status", "proof"), [(400, True), (422, True), (403, False), (404, False), (409, False)])
    def test_after_an_attempt_without_an_answer_only_some_refusals_prove_its_absence(
        self, status: int, proof: bool
    ) -> None:
        record = DocumentRecord("doc", create=refused(status, unknown=True))
        assert (standing(record) is Standing.GONE) is proof
        assert standing(DocumentRecord("doc", create=refused(status, unknown=False))) is Standing.GONE

    def test_a_create_that_may_be_under_way_is_unknown(self) -> None:
        """Invariant 1: a lease already means that it may have been sent."""
        assert standing(DocumentRecord("doc", create=Operation.started(NOW, "worker", LEASE))) is Standing.UNKNOWN

    @pytest.mark.parametrize("error", [Throttled("429"), NeverSent("refused")])
    def test_a_create_that_was_certainly_not_sent_is_gone(self, error: Throttled | NeverSent) -> None:
        operation = Operation.started(NOW, "worker", LEASE)
        operation.put_back(error, NOW)
        assert standing(DocumentRecord("doc", create=operation)) is Standing.GONE

    def test_one_that_was_left_to_a_person_is_unknown(self) -> None:
        operation = Operation.started(NOW, "worker", LEASE)
        operation.put_back(OutcomeUnknown("timeout"), NOW)
        operation.refuse(Refusal.of(LeftToAPerson("too old"), "message"))
        assert standing(DocumentRecord("doc", create=operation)) is Standing.UNKNOWN


class TestWhatMayFollow:
    def test_the_next_one_and_the_newest_once_more(self) -> None:
        for asked in (1, 2):
            require_next(created(), asked, known=True)

    def test_an_older_one_is_superseded(self) -> None:
        with pytest.raises(Superseded, match="generation 1 was replaced by generation 2"):
            require_next(opened(created()), 1, known=True)

    @pytest.mark.parametrize(("asked", "known"), [(3, True), (2, False)])
    def test_a_gap_is_refused_by_its_field(self, asked: int, known: bool) -> None:
        with pytest.raises(InvalidMessage) as caught:
            require_next(DocumentRecord("doc"), asked, known=known)
        assert [field.path for field in caught.value.fields] == ["generation"]

    def test_nothing_follows_a_closed_document(self) -> None:
        with pytest.raises(ForbiddenTransition, match="what remains"):
            require_next(created(entry(CLOSE, EventState.CONFIRMED)), 2, known=True)

    def test_a_close_that_was_begun_is_waited_for(self) -> None:
        record = created(entry(CLOSE))
        require_next(record, 2, known=True)
        record.batch = Batch(Operation.started(NOW, "worker", LEASE), [record.events[0].external_id])
        with pytest.raises(NotReady):
            require_next(record, 2, known=True)

    def test_a_close_of_unknown_outcome_that_lies_dead_is_a_persons_affair(self) -> None:
        record = created(entry(CLOSE, EventState.DEAD))
        record.batch = Batch(Operation.started(NOW, "worker", LEASE), [record.events[0].external_id])
        with pytest.raises(ForbiddenTransition, match="redrive or discard"):
            require_next(record, 2, known=True)

    def test_other_content_of_one_generation_is_a_conflict(self) -> None:
        """Invariant 1."""
        require_same_document(created(), "hash")
        require_same_document(DocumentRecord("doc"), "hash")
        with pytest.raises(PayloadConflict):
            require_same_document(created(), "other")

    def test_a_deduplication_id_is_used_in_one_generation_only(self) -> None:
        old = created(entry("Weighing"))
        old.deduplication_id = "document-1"
        used = {"document.deduplicationId": "document-1", "events.3.deduplicationId": "id-Weighing-0"}
        with pytest.raises(InvalidMessage) as caught:
            require_fresh_ids(used | {"events.4.deduplicationId": "fresh"}, [old])
        assert [(field.path, field.problem) for field in caught.value.fields] == [
            (path, "was used in generation 1") for path in used
        ]


class TestWhatAReplacementTakesOver:
    def test_it_waits_for_a_document_that_was_begun(self) -> None:
        assert to_be_seen_off(opened(created())) == 1

    def test_it_waits_for_nothing_where_nothing_was_begun(self) -> None:
        assert to_be_seen_off(opened(DocumentRecord("doc"))) is None

    def test_one_that_was_never_begun_leaves_its_duty_to_its_successor(self) -> None:
        second = opened(created())
        assert to_be_seen_off(opened(second)) == 1

    def test_documents_that_wait_for_it_are_handed_over(self) -> None:
        old = created()
        old.wanted_by = ["other"]
        assert (opened(old).wanted_by, old.wanted_by) == (["other"], [])

    def test_it_is_looked_after_until_its_document_is_created_or_refused(self) -> None:
        """`sweep` makes a lost nudge good."""
        new = opened(created())
        assert something_waits(new)
        new.create = Operation.started(NOW, "worker", LEASE)
        assert something_waits(new)
        new.create.confirm()
        assert not something_waits(new)

    def test_its_payloads_stay_while_the_replaced_document_is_not_off_the_network(self) -> None:
        old = created()
        opened(old)
        assert why_kept(old) == "the replaced document is not cancelled yet"
        old.events.append(entry(CANCEL, EventState.CONFIRMED))
        assert why_kept(old) is None


STATES = st.sampled_from(EventState)
EVENTS = st.lists(
    st.builds(entry, st.sampled_from([CLOSE, CANCEL, "ACTOR", "Weighing", "RELATED"]), STATES), max_size=6
)


@st.composite
def replaced(draw: st.DrawFn) -> DocumentRecord:
    """Any record of a document that was replaced: with anything in flight but CLOSE, which stands in the way of that."""
    events = [entry(one.name, one.state, minute) for minute, one in enumerate(draw(EVENTS))]
    stands, flies = draw(st.booleans()), draw(st.booleans())
    record = created(*events) if stands else DocumentRecord("doc", events=events)
    may_fly = [one.external_id for one in events if one.name != CLOSE]
    if may_fly and flies:
        operation = Operation.started(NOW, "worker", LEASE)
        if draw(st.booleans()):
            operation.put_back(OutcomeUnknown("timeout"), NOW)
        record.batch = Batch(operation, [draw(st.sampled_from(may_fly))])
    record.newcomers = ["participant"] * draw(st.integers(0, 1))
    record.files = {"a.pdf": FileEntry("a.pdf", NOW)} if draw(st.booleans()) else {}
    record.superseded = True
    return record


@given(replaced())
def test_of_a_replaced_document_nothing_goes_out_but_its_cancel(record: DocumentRecord) -> None:
    step = next_step(record)
    assert step.kind in {StepKind.CANCEL, StepKind.LOOK_UP, StepKind.LEAVE, StepKind.WAIT, StepKind.REST}
    assert step.kind not in {StepKind.CANCEL, StepKind.LOOK_UP} or all(one.name == CANCEL for one in step.events)
    assert not record.created or step.kind is not StepKind.REST or standing(record) is not Standing.STANDS


@given(replaced())
def test_a_replaced_document_is_nothing_that_sweep_looks_after(record: DocumentRecord) -> None:
    """Its successor is looked after, until it is created."""
    assert not something_waits(record)
    record.waits.append(Wait(WaitKind.FILES, "token", []))
    assert something_waits(record)


class World:
    """One external id, its records and what its workers do, each step as one conditional write lets it happen."""

    def __init__(self) -> None:
        self.records = [DocumentRecord("doc", version=1)]

    @property
    def newest(self) -> DocumentRecord:
        return self.records[-1]

    def replace(self) -> None:
        """A submission of the next generation."""
        try:
            require_next(self.newest, self.newest.generation + 1, known=True)
        except (PermanentFailure, NotReady):
            return
        self.records.append(opened(self.newest))

    def begin(self) -> None:
        """A create message of the newest generation."""
        older = to_be_seen_off(self.newest)
        if older is not None and standing(self.records[older - 1]) is not Standing.GONE:
            return
        if self.newest.replaces is not None:
            self.newest.replaces.cleared_at = self.newest.replaces.cleared_at or NOW
        if self.newest.create is None:
            self.newest.create = Operation.started(NOW, "worker", LEASE)
        elif not self.newest.created:
            self.newest.create.begin(NOW, "worker", LEASE)

    def find_out(self) -> None:
        """A create message of a replaced generation of unknown outcome."""
        for record in self.records[:-1]:
            if standing(record) is Standing.UNKNOWN and record.create is not None:
                record.create.begin(NOW, "worker", LEASE)

    def answered(self, how: str) -> None:
        """The call that is under way ends."""
        for record in self.records:
            create = record.create
            if create is None or create.lease is None:
                continue
            match how:
                case "confirmed":
                    create.confirm()
                case "refused":
                    create.refuse(Refusal.of(RejectedByProvider("no", status=422), "message"))
                case "throttled":
                    create.put_back(Throttled("429"), NOW)
                case "unknown":
                    create.put_back(OutcomeUnknown("timeout"), NOW)

    def cancelled(self) -> None:
        """The document's FIFO group had its turn, for what is to be seen off."""
        older = to_be_seen_off(self.newest)
        if older is not None and standing(self.records[older - 1]) is Standing.STANDS:
            self.records[older - 1].events.append(entry(CANCEL, EventState.CONFIRMED))

    def closed(self) -> None:
        """The newest document is closed."""
        if standing(self.newest) is Standing.STANDS:
            self.newest.events.append(entry(CLOSE, EventState.CONFIRMED))


OFTEN = ["replace", "begin", "confirmed"]
SELDOM = ["find_out", "cancelled", "closed", "refused", "throttled", "unknown"]


@settings(max_examples=400)
@given(st.lists(st.sampled_from([*OFTEN * 3, *SELDOM]), max_size=20))
def test_whatever_happens_at_most_one_document_of_an_external_id_may_be_alive(actions: list[str]) -> None:
    """Two look-alikes that are both not cancelled fail the audit."""
    world = World()
    for action in actions:
        if hasattr(world, action):
            getattr(world, action)()
        else:
            world.answered(action)
        alive = [record.generation for record in world.records if standing(record) is not Standing.GONE]
        assert len(alive) <= 1, alive
        assert [record.superseded for record in world.records] == [True] * (len(world.records) - 1) + [False]
