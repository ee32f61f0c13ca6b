"""Compares what the integrator asked for with what really stands on the platform: each once, in order, under its own id."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from massid_relay.core.identity import Kind, deduplication_id

from tests.faults.findings import Fault, Finding
from tests.faults.scenarios import Asked

ENVIRONMENT = "test"


def judge_effects(asked: Sequence[Asked], effects: Any) -> list[Finding]:
    """All differences. `effects` is what the sandbox tells of its own state."""
    return [finding for document in asked for finding in _judge(document, effects)]


def _judge(asked: Asked, effects: Any) -> Iterator[Finding]:
    found = [document for document in effects["documents"] if document["externalId"] == asked.document]
    if not found:
        yield Finding(Fault.LOST, f"document {asked.document}")
        return
    if len(found) > 1:
        yield Finding(Fault.DOUBLED, f"document {asked.document}")
    document = found[0]
    if document["deduplicationId"] != deduplication_id(ENVIRONMENT, Kind.DOCUMENT, asked.document):
        yield Finding(Fault.OTHER_ID, f"document {asked.document}")
    yield from _events(asked, [event for each in found for event in each["events"]])
    yield from _files(asked, effects["files"])
    if document["status"] != asked.status:
        yield Finding(Fault.LOST, f"status {asked.status} of {asked.document}: it is {document['status']}")


def _events(asked: Asked, events: list[dict[str, Any]]) -> Iterator[Finding]:
    stands = [event["externalId"] for event in events]
    counts = Counter(stands)
    for external_id in asked.events:
        if not counts[external_id]:
            yield Finding(Fault.LOST, f"event {external_id}")
    yield from (Finding(Fault.DOUBLED, f"event {external_id}") for external_id, count in counts.items() if count > 1)
    for external_id in counts.keys() - set(asked.events):
        fault = Fault.OVER_A_HOLE if external_id in asked.never else Fault.DOUBLED
        yield Finding(fault, f"event {external_id}, which must not stand there")
    once = list(dict.fromkeys(external_id for external_id in stands if external_id in asked.events))
    if once != [external_id for external_id in asked.events if external_id in counts]:
        yield Finding(Fault.OUT_OF_ORDER, f"events of {asked.document}")
    for event in events:
        external_id = event["externalId"]
        if event["deduplicationId"] != deduplication_id(ENVIRONMENT, Kind.EVENT, external_id, document=asked.document):
            yield Finding(Fault.OTHER_ID, f"event {external_id}")


def _files(asked: Asked, files: list[dict[str, Any]]) -> Iterator[Finding]:
    """The same bytes under the same name are one effect, however often they came (design, Evidence)."""
    for name, content in asked.files.items():
        found = [row for row in files if (row["documentExternalId"], row["fileName"]) == (asked.document, name)]
        if not any(row["sha256"] == hashlib.sha256(content).hexdigest() for row in found):
            yield Finding(Fault.LOST, f"file {name} of {asked.document}")
        if len(found) > 1:
            yield Finding(Fault.DOUBLED, f"file {name} of {asked.document}")
