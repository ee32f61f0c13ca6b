"""What a person found out about a document: it stands on the network under this id, or it doesn't stand there at all.

A create of unknown outcome that is older than the platform's memory is never sent again by itself (invariant 1). A person looks
at the Explorer and tells.
"""

from collections.abc import Callable

from massid_relay.core.clock import SystemClock
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.record import DocumentRecord
from massid_relay.ledger.documents import StaleRecord

from massid_cli.operations.target import Target


class NotToBeAdoptedError(Exception):
    """The ledger knows better: the document is confirmed already."""


def adopt(target: Target, external_id: str, document_id: str) -> None:
    """Record that the document stands on the network under this id. Raises NotToBeAdoptedError."""
    now = SystemClock().now()

    def change(record: DocumentRecord) -> None:
        if record.created and record.document_id != document_id:
            raise NotToBeAdoptedError(f"{external_id} is confirmed already, under another id")
        record.create = record.create or Operation(Stage.STARTED, now, now)
        record.create.confirm()
        record.document_id = document_id

    _changed(target, external_id, change)


def absent(target: Target, external_id: str) -> None:
    """Record that the document doesn't stand on the network: the next message creates it. Raises NotToBeAdoptedError."""

    def change(record: DocumentRecord) -> None:
        if record.created:
            raise NotToBeAdoptedError(f"{external_id} is confirmed already")
        record.create, record.newcomers = None, []

    _changed(target, external_id, change)


def _changed(target: Target, external_id: str, change: Callable[[DocumentRecord], None]) -> None:
    while True:
        record = target.documents.load(external_id)
        change(record)
        try:
            target.documents.save(record, look_at=record.waiting_since)
        except StaleRecord:
            continue
        return
