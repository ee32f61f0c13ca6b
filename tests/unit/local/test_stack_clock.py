"""The stack's one clock."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from massid_local.stack.clock import SharedOffset, StackClock


@pytest.fixture
def offset(tmp_path: Path) -> Iterator[SharedOffset]:
    SharedOffset.create(tmp_path / "clock")
    shared = SharedOffset(tmp_path / "clock")
    yield shared
    shared.close()


def test_it_runs_with_the_machines_clock_until_it_is_moved(offset: SharedOffset) -> None:
    clock = StackClock(offset)
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    clock.advance(180 * 86_400)
    assert clock.now() >= before + timedelta(days=180)


def test_every_process_sees_the_same_offset(offset: SharedOffset, tmp_path: Path) -> None:
    elsewhere = SharedOffset(tmp_path / "clock")
    StackClock(offset).advance(61.5)
    assert elsewhere.seconds == 61.5
    elsewhere.close()


def test_it_only_moves_forward(offset: SharedOffset) -> None:
    with pytest.raises(ValueError, match="forward"):
        StackClock(offset).advance(-1)


def test_whoever_sleeps_wakes_up_when_the_clock_is_moved(offset: SharedOffset) -> None:
    clock, answers = StackClock(offset), []
    in_an_hour = clock.now() + timedelta(hours=1)
    sleeper = threading.Thread(
        target=lambda: answers.append(clock.wait_until(in_an_hour, threading.Event())), daemon=True
    )
    sleeper.start()
    clock.advance(3_601)
    sleeper.join()
    assert answers == [True]


def test_a_wait_can_be_called_off(offset: SharedOffset) -> None:
    clock, stopped, answers = StackClock(offset), threading.Event(), []
    waiter = threading.Thread(
        target=lambda: answers.append(clock.wait_until(clock.now() + timedelta(days=1), stopped)), daemon=True
    )
    waiter.start()
    stopped.set()
    clock.wake()
    waiter.join()
    assert answers == [False]


def test_listeners_hear_of_every_move(offset: SharedOffset) -> None:
    clock, heard = StackClock(offset), []
    clock.on_move(lambda: heard.append(clock.now()))
    clock.advance(1)
    clock.advance(1)
    assert len(heard) == 2


def test_a_new_file_does_not_shrink_one_that_is_in_use(offset: SharedOffset, tmp_path: Path) -> None:
    offset.seconds = 5
    SharedOffset.create(tmp_path / "clock")
    assert offset.seconds == 5
