"""An upgraded OPEN and the Pick-ups that came before it: a document's messages may have come in parts."""

from contextlib import suppress

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import FieldProblem, Forgotten, InvalidMessage
from massid_relay.core.messages import Submission, event_external_id, submission_of
from massid_relay.core.migration import Upgrade
from massid_relay.core.migration.vocabulary import PICK_UP
from massid_relay.core.record import EventState
from massid_relay.ledger.runs import RunState

_PROBLEM = "is the old form: send the Pick-up under its own name; the document has another Pick-up already"


def require_only_pick_up(relay: Relay, submission: Submission, done: Upgrade) -> None:
    """Raises InvalidMessage if an OPEN became the Pick-up and the document has, or is about to get, another one. The same event,
    sent again, is no other."""
    if done.opened is None:
        return
    others = _in_timeline(relay, submission) | _on_its_way(relay, submission)
    if others - _pick_ups(submission):
        raise InvalidMessage(f"{done.opened} {_PROBLEM}", fields=[FieldProblem(done.opened, _PROBLEM)])


def _in_timeline(relay: Relay, submission: Submission) -> set[str]:
    events = relay.documents.load(submission.external_id, submission.generation).events
    return {event.external_id for event in events if event.name == PICK_UP and event.state is not EventState.DISCARDED}


def _on_its_way(relay: Relay, submission: Submission) -> set[str]:
    """Those of the open run's submission: its events enter the timeline when its files have come."""
    run = relay.runs.newest(submission.external_id)
    if run is None or run.state is not RunState.OPEN or run.generation != submission.generation:
        return set()
    with suppress(Forgotten):
        return _pick_ups(submission_of(relay.parts.get(submission.external_id, run.part)))
    return set()


def _pick_ups(submission: Submission) -> set[str]:
    events = submission.events
    return {event_external_id(submission.external_id, event) for event in events if event.name == PICK_UP}
