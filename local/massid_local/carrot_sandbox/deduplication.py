"""The platform's memory of deduplication ids, per integrator (docs.carrot.eco, integrations/guides/error-handling)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from massid_relay.core.jsons import JsonObject, content_hash

from massid_local.carrot_sandbox.problems import conflict
from massid_local.carrot_sandbox.settings import SandboxSettings

Kind = Literal["document", "event"]
Key = tuple[str, str, str]
"""Client id, namespace, deduplication id."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    content: str
    answer: JsonObject
    at: datetime


@dataclass(frozen=True, slots=True)
class Operation:
    """One write with a deduplication id: whose, which, and a hash of where it goes and what it says."""

    key: Key
    content: str


def key_of(client_id: str, kind: Kind, deduplication_id: str, settings: SandboxSettings) -> Key:
    """Under what an operation is remembered. Nobody says whether documents and events share one namespace: a switch."""
    return (client_id, kind if settings.deduplication_namespace == "by-kind" else "shared", deduplication_id)


def operation(
    client_id: str, kind: Kind, target: str, body: JsonObject, deduplication_id: str | None, settings: SandboxSettings
) -> Operation | None:
    """The operation that a body asks for, None without a deduplication id. `target` is the document of an event."""
    if not deduplication_id:
        return None
    key = key_of(client_id, kind, deduplication_id, settings)
    return Operation(key, content_hash({"target": target, "body": body}))


class DeduplicationMemory:
    """Answers of writes that succeeded. Refused writes are not remembered: they may be mended under the same id."""

    def __init__(self) -> None:
        self._answers: dict[Key, _Remembered] = {}

    def recall(self, operation: Operation | None, settings: SandboxSettings, now: datetime) -> JsonObject | None:
        """The original answer if this very operation was done before. Raises 409 if its id was used for something else."""
        known = self._answers.get(operation.key) if operation else None
        if known is None or operation is None or _forgotten(known, settings, now):
            return None
        if known.content != operation.content:
            raise conflict("deduplicationId was used with another body")
        return known.answer

    def remember(self, operation: Operation | None, answer: JsonObject, now: datetime) -> None:
        """Keep the answer. Without an operation there is nothing to keep it under."""
        if operation:
            self._answers[operation.key] = _Remembered(operation.content, answer, now)

    def clear(self) -> None:
        """Forget everything at once."""
        self._answers.clear()


def _forgotten(known: _Remembered, settings: SandboxSettings, now: datetime) -> bool:
    seconds = settings.deduplication_seconds
    return seconds is not None and now - known.at > timedelta(seconds=seconds)
