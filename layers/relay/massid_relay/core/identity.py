"""Names that never change: external ids, deduplication ids, FIFO groups and execution names.

A name is built from the business identity alone, never from code, time or chance, so that every attempt, in every version of
this software, uses the same one (invariant 1).
"""

import re
import uuid
from datetime import UTC, datetime
from enum import StrEnum

_NAMESPACE = uuid.UUID("5a1c6cf6-8f0d-5c43-9a4e-0d5d5a8f6e21")
"""Ours alone; changing it would change every deduplication id."""

EXTERNAL_ID_PATTERN = "[A-Za-z0-9._-]{1,64}"
EXTERNAL_ID_RULE = "must be 1 to 64 of A-Z a-z 0-9 . _ -"
_LONGEST_EXECUTION_NAME = 80


class Kind(StrEnum):
    """What a deduplication id is for."""

    DOCUMENT = "document"
    EVENT = "event"
    ORDER = "order"


def is_external_id(text: str) -> bool:
    """Whether `text` can be an external id. These characters are also good for a FIFO group
    (docs.aws.amazon.com, SQS, MessageGroupId) and for an execution's name (Step Functions, StartExecution)."""
    return re.fullmatch(EXTERNAL_ID_PATTERN, text) is not None


def deduplication_id(
    environment: str, kind: Kind, external_id: str, generation: int = 1, *, document: str | None = None
) -> str:
    """The key sent with every attempt of one operation: UUIDv5 of environment, kind, identity and generation.

    An event's external id belongs to its document, so `document` is part of an event's identity.
    """
    return _uuid("deduplication", environment, kind.value, document or "", external_id, str(generation))


def derived_event_external_id(document: str, name: str, label: str | None, at: datetime | None) -> str:
    """The external id of an event that was given none. Other spellings of the same instant give the same id."""
    instant = at.astimezone(UTC).isoformat(timespec="milliseconds") if at else ""
    return _uuid("event", document, name, label or "", instant)


def execution_name(external_id: str, generation: int, run: int) -> str:
    """The lifecycle execution's name, made of characters that Step Functions allows
    (docs.aws.amazon.com, step-functions, StartExecution: at most 80).

    Raises ValueError where no such name can be made; a local emulator would take any.
    """
    if not is_external_id(external_id):
        raise ValueError(f"an external id {EXTERNAL_ID_RULE}")
    if generation < 1 or run < 1:
        raise ValueError("generations and runs count from 1")
    name = f"{external_id}-g{generation}-r{run}"
    if len(name) > _LONGEST_EXECUTION_NAME:
        raise ValueError(f"an execution's name has at most {_LONGEST_EXECUTION_NAME} characters")
    return name


def _uuid(*parts: str) -> str:
    """Parts are joined with their lengths, so that no two lists of parts look alike."""
    return str(uuid.uuid5(_NAMESPACE, "".join(f"{len(part)}:{part}," for part in parts)))
