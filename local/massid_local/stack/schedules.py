"""Calls functions on schedule, by the stack's clock. A jump over several ticks counts as one."""

import json
import logging
import threading
import uuid
from datetime import timedelta

from massid_relay.core.clock import iso

from massid_local.stack.clock import StackClock
from massid_local.stack.environment import ACCOUNT, REGION
from massid_local.stack.functions import Functions
from massid_local.stack.specs import ScheduleSpec

_LOG = logging.getLogger(__name__)


class Schedule:
    """One rule with one target."""

    def __init__(self, spec: ScheduleSpec, functions: Functions, clock: StackClock) -> None:
        self._spec = spec
        self._functions = functions
        self._clock = clock
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"schedule-{spec.function}", daemon=True)

    def start(self) -> None:
        """Begin; the first call comes one period from now."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Call no more."""
        self._stopped.set()
        self._clock.wake()

    def join(self, seconds: float) -> None:
        """Wait for the thread, at most `seconds`."""
        self._thread.join(seconds)

    def _run(self) -> None:
        while self._clock.wait_until(self._clock.now() + timedelta(seconds=self._spec.period), self._stopped):
            try:
                outcome = self._functions.invoke(self._spec.function, self._event())
            except Exception:
                if self._stopped.is_set():
                    return
                _LOG.exception("schedule of %s", self._spec.function)
                continue
            if not outcome.ok and not self._stopped.is_set():
                _LOG.warning("%s failed with %s on its schedule", self._spec.function, outcome.error_type)

    def _event(self) -> bytes:
        """What EventBridge sends (docs.aws.amazon.com/eventbridge, "Scheduled events")."""
        if self._spec.payload is not None:
            return self._spec.payload.encode()
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": iso(self._clock.now()),
            "region": REGION,
            "resources": [self._spec.arn],
            "detail": {},
        }
        return json.dumps(event).encode()
