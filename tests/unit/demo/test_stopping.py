"""Ctrl-C and SIGTERM end a command cleanly."""

import signal

import pytest
from massid_cli.stopping import Stopped, stop_on_signal


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_leaves_the_block_and_tells_the_exit_code(number: signal.Signals, code: int) -> None:
    with pytest.raises(Stopped) as caught, stop_on_signal():
        signal.raise_signal(number)
    assert caught.value.exit_code == code


def interrupted_twice(done: list[str]) -> None:
    with stop_on_signal():
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGINT)
            done.append("cleaned up")


def test_a_second_signal_does_not_disturb_the_cleaning_up() -> None:
    done: list[str] = []
    with pytest.raises(Stopped):
        interrupted_twice(done)
    assert done == ["cleaned up"]


def test_afterwards_the_signals_are_as_they_were() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_on_signal():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
