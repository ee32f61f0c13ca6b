"""One call as the gateway hands it to the routes: which endpoint, what came in, and the operations inside."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from massid_relay.core.jsons import loads

from massid_local.carrot_sandbox.appending import Caller
from massid_local.carrot_sandbox.deduplication import Key, Kind, key_of
from massid_local.carrot_sandbox.journal import Asked, Entry
from massid_local.carrot_sandbox.problems import Problem, invalid_json
from massid_local.carrot_sandbox.settings import Credential, SandboxSettings


class Endpoint(StrEnum):
    """The six endpoints, the token endpoint and the storage."""

    TOKEN = "POST /oauth2/token"  # noqa: S105 a path
    CREATE = "POST /documents"
    READ = "GET /documents/{id}"
    APPEND = "POST /documents/{documentId}/events"
    BATCH = "POST /documents/events"
    ATTACH = "PUT /documents/{documentId}/attachments/{fileName}"
    DOWNLOAD = "GET /documents/{documentId}/attachments/{fileName}"
    STORE = "PUT /storage"
    FETCH = "GET /storage"
    UNKNOWN = "unknown"


WRITES = frozenset({Endpoint.CREATE, Endpoint.APPEND, Endpoint.BATCH, Endpoint.ATTACH, Endpoint.STORE})
READS = frozenset({Endpoint.READ, Endpoint.DOWNLOAD})
WITH_TOKEN = (WRITES | READS) - {Endpoint.STORE}
WITH_JSON = frozenset({Endpoint.CREATE, Endpoint.APPEND, Endpoint.BATCH})

_Routes = tuple[tuple[Endpoint, str, re.Pattern[str]], ...]

_API: _Routes = (
    (Endpoint.BATCH, "POST", re.compile(r"/documents/events")),
    (Endpoint.CREATE, "POST", re.compile(r"/documents")),
    (Endpoint.READ, "GET", re.compile(r"/documents/(?P<document>[^/]+)")),
    (Endpoint.APPEND, "POST", re.compile(r"/documents/(?P<document>[^/]+)/events")),
    (Endpoint.ATTACH, "PUT", re.compile(r"/documents/(?P<document>[^/]+)/attachments/(?P<file>[^/]+)")),
    (Endpoint.DOWNLOAD, "GET", re.compile(r"/documents/(?P<document>[^/]+)/attachments/(?P<file>[^/]+)")),
)
_OTHERS: _Routes = (
    (Endpoint.TOKEN, "POST", re.compile(r"/oauth2/token")),
    (Endpoint.STORE, "PUT", re.compile(r"/storage/attachments/document/(?P<document>[^/]+)/(?P<attachment>[^/]+)")),
    (Endpoint.FETCH, "GET", re.compile(r"/storage/attachments/document/(?P<document>[^/]+)/(?P<attachment>[^/]+)")),
)


def endpoint_of(method: str, path: str, prefix: str) -> tuple[Endpoint, Mapping[str, str]]:
    """Which endpoint a request means, and the ids in its path."""
    routes = [(_OTHERS, path)]
    if path.startswith(prefix):
        routes.append((_API, path.removeprefix(prefix)))
    for table, rest in routes:
        for endpoint, wanted, pattern in table:
            if wanted == method and (match := pattern.fullmatch(rest)):
                return endpoint, match.groupdict()
    return Endpoint.UNKNOWN, {}


@dataclass(slots=True)
class Call:
    """A call. `content` is its whole body; `credential` is set once the token was accepted."""

    endpoint: Endpoint
    entry: Entry
    content: bytes
    authorization: str | None
    credential: Credential | None = None
    _body: Any = None
    _is_json: bool = field(default=False)

    @property
    def caller(self) -> Caller:
        """Who calls. Raises 401 where the endpoint is reached without a token."""
        if self.credential is None:
            raise Problem(401, "the access token is missing, malformed or expired")
        return Caller(self.credential, self.entry)

    def body(self) -> Any:
        """The body as JSON, fractions as Decimal. Raises 400 invalidJson."""
        if not self._is_json:
            try:
                self._body = loads(self.content)
            except ValueError:
                raise invalid_json() from None
            self._is_json = True
        return self._body

    def operations(self, batch_field: str) -> list[Asked]:
        """The ids of the operations inside, as far as the body can be read."""
        if self.endpoint not in WITH_JSON:
            return []
        try:
            body = self.body()
        except Problem:
            return []
        if not isinstance(body, dict):
            return []
        if self.endpoint is Endpoint.BATCH:
            self.entry.document_id = _text(body, batch_field)
            events = body.get("events")
            return [_asked(event) for event in events if isinstance(event, dict)] if isinstance(events, list) else []
        return [_asked(body)]

    def keys(self, settings: SandboxSettings) -> set[Key]:
        """The deduplication keys that this call would be remembered under."""
        if self.credential is None or (
            self.endpoint is Endpoint.BATCH and settings.deduplication_in_batch == "ignored"
        ):
            return set()
        kind: Kind = "document" if self.endpoint is Endpoint.CREATE else "event"
        return {
            key_of(self.credential.client_id, kind, asked.deduplication_id, settings)
            for asked in self.entry.operations
            if asked.deduplication_id
        }

    def write(self) -> str | None:
        """What identifies the operation for seeded chance: ids that are the same in every run. None for what isn't a write."""
        if self.endpoint not in WRITES:
            return None
        ids = [asked.deduplication_id or asked.external_id or "" for asked in self.entry.operations]
        return "|".join((self.endpoint, self.entry.document_external_id or "", self.entry.file_name or "", *ids))


def _asked(body: dict[str, Any]) -> Asked:
    return Asked(_text(body, "externalId"), _text(body, "deduplicationId"), _text(body, "name"))


def _text(body: dict[str, Any], field_name: str) -> str | None:
    value = body.get(field_name)
    return value if isinstance(value, str) else None
