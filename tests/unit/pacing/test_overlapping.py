"""Messages of one batch are handled beside each other, on slots that were reserved together (invariant 6)."""

import threading
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from massid_relay.bootstrap import Relay, made_once
from massid_relay.core.backoff import Backoff
from massid_relay.core.pacing import CallKind, Pacing
from massid_relay.core.slots import SlotSource
from massid_relay.work.handling import handle_each, handle_groups
from massid_relay.work.source import QueueName, Source

PATIENCE = 10
"""Seconds after which a thread that waits for another gives up."""


def message(number: int, group: str | None = None) -> Source:
    return Source(QueueName.DOCUMENTS, f"message-{number}", "handle", "{}", group, 1, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def relay() -> Relay:
    return Relay({}, make_client=lambda service: None)


@pytest.fixture
def item(relay: Relay, new_item: Any, new_clock: Any, ten_per_second: Pacing) -> Any:
    """The shared item behind the relay's slots, as if a call had been made already."""
    item = new_item()
    vars(relay)["slots"] = SlotSource(item, ten_per_second, new_clock())
    return item


def test_messages_of_one_batch_overlap(relay: Relay) -> None:
    """Each waits for the other: one after the other would never end."""
    together = threading.Barrier(3, timeout=PATIENCE)

    def work(source: Source) -> None:
        together.wait()

    answer = handle_each(relay, None, [message(n) for n in range(3)], work)
    assert answer == {"batchItemFailures": []}


def test_groups_overlap_and_the_messages_of_a_group_stay_together(relay: Relay) -> None:
    together = threading.Barrier(2, timeout=PATIENCE)
    seen: list[list[str]] = []

    def work(group: list[Source]) -> None:
        together.wait()
        seen.append([source.message_id for source in group])

    batch = [message(1, "a"), message(2, "b"), message(3, "a")]
    assert handle_groups(relay, "queue", batch, work) == {"batchItemFailures": []}
    assert sorted(seen) == [["message-1", "message-3"], ["message-2"]]


def test_a_single_message_is_handled_in_the_calling_thread(relay: Relay) -> None:
    threads: list[int] = []
    handle_each(relay, None, [message(1)], lambda source: threads.append(threading.get_ident()))
    assert threads == [threading.get_ident()]


def test_one_that_fails_leaves_the_others_alone(relay: Relay) -> None:
    """Invariant 10, beside each other too; the response names the failed one only."""

    def work(source: Source) -> None:
        if source.message_id == "message-1":
            raise OSError

    vars(relay)["backoff"] = Backoff(Decimal(1), Decimal(30))
    answer = handle_each(relay, None, [message(n) for n in range(3)], work)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


def test_a_batch_reserves_for_all_its_messages_in_one_write(relay: Relay, item: Any) -> None:
    with relay.overlapping(5):
        for _ in range(5):
            relay.slots.take(CallKind.WRITE)
    assert item.writes == 1


def test_what_a_batch_leaves_over_goes_back_at_its_end(relay: Relay, item: Any) -> None:
    with relay.overlapping(5):
        slot = relay.slots.take(CallKind.WRITE)
    assert item.writes == 2
    assert item.timeline.next_free == slot.place + relay.slots.pacing.spacing(relay.slots.pacing.base_share)


def test_who_is_left_alone_reserves_for_itself_only(relay: Relay, item: Any) -> None:
    with relay.overlapping(2) as ended:
        ended()
        slot = relay.slots.take(CallKind.WRITE)
        assert item.timeline.next_free == slot.place + relay.slots.pacing.spacing(relay.slots.pacing.base_share)


def test_a_batch_that_calls_nobody_touches_no_timeline(relay: Relay) -> None:
    """Not even the secret that names it is read."""
    with relay.overlapping(2):
        pass
    assert "slots" not in vars(relay)


def test_threads_that_ask_at_once_share_what_is_made() -> None:
    made: list[int] = []
    together = threading.Barrier(4, timeout=PATIENCE)

    class Container:
        @made_once
        def thing(self) -> object:
            made.append(1)
            return object()

    container, found = Container(), []

    def ask() -> None:
        together.wait()
        found.append(container.thing)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(made) == 1
    assert len(set(map(id, found))) == 1
