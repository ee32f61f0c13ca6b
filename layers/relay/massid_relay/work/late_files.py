"""A file that comes after the lifecycle gave up waiting for it: the run that failed over it is followed by the next one."""

from massid_relay.bootstrap import Relay
from massid_relay.core.jsons import JsonObject
from massid_relay.core.record import DocumentRecord
from massid_relay.ledger.runs import RunState

VERSION = 1


def resume_with(relay: Relay, record: DocumentRecord, name: str) -> None:
    """Submit the stored submission once more if that file was all that stopped it. Sent before the file is attached: a worker
    that dies in between sends it again, and a run that is open already takes it as a repetition."""
    if not record.files[name].refused:
        return
    if any(file.refused for other, file in record.files.items() if other != name):
        return
    run = relay.runs.newest(record.external_id)
    if run is None or run.state is not RunState.FAILED or run.generation != record.generation:
        return
    body: JsonObject = {"version": VERSION, "externalId": record.external_id, "submissionRef": run.part}
    relay.queues.send(relay.settings.submissions_queue_url, body)
