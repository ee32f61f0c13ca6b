"""The log of every request: what came in, what was answered, and whether the answer really left."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from massid_relay.core.clock import iso


@dataclass(slots=True)
class Asked:
    """One operation inside a request, by its ids."""

    external_id: str | None
    deduplication_id: str | None
    name: str | None = None


@dataclass(slots=True)
class Entry:
    """One request. Times are epoch seconds of the sandbox's clock.

    `status` is what the caller got, 0 if it got nothing; `effect_status` what the platform decided, 0 if it never looked.
    `replayed` counts the operations that were answered from memory.
    """

    sequence: int
    endpoint: str
    method: str
    path: str
    started: float
    ended: float | None = None
    status: int = 0
    effect_status: int = 0
    counted: bool = False
    client_id: str | None = None
    document_id: str | None = None
    document_external_id: str | None = None
    file_name: str | None = None
    operations: list[Asked] = field(default_factory=list)
    replayed: int = 0
    fault: str | None = None

    def shown(self) -> dict[str, Any]:
        """The entry as JSON, in the field names of the vendor's style."""
        return {
            "sequence": self.sequence,
            "endpoint": self.endpoint,
            "method": self.method,
            "path": self.path,
            "startedAt": _shown(self.started),
            "endedAt": _shown(self.ended) if self.ended is not None else None,
            "status": self.status,
            "effectStatus": self.effect_status,
            "counted": self.counted,
            "clientId": self.client_id,
            "documentId": self.document_id,
            "documentExternalId": self.document_external_id,
            "fileName": self.file_name,
            "operations": [
                {"externalId": asked.external_id, "deduplicationId": asked.deduplication_id, "name": asked.name}
                for asked in self.operations
            ],
            "replayed": self.replayed,
            "fault": self.fault,
        }


class Journal:
    """All requests in order of arrival. Bodies and signed URLs are never kept."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._sequence = 0

    def open(self, endpoint: str, method: str, path: str, now: float) -> Entry:
        """Note a request that has just come in."""
        self._sequence += 1
        entry = Entry(self._sequence, endpoint, method, path, now)
        self.entries.append(entry)
        return entry

    def since(self, sequence: int) -> list[Entry]:
        """The entries after that number."""
        return [entry for entry in self.entries if entry.sequence > sequence]

    def clear(self) -> None:
        """Forget the entries; numbers go on."""
        self.entries.clear()


def _shown(epoch_seconds: float) -> str:
    return iso(datetime.fromtimestamp(epoch_seconds, UTC))
