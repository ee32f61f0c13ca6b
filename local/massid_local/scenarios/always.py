"""What must be true in the end of every scenario, whatever it tells: nothing twice, in order, true bytes, one id per party."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from massid_relay.core.jsons import JsonObject

from massid_local.carrot_sandbox.documents import Document
from massid_local.demo.checks import check
from massid_local.demo.links import Links
from massid_local.demo.submitted import Submitted
from massid_local.scenarios.facts import ours, read
from massid_local.scenarios.massid import Massid
from massid_local.scenarios.stage import Stage


def wrong(stage: Stage) -> list[str]:
    """All that is wrong, by MassID and place."""
    links = Links()
    return [f"{massid}: {problem}" for massid in stage.massids.values() for problem in _of(stage, massid, links)]


def _of(stage: Stage, massid: Massid, links: Links) -> Iterator[str]:
    documents = stage.shared.documents(massid.external_id)
    if sum(document.status != "CANCELLED" for document in documents) > 1:
        yield "two documents of it are alive"
    for document in documents:
        shown = read(stage, document.id)
        yield from repeated_or_out_of_order(shown)
        yield from _links(massid, shown, links)
        yield from _files(stage, massid, document)
        if massid.is_sample and document.status == "CLOSED":
            yield from check(_submitted(massid), shown, links)


def repeated_or_out_of_order(shown: JsonObject) -> Iterator[str]:
    """Each event of ours once, all of them in the order of their times."""
    for external_id, count in Counter(event["externalId"] for event in ours(shown)).items():
        if count > 1:
            yield f"event {external_id} stands {count} times"
    times = [datetime.fromisoformat(event["externalCreatedAt"]) for event in ours(shown)]
    if any(earlier > later for earlier, later in pairwise(times)):
        yield "events stand out of order"


def _links(massid: Massid, shown: JsonObject, links: Links) -> Iterator[str]:
    """The same party has the same id wherever it stands: in this document, and in the scenario's others."""
    yield from links.check("document", massid.document, shown.get("primaryParticipant"), shown.get("primaryAddress"))
    sent = {event["externalId"]: event for event in massid.events}
    for event in ours(shown):
        if event["externalId"] in sent:
            path = f"events.{massid.suffix(event['externalId'])}"
            yield from links.check(path, sent[event["externalId"]], event.get("participant"), event.get("address"))


def _files(stage: Stage, massid: Massid, document: Document) -> Iterator[str]:
    """A file of the platform is one that was dropped, and came there once."""
    for attachment in document.attachments.values():
        dropped = stage.dropped.get((massid.external_id, attachment.file_name), [])
        known = {hashlib.sha256(content).hexdigest() for content in dropped}
        if set(attachment.uploads) - known:
            yield f"file {attachment.file_name} is none that was dropped"
        if sum(attachment.uploads.values()) > 1:
            yield f"file {attachment.file_name} was sent {sum(attachment.uploads.values())} times"


def _submitted(massid: Massid) -> Submitted:
    return Submitted(massid.external_id, {"document": massid.document, "events": list(massid.events)}, ())
