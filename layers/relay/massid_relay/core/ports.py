"""What the core expects of the outside world. Adapters implement these; fakes in tests do too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from massid_relay.core.jsons import JsonObject
from massid_relay.core.reading import RemoteDocument


@dataclass(frozen=True, slots=True)
class CreatedDocument:
    """Answer of POST /documents. `raw` is the whole answer: some platforms may return ids in it."""

    document_id: str
    raw: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class AppendedEvent:
    """One event that the platform has accepted. `raw` is its part of the answer."""

    event_id: str
    raw: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class UploadTarget:
    """Answer of PUT /documents/{id}/attachments/{fileName}. The URL is a secret: it is never logged or stored."""

    url: str = field(repr=False)
    attachment_id: str
    headers: dict[str, str] = field(repr=False)


class Permit(Protocol):
    """Asked right before every outside call, once per HTTP request."""

    def enter(self, call: str, timeout: float) -> None:
        """Wait for the pacing slot and make sure that lease and invocation outlive `timeout` seconds.

        `call` is the endpoint's name, e.g. `POST /documents`. Raises NoSlot or OutOfTime: then nothing may be sent.
        """
        ...

    def throttled(self, retry_after: float | None) -> None:
        """Told of every 429, so that the shared timeline slows down."""
        ...

    def answered(self) -> None:
        """Told of every answer below 500: the provider works."""
        ...

    def failed(self) -> None:
        """Told of every 5xx, timeout and broken connection: after several in a row the whole fleet waits."""
        ...


class CarrotApi(Protocol):
    """The six endpoints. Every method raises the errors of `core.errors` and nothing else."""

    def create_document(self, body: JsonObject, permit: Permit) -> CreatedDocument: ...

    def get_document(self, document_id: str, permit: Permit) -> RemoteDocument: ...

    def append_event(self, document_id: str, body: JsonObject, permit: Permit) -> AppendedEvent: ...

    def append_events(self, document_id: str, bodies: Sequence[JsonObject], permit: Permit) -> list[AppendedEvent]:
        """All in one batch call, in order; the answer has one entry per body."""
        ...

    def request_upload(
        self, document_id: str, file_name: str, content_type: str, content_length: int, permit: Permit
    ) -> UploadTarget: ...

    def upload(self, target: UploadTarget, content: Iterable[bytes], content_type: str, content_length: int) -> None:
        """PUT the bytes to the presigned URL, streamed, without the bearer token. Not paced: it is another host."""
        ...

    def attachment_url(self, document_id: str, file_name: str, permit: Permit) -> str: ...

    def stored_digest(self, document_id: str, file_name: str, permit: Permit) -> str | None:
        """SHA-256 of the bytes that the platform holds under that name; None: it holds none, or doesn't show them."""
        ...
