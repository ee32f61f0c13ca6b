"""What an integrator asks for, in a few ways, and what must stand on the network in the end."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

from massid_local.samples import SampleMassID, generate
from massid_relay.core.evidence import evidence_key
from massid_relay.core.jsons import JsonObject

from tests.faults.cloud import Cloud

DAY = date(2026, 11, 20)
SUCCEEDED = "SUCCEEDED"


@dataclass(frozen=True, slots=True)
class Asked:
    """One document as it must stand in the end. `events`: external ids in order; `never`: those that must not go out."""

    document: str
    events: tuple[str, ...]
    files: dict[str, bytes] = field(repr=False)
    status: str = "CLOSED"
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that the integrator does, so many seconds after the start."""

    after: float
    do: Callable[[Cloud], Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is done, and what must come of it. `lifecycles`: how every execution must end; None if none is started.
    `dead`: the error types of the dead letters that must rest in the end."""

    deeds: tuple[Deed, ...]
    asked: tuple[Asked, ...]
    lifecycles: str | None = None
    dead: tuple[str, ...] = ()


def lifecycle() -> Scenario:
    """A whole submission whose files lie in the bucket already."""
    (sample,) = _samples(1)
    return Scenario((*_files(sample), _submit(sample.submission)), (_whole(sample),), lifecycles=SUCCEEDED)


def pair() -> Scenario:
    """Two submissions at once that introduce the same participants."""
    samples = _samples(2)
    deeds = [deed for sample in samples for deed in (*_files(sample), _submit(sample.submission))]
    return Scenario(tuple(deeds), tuple(map(_whole, samples)), lifecycles=SUCCEEDED)


def resubmission() -> Scenario:
    """A submission of the first days, and later once more with the rest, its last file after that."""
    (sample,) = _samples(1)
    whole = sample.submission
    events = [event for event in whole["events"] if event["name"] not in {"Recycling Manifest", "Recycled", "CLOSE"}]
    named = {reference["fileName"] for event in events for reference in event.get("attachments", [])}
    first = {**whole, "events": events, "evidence": [name for name in whole["evidence"] if name in named]}
    files = _files(sample)
    return Scenario(
        (*files[:-1], _submit(first), _submit(whole, after=1.2), Deed(40, files[-1].do)),
        (_whole(sample),),
        lifecycles=SUCCEEDED,
    )


def granular() -> Scenario:
    """The queues alone: events before their document, in pieces, files while all that goes on, CLOSE at the end."""
    (sample,) = _samples(1)
    whole = sample.submission
    events, closing = whole["events"][:-1], whole["events"][-1:]
    first, *others = _files(sample)
    deeds = (
        Deed(0, lambda cloud: cloud.put("EventsQueue", _events(sample, events[5:]), group=sample.external_id)),
        Deed(0, lambda cloud: cloud.put("EventsQueue", _events(sample, events[:5]), group=sample.external_id)),
        first,
        Deed(0, lambda cloud: cloud.put("DocumentsQueue", _document(sample))),
        *(Deed(0.3 + number, deed.do) for number, deed in enumerate(others)),
        Deed(0.5, lambda cloud: cloud.put("EvidenceQueue", _files_asked(sample))),
        Deed(2, lambda cloud: cloud.put("EventsQueue", _events(sample, closing), group=sample.external_id)),
    )
    return Scenario(deeds, (_whole(sample),))


def hole() -> Scenario:
    """The platform refuses one event in the middle: those before it stand, nothing after it goes out."""
    (sample,) = _samples(1)
    events = [event for event in sample.submission["events"] if not event.get("attachments")]
    refused = events[6] | {"name": "RELATED", "relatedDocument": {"documentId": "00000000-0000-4000-8000-000000000000"}}
    events[6] = {name: value for name, value in refused.items() if name not in {"metadata", "value"}}
    ids = [event["externalId"] for event in events]
    deeds = (
        Deed(0, lambda cloud: cloud.put("DocumentsQueue", _document(sample))),
        Deed(0.2, lambda cloud: cloud.put("EventsQueue", _events(sample, events[:-2]), group=sample.external_id)),
        Deed(30, lambda cloud: cloud.put("EventsQueue", _events(sample, events[-2:-1]), group=sample.external_id)),
        Deed(31, lambda cloud: cloud.put("EventsQueue", _events(sample, events[-1:]), group=sample.external_id)),
    )
    asked = Asked(sample.external_id, tuple(ids[:6]), {}, "OPEN", never=tuple(ids[6:]))
    return Scenario(deeds, (asked,), dead=("Rejected404",))


def crashing_create() -> Scenario:
    """Whoever creates the document dies: nothing stands in the end, and the lifecycle is told."""
    return replace(lifecycle(), asked=(), lifecycles="FAILED", dead=("WorkerCrashed",))


def crashing_close() -> Scenario:
    """Whoever sends CLOSE dies: all else stands."""
    whole = lifecycle()
    events = whole.asked[0].events
    asked = replace(whole.asked[0], events=events[:-1], status="OPEN", never=events[-1:])
    return replace(whole, asked=(asked,), lifecycles="FAILED", dead=("WorkerCrashed",))


SCENARIOS: dict[str, Callable[[], Scenario]] = {
    "crashing create": crashing_create,
    "crashing close": crashing_close,
    "lifecycle": lifecycle,
    "granular": granular,
    "resubmission": resubmission,
    "hole": hole,
    "pair": pair,
}


@cache
def _samples(count: int) -> list[SampleMassID]:
    return generate(count, seed=7, today=DAY)


@cache
def _bytes(count: int, index: int, name: str) -> bytes:
    return next(file.render() for file in _samples(count)[index].files if file.name == name)


def _contents(sample: SampleMassID) -> dict[str, bytes]:
    """Drawn once, however many runs there are."""
    index = int(sample.external_id.rpartition("-")[2]) - 1
    return {file.name: _bytes(2, index, file.name) for file in sample.files}


def _whole(sample: SampleMassID) -> Asked:
    events = tuple(event["externalId"] for event in sample.submission["events"])
    return Asked(sample.external_id, events, _contents(sample))


def _files(sample: SampleMassID) -> list[Deed]:
    def drop(name: str, content: bytes) -> Deed:
        return Deed(0, lambda cloud: cloud.put_object(evidence_key(sample.external_id, name), content))

    return [drop(name, content) for name, content in _contents(sample).items()]


def _submit(submission: JsonObject, after: float = 0) -> Deed:
    return Deed(after, lambda cloud: cloud.put("SubmissionsQueue", submission))


def _document(sample: SampleMassID) -> JsonObject:
    return {"version": 1, "externalId": sample.external_id, "document": sample.submission["document"]}


def _events(sample: SampleMassID, events: list[JsonObject]) -> JsonObject:
    return {"version": 1, "documentExternalId": sample.external_id, "events": events}


def _files_asked(sample: SampleMassID) -> JsonObject:
    return {
        "version": 1,
        "documentExternalId": sample.external_id,
        "fileNames": list(sample.submission["evidence"]),
    }
