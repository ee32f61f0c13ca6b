"""One worker of `utilisation`: a process of its own with the real client, fed from memory, its backlog never empty.

`python -m benchmarks.paced_worker VARIANT LANES WORKERS DOCUMENT_ID REPORT_FILE`; the rest is in the environment, as on Lambda.
Writes what it did so far into the report, a line every half second, until it is killed.
"""

import itertools
import os
import random
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any, cast

from massid_local.stack import lifeline
from massid_relay.bootstrap import Relay
from massid_relay.core.clock import SystemClock
from massid_relay.core.errors import NoSlot, RelayError, Throttled
from massid_relay.core.ports import Permit
from massid_relay.core.slots import LeaseUntil, PacedPermit
from massid_relay.pacing import TimelineItem

from benchmarks.rival_limiters import ProcessLimiter, Unlimited

REPORT_EVERY = 0.5
LEASE = 60
NEVER_ENOUGH = 1_000_000


class Lanes:
    """Calls beside each other, each started as soon as the one before it has ended."""

    def __init__(self, relay: Relay, variant: str, workers: int, document_id: str) -> None:
        self._relay = relay
        self._variant = variant
        self._document_id = document_id
        self._limiter = ProcessLimiter(float(relay.settings.carrot_requests_per_second) / workers)
        self._counter = itertools.count()
        self.calls = itertools.count()
        self.made = 0

    def run(self) -> None:
        """One lane, for ever."""
        failures = 0
        while True:
            try:
                self._relay.carrot.append_event(self._document_id, event(), self._permit())
                self.made, failures = self.made + 1, 0
            except NoSlot as denied:
                time.sleep(denied.retry_after or 0)
            except Throttled:
                self.made, failures = self.made + 1, failures + 1
                if self._variant == "backoff":
                    time.sleep(random.uniform(0, min(30, 2 ** (failures - 1))))
            except RelayError as error:
                raise SystemExit(f"the sandbox should not answer so: {type(error).__name__}") from None

    def _permit(self) -> Permit:
        if self._variant == "shared":
            clock = SystemClock()
            until = LeaseUntil(clock, clock.now() + self._relay.settings.lease)
            return PacedPermit(self._relay.slots, clock, until, lambda: LEASE)
        return self._limiter if self._variant == "per-process" else Unlimited()


def event() -> dict[str, Any]:
    """A small event; all have one time, which Carrot's order allows."""
    return {
        "name": "Pick-up",
        "externalCreatedAt": "2026-03-01T11:00:00.000Z",
        "isPublic": True,
        "externalId": uuid.uuid4().hex,
        "deduplicationId": str(uuid.uuid4()),
    }


def main(variant: str, lanes: int, workers: int, document_id: str, report: Path) -> None:
    """Work and report until killed."""
    lifeline.hold()
    relay = Relay(os.environ)
    work = Lanes(relay, variant, workers, document_id)
    if variant == "shared":
        relay.slots.lanes = lanes
    for _ in range(lanes):
        threading.Thread(target=work.run, daemon=True).start()
    with report.open("a", encoding="ascii") as lines:
        while True:
            if variant == "shared":
                relay.slots.expect(NEVER_ENOUGH)
            lines.write(f"{time.time():.3f} {work.made} {' '.join(map(str, ledger_requests(relay, variant)))}\n")
            lines.flush()
            time.sleep(REPORT_EVERY)


def ledger_requests(relay: Relay, variant: str) -> tuple[int, int]:
    """Writes and reads of the shared item so far."""
    if variant != "shared":
        return 0, 0
    item = cast("TimelineItem", relay.slots._store)
    return item.writes, item.reads


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], Path(sys.argv[5]))
