"""document-shape: can the auditor load the MassID at all?

Not one of the auditor's rules but its loader: a document of another shape is "not found", every rule fails, and no comment
names the field. For a document of the platform the whole shape is checked, for a submission what the integrator sends
(ids, authors and the like are the platform's).
Source: methodology-rules libs/shared/methodologies/bold/io-helpers/src/document.helpers.ts,
libs/shared/types/src/document/inbound-document.types.ts and the files named in shape.py.
"""

from collections.abc import Iterator
from typing import Any

from massid_relay.core.jsons import JsonObject
from massid_relay.preflight import shape
from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.shape import Field, misshapen
from massid_relay.preflight.subject import Subject

RULE = Rule("document-shape")

Problem = tuple[str, str]

_CONSEQUENCE = "As it is, the auditor can't read the MassID and fails every rule."


def check(subject: Subject, context: Context) -> list[Finding]:
    """One finding for every field that the loader wouldn't accept."""
    problems = _submission(subject.raw) if subject.submission else _document(subject.raw, subject.events_path)
    return RULE.verdict(
        [RULE.failed(path, f"This field {wanted}. {_CONSEQUENCE}") for path, wanted in problems],
        "The auditor can read the MassID.",
    )


def _document(document: JsonObject, timeline: str) -> Iterator[Problem]:
    yield from misshapen(document, "", shape.DOCUMENT)
    yield from _part(document, ("primaryParticipant", "participant"), "", shape.PARTICIPANT)
    yield from _part(document, ("primaryAddress", "address"), "", shape.ADDRESS)
    yield from _items(document.get("attachments"), "attachments", shape.DOCUMENT_ATTACHMENT)
    for event, path in _objects_or_problems(document.get(timeline, []), timeline):
        if isinstance(event, str):
            yield path, event
            continue
        yield from misshapen(event, f"{path}.", shape.EVENT)
        yield from _part(event, ("participant",), f"{path}.", shape.PARTICIPANT)
        yield from _part(event, ("address",), f"{path}.", shape.ADDRESS)
        yield from _if_object(event.get("author"), f"{path}.author.", shape.AUTHOR)
        yield from _inner(event, path, shape.EVENT_ATTACHMENT)


def _submission(source: JsonObject) -> Iterator[Problem]:
    document: JsonObject = source["document"]
    yield from misshapen(document, "document.", shape.SUBMITTED_DOCUMENT)
    yield from _one_way(document, "document", "participant", shape.SUBMITTED_PARTICIPANT)
    yield from _one_way(document, "document", "address", shape.SUBMITTED_ADDRESS)
    for event, path in _objects_or_problems(source.get("events", []), "events"):
        if isinstance(event, str):
            yield path, event
            continue
        yield from misshapen(event, f"{path}.", shape.SUBMITTED_EVENT)
        yield from _one_way(event, path, "participant", shape.SUBMITTED_PARTICIPANT)
        yield from _one_way(event, path, "address", shape.SUBMITTED_ADDRESS)
        yield from _inner(event, path, shape.SUBMITTED_ATTACHMENT)


def _part(body: JsonObject, names: tuple[str, ...], path: str, fields: tuple[Field, ...]) -> Iterator[Problem]:
    name = next((name for name in names if name in body), names[0])
    part = body.get(name)
    if isinstance(part, dict):
        yield from misshapen(part, f"{path}{name}.", fields)
    else:
        yield f"{path}{name}", "is missing: an object is needed" if name not in body else "must be an object"


def _one_way(body: JsonObject, path: str, kind: str, fields: tuple[Field, ...]) -> Iterator[Problem]:
    """A participant or address is named by id or written out. CLOSE has been seen without an address."""
    named, inline = body.get(f"{kind}Id"), body.get(kind)
    if isinstance(inline, dict):
        if not isinstance(inline.get("id"), str):
            yield from misshapen(inline, f"{path}.{kind}.", fields)
    elif kind in body:
        yield f"{path}.{kind}", "must be an object"
    elif named is None and body.get("name") != "CLOSE":
        yield f"{path}.{kind}", f"is missing: either `{kind}` or `{kind}Id` is needed"
    elif named is not None and not shape.FILLED.accepts(named):
        yield f"{path}.{kind}Id", f"must be {shape.FILLED.wanted}"


def _inner(event: JsonObject, path: str, attachment_fields: tuple[Field, ...]) -> Iterator[Problem]:
    metadata = event.get("metadata")
    if isinstance(metadata, dict) and "attributes" in metadata:
        yield from _items(metadata["attributes"], f"{path}.metadata.attributes", shape.ATTRIBUTE)
    yield from _items(event.get("attachments"), f"{path}.attachments", attachment_fields)
    yield from _if_object(_resolved(event.get("relatedDocument")), f"{path}.relatedDocument.", shape.RELATED)


def _resolved(related: Any) -> Any:
    """An external id goes out as the network's id of that document, so the auditor finds one."""
    if isinstance(related, dict) and "documentExternalId" in related:
        return {"documentId": related["documentExternalId"], **related}
    return related


def _if_object(body: Any, path: str, fields: tuple[Field, ...]) -> Iterator[Problem]:
    return misshapen(body, path, fields) if isinstance(body, dict) else iter(())


def _items(items: Any, path: str, fields: tuple[Field, ...]) -> Iterator[Problem]:
    if path.endswith("metadata.attributes") and not isinstance(items, list):
        yield path, "must be a list"
    for index, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict):
            yield from misshapen(item, f"{path}.{index}.", fields)
        else:
            yield f"{path}.{index}", "must be an object"


def _objects_or_problems(items: Any, path: str) -> Iterator[tuple[JsonObject | str, str]]:
    if not isinstance(items, list):
        yield "must be a list", path
        return
    for index, item in enumerate(items):
        yield (item if isinstance(item, dict) else "must be an object"), f"{path}.{index}"
