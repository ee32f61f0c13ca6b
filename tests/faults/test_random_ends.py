"""However a document's life goes, and however it ends: nothing is lost, doubled, out of order or left without a word."""

import itertools
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from massid_cli.operations import letters
from massid_relay.core import inbox, timeline
from massid_relay.core.generations import Standing, standing
from massid_relay.core.record import DocumentRecord, EventEntry, EventState
from massid_relay.core.timeline import CANCEL, CLOSE, RELATED, StepKind, next_step
from massid_relay.work import append_events, burial, cancelling, send_events
from massid_relay.work.burial import dead_letter_id
from moto import mock_aws

from tests.faults.random_ends import Life, live, story
from tests.integration.workers.bench import Bench
from tests.integration.workers.conftest import create_table

SEEDS = range(60)
_NUMBERS = itertools.count(1)
NewBench = Callable[[], Bench]
Check = Callable[[Life], None]


@pytest.fixture(scope="module")
def aws() -> Iterator[tuple[Any, Any]]:
    """Clients of DynamoDB and S3; making one is slow, so they are made once."""
    with mock_aws():
        session = boto3.Session(region_name="us-east-1")
        yield session.client("dynamodb"), session.client("s3")


@pytest.fixture
def new_bench(aws: tuple[Any, Any]) -> NewBench:
    """Each life has a ledger, a bucket and queues of its own."""

    def make() -> Bench:
        dynamodb, s3 = aws
        name = f"random-ends-{next(_NUMBERS)}"
        create_table(dynamodb, name)
        s3.create_bucket(Bucket=name)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return Bench(dynamodb, s3, name)

    return make


# ------------------------------------------------------------------------------------------------------ what must hold


def nothing_stands_twice(life: Life) -> None:
    """Invariant 1: no event twice on a document, and no document beside another that is not cancelled."""
    documents = life.bench.carrot.documents.values()
    for document in documents:
        assert len(document.event_ids) == len(set(document.event_ids)), f"{document.event_ids} stand on {document.id}"
    assert sum(document.status != "CANCELLED" for document in documents) <= 1, "two documents are alive"
    assert life.watch.beside_another == [], "created beside one that was alive"


def every_attempt_was_recorded(life: Life) -> None:
    """Invariant 1: the record comes before the call."""
    assert life.watch.unrecorded == []


def the_ledger_tells_what_stands(life: Life) -> None:
    """Invariant 1: what is confirmed stands, and what stands is confirmed or in doubt. Of a replaced or cancelled document
    what was in flight may have been left behind; CLOSE and CANCEL never."""
    for record in life.records:
        stored = life.bench.carrot.documents.get(record.document_id or "")
        stand = set(stored.event_ids) if stored else set()
        confirmed = {entry.external_id for entry in record.events if entry.state is EventState.CONFIRMED}
        assert confirmed <= stand, f"{confirmed - stand} is confirmed and doesn't stand"
        unknown = stand - confirmed - set(record.batch.event_ids if record.batch else ())
        assert all(_may_be_left(life, record, name) for name in unknown), f"nobody knows that {unknown} stands"


def _may_be_left(life: Life, record: DocumentRecord, external_id: str) -> bool:
    entry = record.event(external_id)
    is_left = record.superseded or (life.unreadable and record.cancelling_event is not None)
    return entry is not None and is_left and entry.name not in {CLOSE, CANCEL}


def what_is_dead_has_its_letter(life: Life) -> None:
    """Invariant 2: the letter stands in the index, and its message rests in the queue. What died with a replaced document comes
    back as `Superseded`, if it is redriven."""
    listed = {letter.id for letter in life.letters}
    resting = _resting(life)
    assert listed <= set(resting), f"the messages of {listed - set(resting)} are gone"
    for record in life.records:
        for entry in (one for one in record.events if one.state is EventState.DEAD and not record.superseded):
            assert entry.refusal is not None
            assert dead_letter_id(entry.refusal.message_id, entry.external_id) in listed, (
                f"{entry.external_id} has none"
            )


def what_holds_has_its_letter(life: Life) -> None:
    """Invariants 2 and 3: a letter that was discarded or redriven holds nothing, whatever came at the same time."""
    listed = {letter.id for letter in life.letters}
    held = [hold.dead_letter_id for record in life.records if not record.superseded for hold in record.holds]
    assert set(held) <= listed, "held by letters that rest no more"


def _resting(life: Life) -> list[str]:
    """Ids of the letters whose messages lie in the dead-letter queue."""
    return [message.attributes["deadLetterId"]["StringValue"] for message in life.bench.queues.resting()]


def what_waits_has_a_reason_and_is_looked_at(life: Life) -> None:
    """Invariant 2: nothing that could be done is left undone; what waits, waits for something with a name, and the sweep comes
    by. A replaced document is the sweep's business for as long as its successor waits for it."""
    looked_at = _looked_at(life)
    for record in life.records:
        step = next_step(record)
        assert step.kind in {StepKind.WAIT, StepKind.REST}, f"{step.kind} is left undone"
        waiting = [entry.external_id for entry in record.events if entry.state is EventState.WAITING]
        if record.superseded:
            gone = standing(record) is Standing.GONE
            assert gone or (step.waits_for and life.records[-1].generation in looked_at), (
                "a replaced document is forgotten"
            )
        elif waiting:
            assert step.waits_for, f"{waiting} wait for nothing"
            assert record.generation in looked_at, f"nobody looks at {waiting} any more"


def _looked_at(life: Life) -> set[int]:
    """Generations that a sweep will come to."""
    bench = life.bench
    return {generation for _, generation in bench.relay.documents.waiting(bench.clock.now() + timedelta(days=9), 100)}


def every_step_is_answered_or_kept(life: Life) -> None:
    """Invariant 2: a lifecycle is told, or its token lies in the ledger and the sweep comes by. None waits for a cancelled
    document."""
    answered, looked_at = dict(life.bench.steps.answers), _looked_at(life)
    kept: set[str] = set()
    for record in life.records:
        kept |= {wait.token for wait in record.waits}
        assert not record.waits or record.generation in looked_at, "a step waits, and nobody looks at it"
        assert not record.waits or record.cancelling_event is None, "a step waits for a cancelled document"
    lost = {token: asked for token, asked in life.tokens.items() if token not in answered and token not in kept}
    assert not lost, f"steps that are neither answered nor kept: {lost}"


def nothing_follows_the_end(life: Life) -> None:
    """Invariant 3: nothing after CANCEL, only RELATED after CLOSE; it isn't even tried."""
    assert life.watch.after_the_end == []
    for document in life.bench.carrot.documents.values():
        names = [body["name"] for _, body in document.events]
        assert CANCEL not in names[:-1], f"{names}: something follows CANCEL"
        after_close = names[names.index(CLOSE) + 1 :] if CLOSE in names else []
        assert set(after_close) <= {RELATED}, f"{names}: something follows CLOSE"


def events_stand_in_order(life: Life) -> None:
    """Invariant 3: by `externalCreatedAt`, but for CANCEL, and over no hole."""
    assert life.watch.over_a_hole == [], "sent over a dead event"
    for document in life.bench.carrot.documents.values():
        times = [body["externalCreatedAt"] for _, body in document.events if body["name"] != CANCEL]
        assert times == sorted(times), f"{document.event_ids} stand out of order"


def each_thing_has_one_letter(life: Life) -> None:
    """Invariant 10. Each other content of an event is a conflict of its own; of a file that comes too late each message that
    asks for it is answered."""
    events = [one for one in life.letters if one.queue == "events" and one.item is not None]
    single = [one for one in events if one.error_type != "PayloadConflict"]
    counted = Counter((one.generation, one.item, one.error_type) for one in single)
    assert [what for what, count in counted.items() if count > 1] == []


CHECKS: tuple[Check, ...] = (
    nothing_stands_twice,
    every_attempt_was_recorded,
    the_ledger_tells_what_stands,
    what_is_dead_has_its_letter,
    what_holds_has_its_letter,
    what_waits_has_a_reason_and_is_looked_at,
    every_step_is_answered_or_kept,
    nothing_follows_the_end,
    events_stand_in_order,
    each_thing_has_one_letter,
)


def failures(bench: Bench, seed: int) -> dict[str, str]:
    """What does not hold after the life of that seed, by the name of the check."""
    life = live(bench, seed)
    found = {}
    for check in CHECKS:
        try:
            check(life)
        except AssertionError as error:
            found[check.__name__] = f"seed {seed}: {check.__name__}: {error}{story(life)}"
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens_to_a_document_its_end_is_right(new_bench: NewBench, seed: int) -> None:
    """Invariants 1, 2, 3 and 10."""
    found = failures(new_bench(), seed)
    assert not found, "\n".join(found.values())


# -------------------------------------------------------------------------------------------------- the checks can fail


def close_in_doubt_passed(patch: pytest.MonkeyPatch) -> None:
    """CANCEL lets go of whatever is in flight, without a look."""
    patch.setattr(timeline, "_is_in_the_way", lambda record, batch: True)
    patch.setattr(cancelling, "_is_to_be_looked_at", lambda turn: False)


def hold_on_a_hole_off(patch: pytest.MonkeyPatch) -> None:
    """Dead events hold nothing."""
    ready_prefix = timeline._ready_prefix

    def over_holes(record: DocumentRecord, waiting: Sequence[EventEntry]) -> tuple[list[EventEntry], str]:
        return ready_prefix(record, [entry for entry in waiting if entry.state is not EventState.DEAD])

    patch.setattr(timeline, "_ready_prefix", over_holes)


def no_time_passes(patch: pytest.MonkeyPatch) -> None:
    """An event enters although a later one has gone out."""
    patch.setattr(inbox, "_last_gone_out", lambda record: datetime.min.replace(tzinfo=UTC))


def remembered_for_ever(patch: pytest.MonkeyPatch) -> None:
    """Deduplication ids are believed to be remembered however long it was."""
    patch.setattr(send_events, "_remembered", lambda turn, operation: True)


def steps_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A step that must wait is taken for answered."""
    patch.setattr(append_events, "answer", lambda relay, record, wait: True)


def nothing_parked(patch: pytest.MonkeyPatch) -> None:
    """A message leaves its events in the ledger without a look by the sweep."""
    patch.setattr(append_events, "park", lambda relay, record: False)


def cancel_ends_nothing(patch: pytest.MonkeyPatch) -> None:
    """What waits goes on waiting after CANCEL."""
    for module in (send_events, cancelling):
        patch.setattr(module, "end_by_cancel", lambda record, message_id: None)


def letters_without_an_id(patch: pytest.MonkeyPatch) -> None:
    """The same thing, buried again after a crash, gets another letter."""
    patch.setattr(burial, "dead_letter_id", lambda message_id, item=None: str(uuid.uuid4()))


def settled_letters_hold(patch: pytest.MonkeyPatch) -> None:
    """The command line settles a letter and leaves its document as it was."""
    patch.setattr(letters, "_let_go", lambda target, letter: None)


MUTATIONS: tuple[tuple[Callable[[pytest.MonkeyPatch], None], Check, int], ...] = (
    (close_in_doubt_passed, nothing_follows_the_end, 28),
    (hold_on_a_hole_off, events_stand_in_order, 6),
    (no_time_passes, events_stand_in_order, 6),
    (remembered_for_ever, nothing_follows_the_end, 43),
    (steps_forgotten, every_step_is_answered_or_kept, 2),
    (nothing_parked, what_waits_has_a_reason_and_is_looked_at, 35),
    (cancel_ends_nothing, what_waits_has_a_reason_and_is_looked_at, 3),
    (letters_without_an_id, each_thing_has_one_letter, 3),
    (settled_letters_hold, what_holds_has_its_letter, 20),
)
"""A promise that is switched off, the check that sees it, and the seed at which to begin: one of the first that show it."""


@pytest.mark.parametrize(("mutation", "check", "first"), MUTATIONS, ids=lambda value: getattr(value, "__name__", ""))
def test_the_checks_fail_when_a_promise_is_switched_off(
    new_bench: NewBench,
    monkeypatch: pytest.MonkeyPatch,
    mutation: Callable[[pytest.MonkeyPatch], None],
    check: Check,
    first: int,
) -> None:
    """A proof that can't fail proves nothing."""
    mutation(monkeypatch)
    seeds = [*SEEDS[first:], *SEEDS[:first]]
    assert any(check.__name__ in failures(new_bench(), seed) for seed in seeds)
