"""Our promises switched off, one at a time: a test-only patch inside the workers. Each must make runs fail."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from massid_relay.core import timeline
from massid_relay.core.errors import Busy
from massid_relay.core.operation import Operation
from massid_relay.core.record import DocumentRecord, EventEntry, EventState
from massid_relay.work import attach, changes, close_document, create_document, send_events

from tests.faults import inside
from tests.faults.clock import SharedTime
from tests.faults.inside import Mutation
from tests.faults.protocol import Result


def record_before_call_off() -> None:
    """The first write of an operation is left out; only its payloads and claims are written. What follows is as ever."""

    def without_record(relay: Any, record: DocumentRecord, together_with: Any = (), look_at: Any = None) -> None:
        for item in together_with:
            relay.documents._client.put_item(**item["Put"])

    for module in (create_document, send_events, close_document):
        patch.object(module, "save", without_record).start()
    apply = changes.apply

    def apply_unless_begin(
        relay: Any, record: DocumentRecord, change: Callable[[DocumentRecord], None]
    ) -> DocumentRecord:
        if change.__name__ != "begin":
            return apply(relay, record, change)
        change(record)
        return record

    patch.object(attach, "apply", apply_unless_begin).start()


def leases_taken_over_at_once() -> None:
    """Another worker's lease counts for nothing."""
    begin = Operation.begin

    def impatient(self: Operation, *arguments: Any) -> None:
        self.lease = None
        begin(self, *arguments)

    patch.object(Operation, "begin", impatient).start()


def leases_never_taken_over() -> None:
    """Another worker's lease counts for ever."""
    begin = Operation.begin

    def shy(self: Operation, now: Any, owner: str, lease: Any) -> None:
        if self.lease is not None and self.lease.owner != owner:
            raise Busy("another worker held the lease", retry_after=1)
        begin(self, now, owner, lease)

    patch.object(Operation, "begin", shy).start()


def delete_before_confirm() -> None:
    """Workers answer that all is done, and work then."""

    def answer_first(line: inside.Line, handler: inside.Handler, event: dict[str, Any], clock: SharedTime) -> None:
        line.ask(Result({}, last=False))
        inside.answer_last(line, handler, event, clock)

    patch.object(inside, "handle", answer_first).start()


def hold_on_a_hole_off() -> None:
    """Dead events and dead letters hold nothing."""
    ready_prefix = timeline._ready_prefix

    def over_holes(record: DocumentRecord, waiting: Any) -> tuple[list[EventEntry], str]:
        holds, record.holds = record.holds, []
        try:
            return ready_prefix(record, [entry for entry in waiting if entry.state is not EventState.DEAD])
        finally:
            record.holds = holds

    patch.object(timeline, "_ready_prefix", over_holes).start()


MUTATIONS: dict[str, Mutation] = {
    "record before call off": record_before_call_off,
    "leases taken over at once": leases_taken_over_at_once,
    "leases never taken over": leases_never_taken_over,
    "delete before confirm": delete_before_confirm,
    "hold on a hole off": hold_on_a_hole_off,
}
