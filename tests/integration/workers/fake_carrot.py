"""A platform in memory behind the core's port: what it did stands in `documents`, what it was asked in `calls`.

A test scripts what goes wrong: `next_fails` for the next calls of one kind, `down` for all calls. Everything else succeeds
and is remembered by its deduplication id, for as long as `memory` says.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from massid_relay.core.clock import Clock
from massid_relay.core.errors import (
    EndpointMissing,
    PermanentFailure,
    RejectedByProvider,
    RelayError,
    Throttled,
    TransientFailure,
)
from massid_relay.core.jsons import JsonObject, dumps, loads
from massid_relay.core.ports import AppendedEvent, CreatedDocument, Permit, UploadTarget
from massid_relay.core.reading import RemoteDocument, read_document

_T = TypeVar("_T")
CREATE = "POST /documents"
READ = "GET /documents/{id}"
APPEND = "POST /documents/{documentId}/events"
BATCH = "POST /documents/events"
ATTACH = "PUT /documents/{documentId}/attachments/{fileName}"
UPLOAD = "upload"
SHOW_FILE = "GET /documents/{documentId}/attachments/{fileName}"
CALL_TIMEOUT = 10.0


@dataclass(frozen=True)
class Call:
    """One request as it arrived. `bodies`: one body, or those of a batch."""

    name: str
    document_id: str = ""
    bodies: tuple[JsonObject, ...] = ()
    at: datetime | None = None


@dataclass
class Failure:
    """What the next call meets. `takes_effect`: the platform does it all the same, and only the answer is lost."""

    error: Exception
    takes_effect: bool = False


@dataclass
class StoredDocument:
    """A document as the platform keeps it. `shown` is when each part becomes visible to reads."""

    id: str
    body: JsonObject
    visible_from: datetime
    status: str = "OPEN"
    closed_visible_from: datetime | None = None
    events: list[tuple[datetime, JsonObject]] = field(default_factory=list)
    attachments: list[JsonObject] = field(default_factory=list)

    @property
    def event_ids(self) -> list[str]:
        """External ids in the order of the timeline."""
        return [event["externalId"] for _, event in self.events]


class FakeCarrot:
    """Implements core.ports.CarrotApi. Safe for one thread at a time."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.calls: list[Call] = []
        self.documents: dict[str, StoredDocument] = {}
        self.uploads: list[tuple[str, bytes]] = []
        self.down: Callable[[str], Exception | None] = lambda name: None
        """The error that every call of that name meets; None: it goes through."""
        self.lag = timedelta(0)
        """How long what was written stays invisible to reads."""
        self.memory: timedelta | None = None
        """How long deduplication ids are remembered; None: for ever."""
        self.batch_is_atomic = True
        self.batch_exists = True
        self.refuses: set[str] = set()
        """External ids of events that are refused for good."""
        self.shows_parties = True
        self.spoil: Callable[[JsonObject], Any] = lambda shown: None
        """Changes what a GET shows."""
        self.before: Callable[[Call], Any] = lambda call: None
        """Looks at the world right before a call takes effect."""
        self._failures: dict[str, list[Failure]] = {}
        self._seen: dict[str, tuple[datetime, str]] = {}
        self._parties: dict[str, str] = {}
        self._numbers = itertools.count(1)

    # ------------------------------------------------------------------------------------------------------ for the tests

    def next_fails(self, name: str, error: Exception, *, takes_effect: bool = False, times: int = 1) -> None:
        """Script the next calls of that name."""
        self._failures.setdefault(name, []).extend([Failure(error, takes_effect)] * times)

    def named(self, *names: str) -> list[Call]:
        """The calls of those names."""
        return [call for call in self.calls if call.name in names]

    @property
    def writes(self) -> list[str]:
        """Names of the calls that were no reads, in order."""
        return [call.name for call in self.calls if call.name != READ]

    @property
    def document(self) -> StoredDocument:
        """The only document."""
        (only,) = self.documents.values()
        return only

    # ---------------------------------------------------------------------------------------------------------- the port

    def create_document(self, body: JsonObject, permit: Permit) -> CreatedDocument:
        document_id = self._through(Call(CREATE, "", (body,)), permit, lambda: self._create(body))
        return CreatedDocument(document_id, {"id": document_id})

    def get_document(self, document_id: str, permit: Permit) -> RemoteDocument:
        return self._through(Call(READ, document_id), permit, lambda: self._show(document_id))

    def append_event(self, document_id: str, body: JsonObject, permit: Permit) -> AppendedEvent:
        call = Call(APPEND, document_id, (body,))
        return self._through(call, permit, lambda: self._append(document_id, body))

    def append_events(self, document_id: str, bodies: Sequence[JsonObject], permit: Permit) -> list[AppendedEvent]:
        call = Call(BATCH, document_id, tuple(bodies))
        return self._through(call, permit, lambda: self._append_all(document_id, bodies))

    def request_upload(
        self, document_id: str, file_name: str, content_type: str, content_length: int, permit: Permit
    ) -> UploadTarget:
        call = Call(ATTACH, document_id, ({"fileName": file_name},))
        return self._through(call, permit, lambda: self._target(document_id, file_name, content_length))

    def upload(self, target: UploadTarget, content: Iterable[bytes], content_type: str, content_length: int) -> None:
        data = b"".join(content)
        document_id, file_name, size = loads(target.headers["x-for"])
        attachment = {"id": target.attachment_id, "fileName": file_name, "contentLength": size}

        def store() -> None:
            assert len(data) == content_length == size
            self.uploads.append((file_name, data))
            known = self.documents[document_id].attachments
            known[:] = [one for one in known if one["id"] != target.attachment_id] + [attachment]

        self._through(Call(UPLOAD, document_id, ({"fileName": file_name},)), None, store)

    def attachment_url(self, document_id: str, file_name: str, permit: Permit) -> str:
        raise NotImplementedError

    def stored_digest(self, document_id: str, file_name: str, permit: Permit) -> str | None:
        call = Call(SHOW_FILE, document_id, ({"fileName": file_name},))
        return self._through(call, permit, lambda: self._digest(file_name))

    # ------------------------------------------------------------------------------------------------------------- inside

    def _through(self, call: Call, permit: Permit | None, effect: Callable[[], _T]) -> _T:
        if permit is not None:
            permit.enter(call.name, CALL_TIMEOUT)
        call = Call(call.name, call.document_id, loads(dumps(call.bodies)), self.clock.now())
        self.calls.append(call)
        self.before(call)
        try:
            result = self._outcome(call, effect)
        except RelayError as error:
            _tell(permit, error)
            raise
        _tell(permit, None)
        return result

    def _outcome(self, call: Call, effect: Callable[[], _T]) -> _T:
        if (error := self.down(call.name)) is not None:
            raise error
        scripted = self._failures.get(call.name)
        if not scripted:
            return effect()
        failure = scripted.pop(0)
        if failure.takes_effect:
            effect()
        raise failure.error

    def _once(self, deduplication_id: str, do: Callable[[], str]) -> str:
        now = self.clock.now()
        known = self._seen.get(deduplication_id)
        if known is not None and (self.memory is None or now - known[0] < self.memory):
            return known[1]
        self._seen[deduplication_id] = (now, do())
        return self._seen[deduplication_id][1]

    def _create(self, body: JsonObject) -> str:
        def make() -> str:
            document_id = f"document-{next(self._numbers)}"
            self.documents[document_id] = StoredDocument(document_id, body, self.clock.now() + self.lag)
            return document_id

        return self._once(body["deduplicationId"], make)

    def _append(self, document_id: str, body: JsonObject) -> AppendedEvent:
        stored = self._existing(document_id)
        if body["externalId"] in self.refuses:
            raise RejectedByProvider("422", status=422, vendor_error_id="vendor-1")

        def add() -> str:
            if stored.status == "CANCELLED" or (stored.status == "CLOSED" and body["name"] != "RELATED"):
                raise RejectedByProvider(f"409 the document is {stored.status}", status=409)
            event_id = f"event-{next(self._numbers)}"
            stored.events.append((self.clock.now() + self.lag, body | {"id": event_id}))
            if body["name"] in {"CLOSE", "CANCEL"}:
                stored.status = "CLOSED" if body["name"] == "CLOSE" else "CANCELLED"
                stored.closed_visible_from = self.clock.now() + self.lag
            return event_id

        return AppendedEvent(self._once(body["deduplicationId"], add), {})

    def _append_all(self, document_id: str, bodies: Sequence[JsonObject]) -> list[AppendedEvent]:
        if not self.batch_exists:
            raise EndpointMissing("404 without a body of the API's own", status=404)
        if self.batch_is_atomic and any(body["externalId"] in self.refuses for body in bodies):
            raise RejectedByProvider("422", status=422, vendor_error_id="vendor-1")
        return [self._append(document_id, body) for body in bodies]

    def _target(self, document_id: str, file_name: str, size: int) -> UploadTarget:
        self._existing(document_id)
        headers = {"x-for": dumps([document_id, file_name, size])}
        return UploadTarget("https://storage.invalid/put?signature=secret", f"attachment-{file_name}", headers)

    def _digest(self, file_name: str) -> str | None:
        stored = [content for name, content in self.uploads if name == file_name]
        return sha256(stored[-1]).hexdigest() if stored else None

    def _existing(self, document_id: str) -> StoredDocument:
        stored = self.documents.get(document_id)
        if stored is None or stored.visible_from > self.clock.now():
            raise RejectedByProvider("404 objectNotFound", status=404, code="objectNotFound")
        return stored

    def _show(self, document_id: str) -> RemoteDocument:
        stored, now = self._existing(document_id), self.clock.now()
        closed = stored.closed_visible_from is not None and stored.closed_visible_from <= now
        shown: JsonObject = {
            "id": document_id,
            "externalId": stored.body["externalId"],
            "status": stored.status if closed else "OPEN",
            "currentValue": 100,
            "externalEvents": [self._with_parties(event) for visible, event in stored.events if visible <= now],
            "attachments": stored.attachments,
        }
        parties = self._with_parties(stored.body)
        shown |= {f"primary{kind.title()}": parties.get(kind) for kind in ("participant", "address")}
        self.spoil(shown)
        return read_document(shown)

    def _with_parties(self, body: JsonObject) -> JsonObject:
        """As the platform shows a body: each inline party has got an id, one of its own for every time it came inline."""
        shown = dict(body)
        for kind in ("participant", "address"):
            known, inline = shown.pop(f"{kind}Id", None), body.get(kind)
            if known:
                shown[kind] = {"id": known}
            elif inline:
                key = f"{kind} of {body['externalId']}"
                made = self._parties.setdefault(key, f"{kind}-{next(self._numbers)}")
                shown[kind] = inline | ({"id": made} if self.shows_parties else {})
        return shown


def _tell(permit: Permit | None, error: RelayError | None) -> None:
    """What the real client tells the shared timeline."""
    if permit is None:
        return
    if isinstance(error, TransientFailure):
        permit.failed()
    elif error is None or isinstance(error, PermanentFailure | Throttled):
        permit.answered()
    if isinstance(error, Throttled):
        permit.throttled(error.retry_after)
