"""Every message of a batch gets its own end; one that kills its workers gets one too (invariants 2, 5, 10)."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from massid_relay.core.backoff import Backoff
from massid_relay.core.errors import CredentialsRefused, InvalidMessage, NeverSent, NoSlot, PermanentFailure
from massid_relay.work import handling
from massid_relay.work.handling import RECEIVED_OFTEN, handle_each, handle_groups
from massid_relay.work.source import QueueName, Source

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PATIENCE = timedelta(days=9)


class Killed(BaseException):
    """Stands for the end of the process: nothing after it runs."""


class Traces:
    def __init__(self) -> None:
        self.left: Counter[str] = Counter()

    def begin(self, message_id: str, _until: datetime) -> int:
        self.left[message_id] += 1
        return self.left[message_id] - 1

    def end(self, message_id: str) -> None:
        del self.left[message_id]


class FakeRelay(SimpleNamespace):
    """What handling needs of a relay."""

    def __init__(self) -> None:
        self.visible_after: list[tuple[str, int]] = []
        come_back = lambda _url, handle, seconds: self.visible_after.append((handle, seconds))  # noqa: E731
        super().__init__(
            backoff=Backoff(jitter=lambda: 0.5),
            traces=Traces(),
            queues=SimpleNamespace(come_back=come_back),
            settings=SimpleNamespace(message_patience=PATIENCE),
        )

    def now(self) -> datetime:
        return NOW


@pytest.fixture
def buried(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(
        handling, "bury_whole", lambda _relay, source, error: found.append((source.message_id, error.error_type))
    )
    return found


def message(name: str, receives: int = 1, group: str | None = None) -> Source:
    return Source(QueueName.EVENTS, name, f"handle-{name}", "{}", group, receives, NOW)


def failed(answer: dict[str, Any]) -> list[str]:
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def run(relay: FakeRelay, source: Source, error: BaseException | None) -> list[str]:
    def work(_source: Source) -> None:
        if error is not None:
            raise error

    return failed(handle_each(relay, "url", [source], work))  # type: ignore[arg-type]


def test_what_succeeds_is_deleted() -> None:
    assert run(FakeRelay(), message("m"), None) == []


def test_what_can_never_succeed_is_buried_and_deleted(buried: list[tuple[str, str]]) -> None:
    assert run(FakeRelay(), message("m"), InvalidMessage("no")) == []
    assert buried == [("m", "InvalidMessage")]


def test_a_transient_failure_comes_back_later_the_more_it_failed() -> None:
    relay, error = FakeRelay(), NeverSent("refused")
    assert run(relay, message("m"), error) == ["m"]
    error.failures = 5
    run(relay, message("m"), error)
    assert relay.visible_after == [("handle-m", 1), ("handle-m", 8)]


def test_without_a_slot_it_comes_back_when_it_was_told() -> None:
    relay = FakeRelay()
    assert run(relay, message("m"), NoSlot("paused", retry_after=60)) == ["m"]
    assert relay.visible_after[0][1] >= 60


def test_an_unforeseen_error_loses_nothing_and_quotes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert run(FakeRelay(), message("m"), RuntimeError("plate ABC1D23")) == ["m"]
    assert "ABC1D23" not in caplog.text


def test_a_fifo_groups_followers_are_free_before_its_first_message_is_set_back() -> None:
    """The trap of the design: a follower that stays invisible locks its group."""
    relay = FakeRelay()

    def work(_group: list[Source]) -> None:
        raise NeverSent("refused")

    group = [message("a", group="g"), message("b", group="g"), message("c", group="g")]
    assert failed(handle_groups(relay, "url", group, work)) == ["a", "b", "c"]  # type: ignore[arg-type]
    assert [handle for handle, _ in relay.visible_after] == ["handle-c", "handle-b", "handle-a"]
    assert [seconds for _, seconds in relay.visible_after[:2]] == [0, 0]


def test_a_message_that_kills_three_workers_is_buried_before_it_kills_a_fourth(buried: list[tuple[str, str]]) -> None:
    relay, poison = FakeRelay(), message("m", RECEIVED_OFTEN)

    def work(_source: Source) -> None:
        raise Killed

    relay.traces.end = lambda _message_id: None  # a dead process takes nothing away
    for _ in range(3):
        with pytest.raises(Killed):
            handle_each(relay, "url", [poison], work)  # type: ignore[arg-type]
    assert failed(handle_each(relay, "url", [poison], work)) == []  # type: ignore[arg-type]
    assert buried == [("m", "WorkerCrashed")]


def test_a_group_whose_first_message_kills_workers_loses_only_that_one(buried: list[tuple[str, str]]) -> None:
    relay = FakeRelay()
    relay.traces.left["a"] = 3
    group = [message("a", RECEIVED_OFTEN, "g"), message("b", 1, "g")]
    assert failed(handle_groups(relay, "url", group, lambda _group: None)) == ["b"]  # type: ignore[arg-type]
    assert buried == [("a", "WorkerCrashed")]


def test_an_ordinary_end_takes_the_trace_away() -> None:
    relay = FakeRelay()
    run(relay, message("m", RECEIVED_OFTEN), NeverSent("refused"))
    assert relay.traces.left == {}


def test_messages_that_were_received_often_come_last(buried: list[tuple[str, str]]) -> None:
    order: list[str] = []
    batch = [message("often", RECEIVED_OFTEN), message("fresh")]
    handle_each(FakeRelay(), "url", batch, lambda source: order.append(source.message_id))  # type: ignore[arg-type]
    assert order == ["fresh", "often"]


def test_what_is_no_sqs_event_is_an_error_not_an_empty_success() -> None:
    from massid_relay.work.source import sources

    with pytest.raises(InvalidMessage):
        sources({"detail": {}}, QueueName.EVENTS)


OLD = NOW - PATIENCE


@pytest.mark.parametrize(
    "error", [NoSlot("full"), NeverSent("refused"), CredentialsRefused("401"), ValueError("Fulana")], ids=repr
)
def test_what_would_come_back_to_a_queue_that_is_about_to_drop_it_is_buried(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Invariant 2: SQS deletes what it kept for its retention without a word. Invariant 7: a foreign error is not quoted."""
    letters: list[PermanentFailure] = []
    monkeypatch.setattr(handling, "bury_whole", lambda _relay, _source, refusal: letters.append(refusal))
    relay = FakeRelay()

    assert run(relay, replace(message("m"), sent_at=OLD), error) == []
    assert [letter.error_type for letter in letters] == ["WaitedTooLong"]
    assert ("because: " + ("ValueError" if isinstance(error, ValueError) else str(error))) in letters[0].reason
    assert relay.visible_after == []


def test_a_second_before_that_it_comes_back(buried: list[tuple[str, str]]) -> None:
    assert run(FakeRelay(), replace(message("m"), sent_at=OLD + timedelta(seconds=1)), NoSlot("full")) == ["m"]
    assert buried == []


def test_an_old_message_that_succeeds_or_has_its_own_reason_ends_as_ever(buried: list[tuple[str, str]]) -> None:
    old = replace(message("m"), sent_at=OLD)
    assert run(FakeRelay(), old, None) == []
    assert run(FakeRelay(), old, InvalidMessage("no")) == []
    assert buried == [("m", "InvalidMessage")]


def test_of_an_old_messages_group_it_alone_is_buried(buried: list[tuple[str, str]]) -> None:
    def work(_group: list[Source]) -> None:
        raise NoSlot("full")

    group = [replace(message("a", group="g"), sent_at=OLD), message("b", group="g")]
    assert failed(handle_groups(FakeRelay(), "url", group, work)) == ["b"]  # type: ignore[arg-type]
    assert buried == [("a", "WaitedTooLong")]


def test_what_sqs_moved_itself_comes_back_for_as_long_as_its_queue_keeps_it(buried: list[tuple[str, str]]) -> None:
    """It keeps the age it had: its burial is tried until it succeeds, under its own reason."""

    def work(_source: Source) -> None:
        raise NoSlot("full")

    old = replace(message("m"), sent_at=OLD)
    assert failed(handle_each(FakeRelay(), None, [old], work)) == ["m"]  # type: ignore[arg-type]
    assert buried == []
