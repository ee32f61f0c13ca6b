"""Reads each final document over HTTP and judges it: closed, verified, and what preflight says of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from massid_relay.core.jsons import JsonObject, loads
from massid_relay.ledger.dead_letters import DeadLetter
from massid_relay.preflight import Methodology, parse_profile, run_preflight

from massid_local.demo.checks import check, is_closed
from massid_local.demo.links import Links
from massid_local.demo.outcome import MassidOutcome, Status
from massid_local.demo.progress import Run
from massid_local.demo.submitted import Submitted
from massid_local.samples.profile import accreditation_profile


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the run beside the documents: lifecycles, dead letters, problems seen in the sandbox's log."""

    runs: Mapping[str, Run]
    dead: Sequence[DeadLetter]
    problems: Mapping[str, Sequence[str]]


class Judge:
    """One for a run: it remembers which ids the parties were found under."""

    def __init__(self, today: date, evidence: Evidence) -> None:
        self._evidence = evidence
        self._links = Links()
        self._now = datetime.combine(today, time(12), UTC)
        self._profile = parse_profile(accreditation_profile(today))

    def judge(self, sent: Submitted, document_id: str | None, content: bytes | None) -> MassidOutcome:
        """`content` is the platform's answer for that document id; None if there is no live document."""
        dead = [letter for letter in self._evidence.dead if letter.external_id == sent.external_id]
        reasons = [f"dead letter of {letter.queue}: {letter.error_type}: {letter.reason}" for letter in dead]
        seconds = self._seconds(sent)
        if content is None:
            status = Status.DEAD_LETTER if dead else Status.ABSENT
            return MassidOutcome(sent.external_id, status, document_id, 0, 0, seconds, tuple(reasons))
        shown: JsonObject = loads(content)
        problems = [*reasons, *self._evidence.problems.get(sent.external_id, ()), *check(sent, shown, self._links)]
        ours = {event["externalId"] for event in sent.events}
        return MassidOutcome(
            sent.external_id,
            _status(shown, bool(problems), bool(dead)),
            document_id,
            sum(event.get("externalId") in ours for event in shown["externalEvents"]),
            len(shown["attachments"]),
            seconds,
            tuple(problems),
            self._passes_preflight(shown),
        )

    def _seconds(self, sent: Submitted) -> float | None:
        run = self._evidence.runs.get(sent.external_id)
        if run is None or run.ended_at is None or sent.sent_at is None:
            return None
        return run.ended_at - sent.sent_at

    def _passes_preflight(self, shown: JsonObject) -> bool:
        """No rule refuses it; those that can't be decided from the document don't count (docs/preflight.md)."""
        return run_preflight(shown, methodology=Methodology.BOLD_RECYCLING, now=self._now, profile=self._profile).passes


def _status(shown: JsonObject, has_problems: bool, is_dead: bool) -> Status:
    if not is_closed(shown):
        return Status.DEAD_LETTER if is_dead else Status.OPEN
    return Status.NOT_VERIFIED if has_problems else Status.VERIFIED
