"""A file that comes after the lifecycle gave up waiting for it: the run that failed over it is followed by the next one."""

from massid_relay.bootstrap import Relay
from massid_relay.core.record import DocumentRecord
from massid_relay.ledger.runs import RunState
from massid_relay.work.next_run import next_run


def resume_run(relay: Relay, record: DocumentRecord) -> None:
    """Submit the stored submission once more, if the run failed or is about to, and no file of the record lies refused any more.

    Called with the record in which a refused file has just been begun again, before that is saved: of two files that come at
    once the later writer sees that the other one was begun, and a worker that dies before the save decides again. What is sent
    twice is a repetition to the run that it opened.
    """
    if any(file.refused for file in record.files.values()):
        return
    run = relay.runs.newest(record.external_id)
    if run is None or run.state is RunState.ENDED or run.generation != record.generation:
        return
    body, delay = next_run(record.external_id, run)
    relay.queues.send(relay.settings.submissions_queue_url, body, delay=delay)
