"""How this client speaks to Carrot's API. What no page of the vendor states is a named setting, its assumption beside it."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl

from massid_relay.carrot.endpoints import ENDPOINTS

Seconds = Annotated[float, Field(gt=0)]


def _prefix(text: str) -> str:
    """`v1`, `/v1` and `/v1/` are the same."""
    path = text.strip("/")
    return f"/{path}" if path else ""


class CarrotSettings(BaseModel):
    """Stated values have the vendor's page beside them; the others say what is assumed. Times are in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: HttpUrl = HttpUrl("https://api.carrot.eco")
    """docs.carrot.eco, api. The same for test and production: the credentials choose the environment."""

    path_prefix: Annotated[str, AfterValidator(_prefix)] = ""
    """Assumed empty: the submitting-a-mass-id guide shows `/v1`, every other page none."""

    token_url: HttpUrl = HttpUrl("https://auth.api.carrot.eco/oauth2/token")
    """docs.carrot.eco, api/authentication."""

    scope: str = "api.carrot.eco/main-scope"
    """docs.carrot.eco, api/authentication."""

    token_renewal_margin: Seconds = 60
    """A token is renewed this long before its `expires_in` ends, or at half its life if that is shorter."""

    token_life_if_unstated: Seconds = 300
    """Assumed only if an answer lacks `expires_in` (the page shows it, one hour at most)."""

    batch_mode: Literal["batch", "one-by-one"] = "batch"
    """`one-by-one` sends each event to POST /documents/{documentId}/events, where deduplication ids are stated to work."""

    batch_document_field: str = Field(default="documentId", min_length=1)
    """Assumed: the sample of POST /documents/events names no document at all."""

    batch_document_place: Literal["body", "query", "event"] = "body"
    """Assumed: at the top level of the body, beside `events`; or in the query; or in each event."""

    paced_calls: frozenset[str] = frozenset(endpoint.name for endpoint in ENDPOINTS)
    """Assumed: every request to the API counts against the limit, reads and refused ones too, and a batch counts as one.
    The token endpoint and the storage are other hosts and do not count."""

    upload_metadata_place: Literal["body", "query"] = "body"
    """Assumed: where `contentLength` and `contentType` of a PUT attachment go; the file-uploads guide says only "with"."""

    url_fields: tuple[str, ...] = ("url", "uploadUrl", "downloadUrl", "presignedUrl", "signedUrl")
    """Assumed: names under which an answer may carry a presigned URL; the first present counts."""

    attachment_id_fields: tuple[str, ...] = ("attachmentId", "id")
    """Assumed: names of an attachment's id in the answer. Without one the file name is the id."""

    upload_header_fields: tuple[str, ...] = ("headers", "requiredHeaders")
    """Assumed: names of an object of headers that the upload must carry."""

    longest_retry_after: Seconds = 300
    """A Retry-After header is honoured up to this; the vendor mentions none."""

    connect_timeout: Seconds = 3
    """For DNS, TCP and TLS; at most a quarter of the call's timeout."""

    call_timeout: Seconds = 20
    """The whole of one call. A lease must outlive it (invariant 1)."""

    upload_timeout: Seconds = 60
    """The whole of one upload of at most 10 MB."""

    token_timeout: Seconds = 10
    """The whole of one token request."""

    def url(self, path: str) -> str:
        """The address of a path below the prefix."""
        return f"{str(self.base_url).rstrip('/')}{self.path_prefix}{path}"


def first_text(answer: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    """The first of `names` that holds a text which is not empty."""
    return next((text for name in names if isinstance(text := answer.get(name), str) and text), None)
