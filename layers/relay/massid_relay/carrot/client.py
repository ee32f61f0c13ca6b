"""The Carrot client: the six endpoints behind `core.ports.CarrotApi`.

Made once per container. Making it connects to nothing: the token is asked for at the first call.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence

import httpx

from massid_relay.carrot import answers
from massid_relay.carrot.auth import CALL as TOKEN_CALL
from massid_relay.carrot.auth import CarrotCredentials, Token, TokenSource
from massid_relay.carrot.endpoints import (
    APPEND_EVENT,
    APPEND_EVENTS,
    ATTACHMENT_URL,
    CREATE_DOCUMENT,
    GET_DOCUMENT,
    REQUEST_UPLOAD,
    Endpoint,
)
from massid_relay.carrot.settings import CarrotSettings
from massid_relay.carrot.transport import Answer, Deadline, Request, exchange, new_http_client
from massid_relay.carrot.upload import digest_at, put_bytes
from massid_relay.core.clock import Clock
from massid_relay.core.errors import PartlyAppended, RejectedByProvider, RelayError, Throttled, TransientFailure
from massid_relay.core.jsons import JsonObject
from massid_relay.core.ports import AppendedEvent, CreatedDocument, Permit, UploadTarget
from massid_relay.core.reading import RemoteDocument, read_document
from massid_relay.core.vendor_errors import read_retry_after
from massid_relay.core.vendor_policy import classify

_SERVER_FAULT = 500


class CarrotClient:
    """Every method raises the errors of `core.errors` and nothing else; what a permit or an upload's content raises
    passes through. Safe for threads."""

    def __init__(
        self,
        settings: CarrotSettings,
        credentials: Callable[[], CarrotCredentials],
        clock: Clock,
        *,
        http: httpx.Client | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._http = new_http_client() if http is None else http
        self._tokens = TokenSource(settings, self._http, credentials, clock)
        self._jitter = jitter

    def close(self) -> None:
        """Close the connections. A container that ends does it too."""
        self._http.close()

    def create_document(self, body: JsonObject, permit: Permit) -> CreatedDocument:
        """POST /documents. `body` carries its deduplicationId."""
        answer = self._call(CREATE_DOCUMENT, CREATE_DOCUMENT.path(), permit, body=body)
        return answers.created_document(CREATE_DOCUMENT.name, answer)

    def get_document(self, document_id: str, permit: Permit) -> RemoteDocument:
        """GET /documents/{id}. An OutcomeUnknown of a read only means: no answer."""
        return read_document(self._call(GET_DOCUMENT, GET_DOCUMENT.path(id=document_id), permit))

    def append_event(self, document_id: str, body: JsonObject, permit: Permit) -> AppendedEvent:
        """POST /documents/{documentId}/events. `body` carries its deduplicationId."""
        answer = self._call(APPEND_EVENT, APPEND_EVENT.path(documentId=document_id), permit, body=body)
        return answers.appended_event(APPEND_EVENT.name, answer, document_id)

    def append_events(self, document_id: str, bodies: Sequence[JsonObject], permit: Permit) -> list[AppendedEvent]:
        """POST /documents/events, or one by one if the settings say so: then PartlyAppended may be raised.

        EndpointMissing means that the provider has no batch endpoint.
        """
        if not bodies:
            return []
        if self._settings.batch_mode == "one-by-one":
            return self._append_singly(document_id, bodies, permit)
        body, params = self._batch(document_id, bodies)
        answer = self._call(APPEND_EVENTS, APPEND_EVENTS.path(), permit, body=body, params=params)
        return answers.appended_events(APPEND_EVENTS.name, answer, document_id, len(bodies))

    def request_upload(
        self, document_id: str, file_name: str, content_type: str, content_length: int, permit: Permit
    ) -> UploadTarget:
        """PUT /documents/{documentId}/attachments/{fileName}: where to upload to. `content_length` in bytes."""
        agreed: JsonObject = {"contentLength": content_length, "contentType": content_type}
        in_query = self._settings.upload_metadata_place == "query"
        answer = self._call(
            REQUEST_UPLOAD,
            REQUEST_UPLOAD.path(documentId=document_id, fileName=file_name),
            permit,
            body=None if in_query else agreed,
            params={name: str(value) for name, value in agreed.items()} if in_query else None,
        )
        return answers.upload_target(REQUEST_UPLOAD.name, answer, file_name, self._settings)

    def upload(self, target: UploadTarget, content: Iterable[bytes], content_type: str, content_length: int) -> None:
        """PUT the bytes to the presigned URL. A bare TransientFailure asks for a new URL."""
        now = self._clock.now()
        put_bytes(self._http, self._settings, target, content, content_type, content_length, now)

    def attachment_url(self, document_id: str, file_name: str, permit: Permit) -> str:
        """GET /documents/{documentId}/attachments/{fileName}: a temporary download URL. It is a secret."""
        path = ATTACHMENT_URL.path(documentId=document_id, fileName=file_name)
        return answers.presigned_url(ATTACHMENT_URL.name, self._call(ATTACHMENT_URL, path, permit), self._settings)

    def stored_digest(self, document_id: str, file_name: str, permit: Permit) -> str | None:
        """SHA-256 of the file as the platform holds it. None: it holds none, or says no URL to read it from."""
        path = ATTACHMENT_URL.path(documentId=document_id, fileName=file_name)
        try:
            answer = self._call(ATTACHMENT_URL, path, permit)
        except RejectedByProvider:
            return None
        url = answers.usable_url(answer, self._settings)
        return digest_at(self._http, self._settings, url) if url else None

    def _append_singly(self, document_id: str, bodies: Sequence[JsonObject], permit: Permit) -> list[AppendedEvent]:
        appended: list[AppendedEvent] = []
        for body in bodies:
            try:
                appended.append(self.append_event(document_id, body, permit))
            except RelayError as error:
                if not appended:
                    raise
                cause = error
                break
        else:
            return appended
        raise PartlyAppended(appended, cause)

    def _batch(self, document_id: str, bodies: Sequence[JsonObject]) -> tuple[JsonObject, Mapping[str, str] | None]:
        """The one place that knows how a batch names its document; no page does."""
        name = {self._settings.batch_document_field: document_id}
        match self._settings.batch_document_place:
            case "body":
                return {**name, "events": list(bodies)}, None
            case "query":
                return {"events": list(bodies)}, name
            case "event":
                return {"events": [{**name, **body} for body in bodies]}, None

    def _call(
        self,
        endpoint: Endpoint,
        path: str,
        permit: Permit,
        *,
        body: JsonObject | None = None,
        params: Mapping[str, str] | None = None,
    ) -> JsonObject:
        token = self._token(permit)
        answer = self._send(endpoint, path, permit, token, body, params)
        if answer.status == 401:
            token = self._token(permit, refused=token)
            answer = self._send(endpoint, path, permit, token, body, params)
        if not answer.is_success:
            raise self._refusal(endpoint.name, answer, permit)
        return answer.json_object(endpoint.name)

    def _token(self, permit: Permit, refused: Token | None = None) -> Token:
        """The token to use. While the fleet waits for an outage to end none is asked for, and one that can't be had is part
        of an outage."""
        if refused is not None or self._tokens.due():
            permit.enter(TOKEN_CALL, self._settings.token_timeout)
        try:
            return self._tokens.current() if refused is None else self._tokens.after_refusal_of(refused)
        except TransientFailure:
            permit.failed()
            raise

    def _send(
        self,
        endpoint: Endpoint,
        path: str,
        permit: Permit,
        token: Token,
        body: JsonObject | None,
        params: Mapping[str, str] | None,
    ) -> Answer:
        settings = self._settings
        request = Request.with_json(endpoint.method, settings.url(path), token.value, body, params)
        if endpoint.name in settings.paced_calls:
            permit.enter(endpoint.name, settings.call_timeout)
        deadline = Deadline(endpoint.name, settings.call_timeout, settings.connect_timeout)
        try:
            answer = exchange(self._http, endpoint.name, request, deadline)
        except TransientFailure:
            permit.failed()
            raise
        if answer.status >= _SERVER_FAULT:
            permit.failed()
        else:
            permit.answered()
        return answer

    def _refusal(self, call: str, answer: Answer, permit: Permit) -> RelayError:
        retry_after = read_retry_after(answer.retry_after, self._clock.now(), self._settings.longest_retry_after)
        error = classify(call, answer.status, answer.body, retry_after=retry_after, jitter=self._jitter())
        if isinstance(error, Throttled):
            permit.throttled(retry_after)
        return error
