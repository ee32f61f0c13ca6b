"""Asking for the run after one that failed, or is about to."""

from massid_relay.core.jsons import JsonObject
from massid_relay.core.operation import Stage
from massid_relay.core.record import DocumentRecord, EventState
from massid_relay.ledger.runs import Run, RunState

VERSION = 1
FAILING = 60
"""Seconds within which a run whose step failed has written so, as a rule. What is mended at once finds it still open."""


def is_failing(record: DocumentRecord) -> bool:
    """Whether something of the document lies dead, over which the step of an open run may just have failed."""
    events = any(entry.state is EventState.DEAD for entry in record.events)
    files = any(file.refused for file in record.files.values())
    creation = record.create is not None and record.create.stage is Stage.REFUSED
    return events or files or creation or record.verification_failed


def next_run(external_id: str, run: Run) -> tuple[JsonObject, int]:
    """The message of the submissions queue that has the run's submission carried once more, and the seconds after which it may
    be looked at. To a run that is open by then, or that ended well, it is a repetition."""
    body: JsonObject = {
        "version": VERSION,
        "externalId": external_id,
        "submissionRef": run.part,
        "afterRun": run.number,
    }
    return body, FAILING if run.state is RunState.OPEN else 0
