"""What a person found out about a document: it stands on the network under this id, or it doesn't stand there at all.

A create of unknown outcome that is older than the platform's memory is never sent again by itself (invariant 1). A person looks
at the Explorer and tells.
"""

import re
import uuid
from collections.abc import Callable

from massid_relay.core.clock import SystemClock
from massid_relay.core.generations import Standing, standing, to_be_seen_off
from massid_relay.core.identity import EXTERNAL_ID_RULE, is_external_id
from massid_relay.core.jsons import JsonObject
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.record import DocumentRecord
from massid_relay.core.timeline import gone_out
from massid_relay.ledger.documents import StaleRecord
from massid_relay.work.source import QueueName

from massid_cli.operations.target import Target

_DOCUMENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""It becomes a part of addresses. Carrot's samples show UUIDs (docs.carrot.eco, api/documents)."""


class NotToBeAdoptedError(Exception):
    """The ledger knows better: the document is confirmed already."""


def adopt(target: Target, external_id: str, document_id: str) -> None:
    """Record that the document stands on the network under this id. A mistake is mended by adopting again, as long as nothing
    was sent to the document. Raises NotToBeAdoptedError."""
    now = SystemClock().now()
    if not _DOCUMENT_ID.fullmatch(document_id):
        raise NotToBeAdoptedError("the document's id holds letters, digits, '-' and '_' only")

    def change(record: DocumentRecord) -> None:
        if record.create is None and to_be_seen_off(record) is not None:
            raise NotToBeAdoptedError(f"{external_id} waits for generation {to_be_seen_off(record)} to be cancelled")
        if record.created and record.document_id != document_id and _something_was_sent(record):
            raise NotToBeAdoptedError(f"{external_id} is confirmed already, under another id")
        record.create = record.create or Operation(Stage.STARTED, now, now)
        record.create.confirm()
        record.document_id = document_id

    record = _changed(target, external_id, change)
    _wake_who_waits(target, record)


def _something_was_sent(record: DocumentRecord) -> bool:
    """Whether the relay created the document itself, or sent anything to it."""
    return record.content_hash is not None or any(gone_out(record, e) for e in record.events) or bool(record.files)


def _wake_who_waits(target: Target, record: DocumentRecord) -> None:
    """Events of other documents that relate to this one, and of a replaced one its CANCEL. One wake too many does nothing."""
    for waiter in record.wanted_by:
        _wake(target, waiter, "RelatedConfirmed")
    if record.superseded:
        _wake(target, record.external_id, "Replaced")


def _wake(target: Target, external_id: str, why: str) -> None:
    body: JsonObject = {"version": 1, "documentExternalId": external_id, "wake": why}
    target.queues.send(target.queue_url(QueueName.EVENTS), body, group=external_id, fresh_id=uuid.uuid4().hex)


def absent(target: Target, external_id: str) -> None:
    """Record that the document doesn't stand on the network: the next message creates it. Raises NotToBeAdoptedError."""

    def change(record: DocumentRecord) -> None:
        if record.created:
            raise NotToBeAdoptedError(f"{external_id} is confirmed already")
        record.create, record.newcomers = None, []

    record = _changed(target, external_id, change)
    if record.superseded:
        _wake(target, external_id, "Replaced")


def _meant(target: Target, external_id: str) -> DocumentRecord:
    """The newest generation; or the one that it waits for, as long as nobody knows whether that stands."""
    newest = target.documents.load(external_id)
    older = to_be_seen_off(newest)
    if older is None:
        return newest
    replaced = target.documents.load(external_id, older)
    return replaced if standing(replaced) is Standing.UNKNOWN else newest


def _changed(target: Target, external_id: str, change: Callable[[DocumentRecord], None]) -> DocumentRecord:
    if not is_external_id(external_id):
        raise NotToBeAdoptedError(f"the external id {EXTERNAL_ID_RULE}")
    while True:
        record = _meant(target, external_id)
        change(record)
        try:
            target.documents.save(record, look_at=record.waiting_since)
        except StaleRecord:
            continue
        return record
