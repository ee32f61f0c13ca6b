"""The six endpoints (docs.carrot.eco, api/documents, api/events, api/attachments)."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and a path. Its name is what pacing, logs and errors call it: no ids in it, no file names."""

    method: str
    template: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"

    def path(self, **parts: str) -> str:
        """The path with its parts filled in, each percent-encoded as one segment."""
        return self.template.format_map({name: _segment(part) for name, part in parts.items()})


def _segment(text: str) -> str:
    """`.` and `..` would be resolved away if they stayed dots."""
    return text.replace(".", "%2E") if text in {".", ".."} else quote(text, safe="")


CREATE_DOCUMENT = Endpoint("POST", "/documents")
GET_DOCUMENT = Endpoint("GET", "/documents/{id}")
APPEND_EVENT = Endpoint("POST", "/documents/{documentId}/events")
APPEND_EVENTS = Endpoint("POST", "/documents/events")
REQUEST_UPLOAD = Endpoint("PUT", "/documents/{documentId}/attachments/{fileName}")
ATTACHMENT_URL = Endpoint("GET", "/documents/{documentId}/attachments/{fileName}")

ENDPOINTS = (CREATE_DOCUMENT, GET_DOCUMENT, APPEND_EVENT, APPEND_EVENTS, REQUEST_UPLOAD, ATTACHMENT_URL)
