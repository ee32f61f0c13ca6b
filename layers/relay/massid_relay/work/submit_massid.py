"""The submissions queue: store what came, and have one lifecycle execution carry it."""

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import Busy
from massid_relay.core.identity import execution_name
from massid_relay.core.jsons import JsonObject
from massid_relay.core.messages import Submission
from massid_relay.core.orders.rules import valid_order
from massid_relay.ledger.runs import Run, RunState, RunTaken
from massid_relay.work.checked import check
from massid_relay.work.generations import open_generation, require_takable
from massid_relay.work.next_run import is_failing, next_run
from massid_relay.work.source import Source
from massid_relay.work.stored import CLOSING, TIMELINE, StoredSubmission, received_submission, stored_submission

VERSION = 1


def submit_massid(relay: Relay, source: Source) -> None:
    """Handle one message of the submissions queue.

    One run is open at a time. The same submission while its run is open is a repetition, unless that one is about to fail: then
    it is looked at again once the state machine has written so. More content meanwhile goes
    straight to the queues, where the document's inbox takes it up beside what the run brings. A replacement ends the open
    run of the generation before it.
    """
    stored, newest = received_submission(relay, source.body, lambda given, run: _require_good(relay, given, run))
    if stored is None:
        return
    if stored.generation > 1:
        open_generation(relay, stored)
    if newest is not None and newest.state is RunState.OPEN:
        if newest.generation == stored.generation and _goes_on(relay, stored, newest):
            if newest.part != stored.part:
                _add(relay, stored)
            elif stored.after_run is None and (newest.opened_at is None or source.sent_at > newest.opened_at):
                _look_again(relay, stored, newest)
            return
        relay.runs.fail(stored.external_id, newest)
        newest = relay.runs.newest(stored.external_id)
    try:
        run = relay.runs.open_next(stored.external_id, newest, stored.part, stored.generation, relay.now())
    except RunTaken:
        raise Busy("another worker has just opened a run of this submission", retry_after=1) from None
    _start(relay, stored, run)


def _require_good(relay: Relay, submission: Submission, newest: Run | None) -> None:
    """Raises what a person has to mend before anything is begun."""
    require_takable(relay, submission, newest)
    if submission.order is not None:  # placed at the end; what is wrong with it is told at the beginning
        valid_order(submission.order, relay.settings.order_policy)
    check(relay, submission)


def _goes_on(relay: Relay, stored: StoredSubmission, run: Run) -> bool:
    """Whether the open run's execution runs. One that isn't there yet is started: its worker is about to, or died before.
    One that ended without the state machine writing so (stopped by hand, out of its own time) does not go on."""
    status = relay.lifecycle.status(_name(stored, run))
    if status is None:
        own = stored if run.part == stored.part else stored_submission(relay, stored.external_id, run.part)
        _start(relay, own, run)
    return status in {"RUNNING", None}


def _look_again(relay: Relay, stored: StoredSubmission, run: Run) -> None:
    """Somebody submits once more what is being carried: over something dead, it may be about to fail."""
    if is_failing(relay.documents.load(stored.external_id)):
        body, delay = next_run(stored.external_id, run)
        relay.queues.send(relay.settings.submissions_queue_url, body, delay=delay)


def _start(relay: Relay, stored: StoredSubmission, run: Run) -> None:
    """Start the run's execution; a repetition of the same start changes nothing. Its input holds ids only (invariant 7)."""
    relay.lifecycle.start(_name(stored, run), {"run": run.number, **stored.execution_input})


def _name(stored: StoredSubmission, run: Run) -> str:
    return execution_name(stored.external_id, run.generation, run.number)


def _add(relay: Relay, stored: StoredSubmission) -> None:
    """More events or files while a run is open: the same messages that the lifecycle would send, without tokens."""
    document: JsonObject = {"version": VERSION, "documentExternalId": stored.external_id}
    addressed = document | {"generation": stored.generation}
    settings, queues = relay.settings, relay.queues
    if stored.file_names:
        queues.send(settings.evidence_queue_url, addressed | {"fileNames": stored.file_names})
    for select in (TIMELINE, CLOSING):
        if stored.has(select):
            asked = addressed | {"submissionRef": stored.part, "select": select}
            queues.send(settings.events_queue_url, asked, group=stored.external_id)
    if stored.order_external_id is not None:
        placing: JsonObject = {"action": "place", "externalId": stored.order_external_id}
        queues.send(settings.orders_queue_url, document | {"submissionRef": stored.part} | placing)
