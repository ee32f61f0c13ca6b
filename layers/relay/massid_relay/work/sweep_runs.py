"""Runs that are open in the ledger although their execution has ended: stopped by hand, out of time, or unable to write its end.

Until the ledger says so nobody is told of the end, no redrive starts the next run and nothing can be forgotten.
"""

from datetime import timedelta

from massid_relay.bootstrap import Relay
from massid_relay.core.identity import execution_name
from massid_relay.ledger.runs import Run, RunState
from massid_relay.log import logger

RUNNING = "RUNNING"
LONGEST_INTERVAL = timedelta(days=1)


def end_lost_runs(relay: Relay, limit: int) -> int:
    """Look at the open runs that are due; how many were ended."""
    return sum(_look(relay, external_id) for external_id in relay.runs.due(relay.now(), limit))


def _look(relay: Relay, external_id: str) -> bool:
    run = relay.runs.newest(external_id)  # the index may lag behind
    if run is None or run.opened_at is None:
        return False
    if run.state is not RunState.OPEN:
        relay.runs.look_no_more(external_id, run)
        return False
    age = relay.now() - run.opened_at
    status = relay.lifecycle.status(execution_name(external_id, run.generation, run.number))
    if status == RUNNING or (status is None and age < relay.settings.message_patience):
        relay.runs.look_again(external_id, run, relay.now() + min(age, LONGEST_INTERVAL))
        return False
    return _end(relay, external_id, run, status)


def _end(relay: Relay, external_id: str, run: Run, status: str | None) -> bool:
    """One that was never started is ended once no message can start it any more (work/submit_massid.py)."""
    reason = f"its execution ended as {status} without a word" if status else "its execution was never started"
    if not relay.runs.fail(external_id, run, reason):
        return False
    logger.warning("lifecycle ended by the sweep", extra={"externalId": external_id, "run": run.number})
    return True
