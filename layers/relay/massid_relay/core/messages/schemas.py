"""JSON Schemas of every message, and of what is announced. Usage: python -m massid_relay.core.messages.schemas docs/schemas

What a schema can't say (external ids are unique, CLOSE comes last, files are listed) is in docs/messages.md.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from massid_relay.core.announcements.details import Detail
from massid_relay.core.messages.base import Message
from massid_relay.core.messages.bulk import BulkContinuation
from massid_relay.core.messages.envelopes import (
    DocumentMessage,
    EventsMessage,
    EvidenceRequest,
    Submission,
    SubmissionReference,
    WakeMessage,
)
from massid_relay.core.messages.orders import CancelOrder, CancelOrders, FollowOrder, PlaceOrder

DIALECT = "https://json-schema.org/draft/2020-12/schema"

MESSAGES: Mapping[str, type[Message]] = {
    "submission": Submission,
    "submission-reference": SubmissionReference,
    "document": DocumentMessage,
    "events": EventsMessage,
    "wake": WakeMessage,
    "evidence-request": EvidenceRequest,
    "bulk-continuation": BulkContinuation,
    "place-order": PlaceOrder,
    "cancel-order": CancelOrder,
    "cancel-orders": CancelOrders,
    "follow-order": FollowOrder,
}
"""File name to model. The other message of the evidence and bulk queues is S3's own and described by AWS."""


class _Plain(GenerateJsonSchema):
    """Without titles: they would only repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schemas() -> dict[str, dict[str, Any]]:
    """File name to schema."""
    found = {name: model.model_json_schema(schema_generator=_Plain) for name, model in MESSAGES.items()}
    found["announcement"] = TypeAdapter[Any](Detail).json_schema(schema_generator=_Plain)
    return {f"{name}.schema.json": {"$schema": DIALECT, **schema} for name, schema in found.items()}


def text_of(schema: Mapping[str, Any]) -> str:
    """As the files hold it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write them all; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, schema in schemas().items():
        path = folder / name
        path.write_text(text_of(schema), encoding="utf-8")
        paths.append(path)
    return paths


if __name__ == "__main__":
    for written in write_schemas(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/schemas")):
        sys.stdout.write(f"{written}\n")
