"""What a change of a run tells: a lifecycle has completed or failed."""

from datetime import datetime
from typing import Protocol

from massid_relay.core.announcements.details import VERSION, Announcement, DetailType, LifecycleEnded, stable_id
from massid_relay.core.announcements.documents import Lookup

_TYPES = {"ended": DetailType.COMPLETED, "failed": DetailType.FAILED}
"""By the run's state."""


class Run(Protocol):
    """A run as the ledger holds it (ledger/runs.py)."""

    @property
    def number(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def generation(self) -> int: ...


def of_run(external_id: str, old: Run | None, new: Run, at: datetime, lookup: Lookup) -> list[Announcement]:
    """At most one announcement: the run's end."""
    kind = _TYPES.get(new.state)
    if kind is None or (old is not None and (old.number, old.state) == (new.number, new.state)):
        return []
    document = lookup(external_id, new.generation)
    detail = LifecycleEnded(
        version=VERSION,
        id=stable_id("run", external_id, new.number, new.state),
        at=at,
        external_id=external_id,
        document_id=document.document_id if document else None,
        generation=new.generation,
        run=new.number,
    )
    return [Announcement(detail_type=kind, detail=detail)]
