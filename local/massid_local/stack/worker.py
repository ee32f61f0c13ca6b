"""A worker's process: AWS's own runtime client, with the stack's clock put under the handler before it is imported.

`python -m massid_local.stack.worker <clock file> <handler>`; the rest is in the environment, as on Lambda.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from massid_local.stack import lifeline
from massid_local.stack.clock import SharedOffset


def main(clock_file: Path, handler: str) -> None:
    """Serve invocations until the stack closes the line."""
    lifeline.hold()
    _shift_clock(SharedOffset(clock_file))

    from awslambdaric.__main__ import main as run

    run(["awslambdaric", handler])


def _shift_clock(offset: SharedOffset) -> None:
    """The functions take the time from one place; nothing of this is in what is deployed."""
    try:
        from massid_relay.core.clock import SystemClock
    except ModuleNotFoundError:
        return  # a function that doesn't use the relay's layer
    on_the_machine = SystemClock.now

    def now(clock: SystemClock) -> datetime:
        return on_the_machine(clock) + timedelta(seconds=offset.seconds)

    setattr(SystemClock, now.__name__, now)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
