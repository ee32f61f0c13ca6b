"""Writes what is put on an event bus into a file of the run directory, a line for each event, as its targets would get it."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

from massid_relay.core.clock import iso
from moto.core.utils import utcnow
from moto.events.models import EventsBackend

from massid_local.stack.run_directory import EVENT_BUS


def install(run_dir: Path) -> None:
    """Change moto, and begin with an empty file."""
    file = run_dir / EVENT_BUS
    file.write_text("", encoding="utf-8")
    owner: Any = EventsBackend
    owner.put_events = _noting(EventsBackend.put_events, file)


def _noting(method: Callable[..., Any], file: Path) -> Callable[..., Any]:
    lock = threading.Lock()

    @wraps(method)
    def put_events(backend: Any, events: list[dict[str, Any]]) -> Any:
        answers = method(backend, events)
        taken = [_event(backend, event, one) for event, one in zip(events, answers, strict=True) if "EventId" in one]
        with lock, file.open("a", encoding="utf-8") as lines:
            lines.write("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in taken))
        return answers

    return put_events


def _event(backend: Any, event: dict[str, Any], answer: dict[str, str]) -> dict[str, Any]:
    """docs.aws.amazon.com/eventbridge, "Event structure"."""
    return {
        "version": "0",
        "id": answer["EventId"],
        "detail-type": event["DetailType"],
        "source": event["Source"],
        "account": backend.account_id,
        "time": iso(_time(event)),
        "region": backend.region_name,
        "resources": event.get("Resources", []),
        "detail": json.loads(event["Detail"]),
    }


def _time(event: dict[str, Any]) -> datetime:
    """The entry's own, else now."""
    return datetime.fromtimestamp(event["Time"], UTC) if "Time" in event else utcnow().replace(tzinfo=UTC)
