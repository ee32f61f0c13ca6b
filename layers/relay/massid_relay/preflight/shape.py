"""Tables of the shape that the auditor's loader accepts, and the one function that checks an object against a table.

Source: methodology-rules libs/shared/types/src/document/{inbound-document,document-event,document-address,document-participant,
document-author,document-enum,document-attachment}.types.ts and libs/shared/types/src/common.types.ts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from massid_relay.core.jsons import JsonObject
from massid_relay.preflight.jsvalues import MISSING, is_number
from massid_relay.preflight.times import loader_datetime
from massid_relay.preflight.vocabulary import ATTRIBUTE_FORMATS, DATA_SETS, DOCUMENT_STATUSES, listed


@dataclass(frozen=True, slots=True)
class Kind:
    """A test of a value, and what it wants in words."""

    accepts: Callable[[Any], bool]
    wanted: str

    def or_null(self) -> "Kind":
        """The same, or null."""
        accepts = self.accepts
        return Kind(lambda value: value is None or accepts(value), f"{self.wanted} or null")


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an object."""

    name: str
    kind: Kind
    required: bool = True


def _one_of(names: frozenset[str]) -> Kind:
    return Kind(lambda value: isinstance(value, str) and value in names, f"one of {listed(names)}")


def _within(limit: int) -> Kind:
    return Kind(lambda value: is_number(value) and abs(value) <= limit, f"a number between -{limit} and {limit}")


FILLED = Kind(lambda value: isinstance(value, str) and value != "", "a text (in quotes) that isn't empty")
TEXT = Kind(lambda value: isinstance(value, str), "a text (in quotes)")
FLAG = Kind(lambda value: isinstance(value, bool), "true or false, without quotes")
NUMBER = Kind(is_number, "a number without quotes")
NOT_NEGATIVE = Kind(lambda value: is_number(value) and value >= 0, "a number of at least 0, without quotes")
MOMENT = Kind(
    lambda value: loader_datetime(value) is not None,
    "a date and time with `T` and with `Z` or an offset like -03:00 (2026-01-31T12:00:00.000Z)",
)
OBJECT = Kind(lambda value: isinstance(value, dict), "an object")
LIST = Kind(lambda value: isinstance(value, list), "a list")
TAGS = Kind(
    lambda value: isinstance(value, dict) and all(item is None or isinstance(item, str) for item in value.values()),
    "an object of texts",
)
OBJECTS = Kind(
    lambda value: isinstance(value, list) and all(isinstance(item, dict) for item in value), "a list of objects"
)

DOCUMENT = (
    Field("id", FILLED),
    Field("category", FILLED),
    Field("type", FILLED, required=False),
    Field("subtype", FILLED, required=False),
    Field("measurementUnit", TEXT),
    Field("currentValue", NOT_NEGATIVE),
    Field("status", _one_of(DOCUMENT_STATUSES)),
    Field("dataSetName", _one_of(DATA_SETS)),
    Field("externalCreatedAt", MOMENT),
    Field("createdAt", MOMENT),
    Field("updatedAt", MOMENT),
    Field("isPubliclySearchable", FLAG),
    Field("isPublic", FLAG, required=False),
    Field("deduplicationId", TEXT, required=False),
    Field("externalId", TEXT, required=False),
    Field("parentDocumentId", TEXT, required=False),
    Field("attachments", LIST, required=False),
    Field("permissions", OBJECTS, required=False),
    Field("tags", TAGS, required=False),
)
SUBMITTED_DOCUMENT = (
    Field("category", FILLED),
    Field("type", FILLED, required=False),
    Field("subtype", FILLED, required=False),
    Field("measurementUnit", TEXT, required=False),
    Field("externalCreatedAt", MOMENT),
    Field("isPubliclySearchable", FLAG),
    Field("isPublic", FLAG, required=False),
    Field("tags", TAGS, required=False),
)
DOCUMENT_ATTACHMENT = (Field("id", FILLED), Field("fileName", FILLED), Field("contentLength", NOT_NEGATIVE))
SUBMITTED_EVENT = (
    Field("name", FILLED),
    Field("externalCreatedAt", MOMENT),
    Field("isPublic", FLAG),
    Field("label", TEXT, required=False),
    Field("value", NUMBER, required=False),
    Field("metadata", OBJECT, required=False),
    Field("attachments", LIST, required=False),
    Field("relatedDocument", OBJECT, required=False),
    Field("preserveSensitiveData", FLAG, required=False),
)
EVENT = (
    Field("id", FILLED),
    *SUBMITTED_EVENT,
    Field("author", OBJECT),
    Field("deduplicationId", TEXT, required=False),
    Field("externalId", TEXT, required=False),
    Field("propagateEvent", FLAG, required=False),
    Field("propagatedFrom", OBJECT, required=False),
    Field("target", OBJECT, required=False),
    Field("updates", OBJECT, required=False),
    Field("documentSideEffectUpdates", OBJECT, required=False),
)
AUTHOR = (Field("clientId", FILLED), Field("participantId", FILLED), Field("dataSetName", _one_of(DATA_SETS)))
RELATED = (
    Field("documentId", FILLED),
    Field("category", TEXT, required=False),
    Field("type", TEXT, required=False),
    Field("subtype", TEXT, required=False),
    Field("bidirectional", FLAG, required=False),
)
ATTRIBUTE = (
    Field("name", FILLED),
    Field("isPublic", FLAG),
    Field("format", _one_of(ATTRIBUTE_FORMATS), required=False),
    Field("sensitive", FLAG, required=False),
    Field("type", TEXT, required=False),
    Field("valuePrefix", FILLED, required=False),
    Field("valueSuffix", FILLED, required=False),
)
EVENT_ATTACHMENT = (
    Field("attachmentId", FILLED),
    Field("contentLength", NOT_NEGATIVE),
    Field("isPublic", FLAG),
    Field("label", TEXT),
)
SUBMITTED_ATTACHMENT = (
    Field("fileName", FILLED),
    Field("isPublic", FLAG, required=False),
    Field("label", TEXT),
)
SUBMITTED_PARTICIPANT = (
    Field("name", FILLED),
    Field("taxId", FILLED),
    Field("taxIdType", FILLED),
    Field("countryCode", FILLED),
    Field("type", FILLED),
    Field("businessName", FILLED.or_null(), required=False),
)
PARTICIPANT = (Field("id", FILLED), Field("piiSnapshotId", FILLED), *SUBMITTED_PARTICIPANT)
SUBMITTED_ADDRESS = (
    Field("countryCode", FILLED),
    Field("countryState", FILLED),
    Field("city", FILLED),
    Field("street", FILLED),
    Field("number", FILLED),
    Field("neighborhood", FILLED.or_null(), required=False),
    Field("zipCode", FILLED.or_null(), required=False),
    Field("latitude", _within(90).or_null(), required=False),
    Field("longitude", _within(180).or_null(), required=False),
)
ADDRESS = (Field("id", FILLED), Field("participantId", FILLED), Field("piiSnapshotId", FILLED), *SUBMITTED_ADDRESS)


def misshapen(body: JsonObject, path: str, fields: tuple[Field, ...]) -> Iterator[tuple[str, str]]:
    """Each key of `body` that isn't as its field wants it: its path, and what is wanted. `path` ends with a dot or is empty."""
    for field in fields:
        value = body.get(field.name, MISSING)
        if value is MISSING:
            if field.required:
                yield f"{path}{field.name}", f"is missing: {field.kind.wanted} is needed"
        elif not field.kind.accepts(value):
            yield f"{path}{field.name}", f"must be {field.kind.wanted}"
