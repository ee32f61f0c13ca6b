"""How far the MassIDs are, read from the sandbox's log of requests and from the list of executions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from massid_relay.core.jsons import JsonObject

RUNNING, SUCCEEDED = "RUNNING", "SUCCEEDED"


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts so far. `closed` are lifecycles that ended well, `failed` those that ended otherwise, `checked` documents that
    were read back, `crashes` invocations of functions that ended without an answer (their messages come again)."""

    submitted: int = 0
    documents: int = 0
    files: int = 0
    events: int = 0
    closed: int = 0
    failed: int = 0
    checked: int = 0
    calls: int = 0
    refused: int = 0
    crashes: int = 0

    def is_further_than(self, earlier: "Progress") -> bool:
        """Whether something more stands or has ended. Calls alone are none: they may fail for ever."""
        return _reached(self) != _reached(earlier)


@dataclass(slots=True)
class EffectsSeen:
    """Distinct effects found in the log. An entry may be read twice: one that is still under way comes again."""

    documents: set[str] = field(default_factory=set)
    files: set[tuple[str, str]] = field(default_factory=set)
    events: set[tuple[str, str]] = field(default_factory=set)
    calls: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    cursor: int = 0

    def read(self, entries: Iterable[JsonObject]) -> None:
        """Take in what the log holds after `cursor`."""
        under_way: list[int] = []
        for entry in entries:
            self._take(entry)
            self.cursor = max(self.cursor, entry["sequence"])
            if entry["endedAt"] is None:
                under_way.append(entry["sequence"])
        if under_way:
            self.cursor = min(under_way) - 1

    def _take(self, entry: JsonObject) -> None:
        if entry["counted"]:
            self.calls.add(entry["sequence"])
            if entry["status"] == 429:
                self.refused.add(entry["sequence"])
        if not 200 <= entry["effectStatus"] < 300:
            return
        document = entry["documentExternalId"] or ""
        match entry["endpoint"]:
            case "POST /documents":
                self.documents.add(document)
            case "PUT /storage":
                self.files.add((document, entry["fileName"] or ""))
            case "POST /documents/events" | "POST /documents/{documentId}/events":
                self.events.update((document, asked["externalId"] or "") for asked in entry["operations"])


@dataclass(frozen=True, slots=True)
class Run:
    """Where one lifecycle stands; `ended_at` is seconds since the epoch."""

    status: str
    ended_at: float | None


class Executions:
    """The lifecycle's executions, by the external id that their name begins with (`{external id}-g{generation}-r{run}`)."""

    def __init__(self, stepfunctions: Any, state_machine_arn: str) -> None:
        self._pages: Callable[[], Iterable[Any]] = lambda: stepfunctions.get_paginator("list_executions").paginate(
            stateMachineArn=state_machine_arn
        )
        self.runs: dict[str, Run] = {}

    def look(self) -> None:
        """Read the list anew. Of several runs of one external id the last one counts."""
        found: dict[str, tuple[datetime, Run]] = {}
        for page in self._pages():
            for execution in page["executions"]:
                external_id = execution["name"].rsplit("-", 2)[0]
                started = execution["startDate"]
                if external_id not in found or started > found[external_id][0]:
                    stopped = execution.get("stopDate") if execution["status"] != RUNNING else None
                    run = Run(execution["status"], stopped.timestamp() if stopped else None)
                    found[external_id] = started, run
        self.runs = {external_id: run for external_id, (_, run) in found.items()}

    def ended(self) -> int:
        """How many are over, well or not."""
        return sum(run.status != RUNNING for run in self.runs.values())

    def succeeded(self) -> int:
        """How many went through to the end."""
        return sum(run.status == SUCCEEDED for run in self.runs.values())


def _reached(progress: Progress) -> Progress:
    return replace(progress, calls=0, refused=0, crashes=0)
